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

// What f makes, a pointer to a plan; null where oneDNN refuses.
template <class F>
auto made(const F& f) -> decltype(f()) {
  try {
    return within_memory([&] {
      require_room_to_make();
      return f();
    });
  } catch (const dnnl::error&) {
    return nullptr;
  }
}

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
  std::int64_t scratch_bytes() const { return static_cast<std::int64_t>(scratch_.get_size()); }

  // The same names and descriptions in every call; `scratch` has scratch_bytes(). Throws
  // OutOfMemory and dnnl::error.
  void run(std::initializer_list<Argument> arguments, void* scratch) const {
    within_memory([&] { execute(arguments, scratch); });
  }
  // With scratch memory of its own.
  void run(std::initializer_list<Argument> arguments) const;

 private:
  static constexpr std::size_t kMost = 5;
  // oneDNN's objects for the arguments of a run.
  struct Memories {
    std::array<dnnl::memory, kMost> all;
    std::array<dnnl_exec_arg_t, kMost> passed;
  };
  // Those of earlier runs, for the next: making them anew takes longer than a small convolution.
  struct Idle {
    std::array<std::atomic<Memories*>, 8> memories{};  // of as many threads
    Idle() = default;
    ~Idle();
    Idle(const Idle&) = delete;
    Idle& operator=(const Idle&) = delete;
  };

  void execute(std::initializer_list<Argument> arguments, void* scratch) const;
  std::unique_ptr<Memories> memories_for(std::initializer_list<Argument> arguments) const;

  dnnl::primitive primitive_;
  dnnl::memory::desc scratch_;
  std::unique_ptr<Idle> idle_;
};

// Copies between two layouts of the same tensor.
Runnable make_reorder(const dnnl::memory::desc& from, const dnnl::memory::desc& to);

}  // namespace retrograd::kernels::onednn
