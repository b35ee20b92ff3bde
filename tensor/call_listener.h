/// @file
/// What is told of the calls of a thread: the base of a Trace.
#pragma once

#include <cstddef>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/storage.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Nothing here throws: what fails is said when the trace is read.
class RETROGRAD_API CallListener {
 public:
  /// A call began.
  virtual void entered(const Frame& call) noexcept = 0;
  /// It ended.
  virtual void left(const Frame& call) noexcept = 0;
  /// What the call was given, in the order of the function's parameters.
  virtual void given(const Frame& call, Arguments arguments) noexcept = 0;
  /// What it computed, itself or by other operators; of several times the last one counts.
  virtual void returned(const Frame& call, const Tensor* outputs, std::size_t count,
                        bool itself) noexcept = 0;
  /// Inputs will be cast for the call.
  virtual void casting(const Frame& call) noexcept = 0;
  /// They were: `*from[i]` to made[i] where that is defined.
  virtual void cast(const Frame& call, const Tensor* const* from, const Tensor* made,
                    std::size_t count) noexcept = 0;
  /// In place.
  virtual void wrote(const detail::Storage& memory) noexcept = 0;
  /// Random numbers.
  virtual void drew(Generator::State before) noexcept = 0;
  /// To tell, for want of memory.
  virtual void failed() noexcept = 0;

 protected:
  ~CallListener() = default;
};

}  // namespace retrograd
