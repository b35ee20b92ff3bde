/// @file
/// Recording of operators, on or off for the current thread.
#pragma once

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns whether operators of this thread are recorded.
RETROGRAD_API bool grad_enabled() noexcept;

namespace detail {
// What record() has to do in this thread.
struct RecordMode {
  bool grad = true;
  bool detect_anomaly = false;
};
RETROGRAD_API RecordMode record_mode() noexcept;
RETROGRAD_API void set_grad_enabled(bool enabled) noexcept;
RETROGRAD_API void set_detect_anomaly(bool enabled) noexcept;
}  // namespace detail

/// Guard that sets recording on or off until the end of the scope, exceptions included.
class GradModeGuard {
 public:
  /// Sets recording on or off.
  explicit GradModeGuard(bool enabled) noexcept : previous_(grad_enabled()) {
    detail::set_grad_enabled(enabled);
  }
  ~GradModeGuard() { detail::set_grad_enabled(previous_); }
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool previous_;
};

/// Guard of a scope in which operators of this thread are not recorded.
/// @code
/// {
///   NoGradGuard guard;
///   weight.sub_(lr * weight.grad());
/// }
/// @endcode
class NoGradGuard : public GradModeGuard {
 public:
  /// Switches recording off.
  NoGradGuard() noexcept : GradModeGuard(false) {}
};

/// Guard that switches recording on inside the scope of a NoGradGuard.
class EnableGradGuard : public GradModeGuard {
 public:
  /// Switches recording on.
  EnableGradGuard() noexcept : GradModeGuard(true) {}
};

}  // namespace retrograd
