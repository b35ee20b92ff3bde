/// @file
/// Listener of a thread's calls: the base of `Trace`.
#pragma once

#include <cstddef>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/argument.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/storage.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Listener of the calls of a thread.
/// Its functions do not throw: `Trace::check_whole()` reports failures.
class RETROGRAD_API CallListener {
 public:
  /// Notes that a call began.
  virtual void entered(const Frame& call) noexcept = 0;
  /// Notes that a call ended.
  virtual void left(const Frame& call) noexcept = 0;
  /// Notes the call's arguments, in the order of the function's parameters.
  virtual void given(const Frame& call, Arguments arguments) noexcept = 0;
  /// Notes the call's outputs; after several calls, the last one counts.
  /// `itself` is false if other operators computed them.
  virtual void returned(const Frame& call, const Tensor* outputs, std::size_t count,
                        bool itself) noexcept = 0;
  /// Notes that inputs of the call will be converted.
  virtual void casting(const Frame& call) noexcept = 0;
  /// Notes that `*from[i]` was converted to `made[i]` where that is defined.
  virtual void cast(const Frame& call, const Tensor* const* from, const Tensor* made,
                    std::size_t count) noexcept = 0;
  /// Notes a write in place.
  virtual void wrote(const detail::Storage& memory) noexcept = 0;
  /// Notes that random numbers were drawn, and the generator's state before.
  virtual void drew(Generator::State before) noexcept = 0;
  /// Notes that memory ran out for an entry.
  virtual void failed() noexcept = 0;

 protected:
  ~CallListener() = default;
};

}  // namespace retrograd
