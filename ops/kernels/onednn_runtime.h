// What every oneDNN kernel needs: engine, stream, attributes, execution.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <retrograd/ops/kernels/onednn_compat.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels::onednn {

const dnnl::engine& engine();

// The caller brings scratch memory, and float32 is not computed in less.
const dnnl::primitive_attr& attributes();

dnnl::memory::data_type data_type(DType dtype);

// A primitive with the amount of scratch memory it needs; any thread may run it.
class Runnable {
 public:
  Runnable() = default;
  template <class Description>
  Runnable(const dnnl::primitive& primitive, const Description& description)
      : primitive_(primitive), scratch_(description.scratchpad_desc()) {}

  explicit operator bool() const { return static_cast<bool>(primitive_); }

  struct Argument {
    int name;  // DNNL_ARG_...
    const dnnl::memory::desc* description;
    void* data;
  };
  // Throws dnnl::error.
  void run(std::initializer_list<Argument> arguments) const;

 private:
  dnnl::primitive primitive_;
  dnnl::memory::desc scratch_;
};

// The number of threads that oneDNN sees in this scope: one where the work is too small to divide.
class WorkThreads {
 public:
  explicit WorkThreads(std::int64_t multiplications);
  ~WorkThreads();
  WorkThreads(const WorkThreads&) = delete;
  WorkThreads& operator=(const WorkThreads&) = delete;

  int count() const { return count_; }

 private:
  int count_;
  int previous_;
};

// Copies between two layouts of the same tensor.
Runnable make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);

}  // namespace retrograd::kernels::onednn
