/// @file
/// Whether operators record, for the current thread.
#pragma once

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Whether operators record in this thread.
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

/// Sets recording on or off until the end of the scope, exceptions included.
class GradModeGuard {
 public:
  /// Constructs it from what the class and its options describe.
  explicit GradModeGuard(bool enabled) noexcept : previous_(grad_enabled()) {
    detail::set_grad_enabled(enabled);
  }
  ~GradModeGuard() { detail::set_grad_enabled(previous_); }
  GradModeGuard(const GradModeGuard&) = delete;
  GradModeGuard& operator=(const GradModeGuard&) = delete;

 private:
  bool previous_;
};

/// No operator records in this thread while one is alive.
class NoGradGuard : public GradModeGuard {
 public:
  /// Constructs it from what the class and its options describe.
  NoGradGuard() noexcept : GradModeGuard(false) {}
};

/// Turns recording back on inside a NoGradGuard.
class EnableGradGuard : public GradModeGuard {
 public:
  /// Constructs it from what the class and its options describe.
  EnableGradGuard() noexcept : GradModeGuard(true) {}
};

}  // namespace retrograd
