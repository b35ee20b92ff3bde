// What every oneDNN kernel needs: engine, stream, attributes, execution.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>

#include <retrograd/ops/kernels/onednn/compat.h>
#include <retrograd/tensor/dtype.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/within_memory.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels::onednn {

const dnnl::engine& engine();

// The caller brings scratch memory, and float32 is not computed in less.
const dnnl::primitive_attr& attributes();

dnnl::memory::data_type data_type(DType dtype);

// Calls f, which uses oneDNN. Throws OutOfMemory for each of oneDNN's ways to run out of memory.
template <class F>
auto within_memory(F&& f) {
  try {
    return detail::within_memory(f);
  } catch (const dnnl::error& error) {
    if (error.status != dnnl_out_of_memory) {
      throw;
    }
  }
  throw OutOfMemory(0);
}

// Throw OutOfMemory unless there is memory for oneDNN to make a primitive, and to run one. It does
// not look at what malloc and mmap return in many positions, and throws inside its parallel loops:
// both end the program.
void require_room_to_make();
void require_room_to_run();

// A primitive with the amount of scratch memory it needs; any thread may run it.
class Runnable {
 public:
  Runnable() = default;
  template <class Description>
  Runnable(const dnnl::primitive& primitive, const Description& description)
      : primitive_(primitive),
        scratch_(description.scratchpad_desc()),
        idle_(std::make_unique<Idle>()) {}

  explicit operator bool() const { return static_cast<bool>(primitive_); }

  struct Argument {
    int name;  // DNNL_ARG_...
    const dnnl::memory::desc* description;
    void* data;
  };
  // The same names and descriptions in every call. Throws OutOfMemory and dnnl::error.
  void run(std::initializer_list<Argument> arguments) const {
    within_memory([&] { execute(arguments); });
  }

 private:
  static constexpr std::size_t kMost = 5;
  // oneDNN's objects for the arguments of a run.
  struct Memories {
    std::array<dnnl::memory, kMost> all;
    std::array<dnnl_exec_arg_t, kMost> passed;
  };
  // Those of the last run, for the next: making them anew takes longer than a small convolution.
  struct Idle {
    std::atomic<Memories*> memories{nullptr};
    Idle() = default;
    ~Idle() { delete memories.load(); }
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;
  };

  void execute(std::initializer_list<Argument> arguments) const;
  std::unique_ptr<Memories> memories_for(std::initializer_list<Argument> arguments) const;

  dnnl::primitive primitive_;
  dnnl::memory::desc scratch_;
  std::unique_ptr<Idle> idle_;
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
