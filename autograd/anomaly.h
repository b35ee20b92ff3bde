/// @file
/// Anomaly detection: finds the first operator that makes a NaN or an infinity.
#pragma once

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Returns whether operators of this thread look for NaN and infinities.
RETROGRAD_API bool anomaly_detection_enabled() noexcept;

/// Guard of a scope in which operators of this thread refuse to make NaN or infinities.
///
/// @code
/// DetectAnomalyGuard guard;
/// Tensor y = log(x - x);  // GraphError: names log, the element and this line
/// @endcode
///
/// An operator throws a GraphError if its result is not finite and its inputs are. The error names
/// the operator, the element and the caller's line. Backward functions throw for the line of their
/// forward operator. Detection costs a pass over each result.
class RETROGRAD_API DetectAnomalyGuard {
 public:
  /// Sets detection on or off until the end of the scope.
  explicit DetectAnomalyGuard(bool enabled = true) noexcept;
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool previous_;
};

}  // namespace retrograd
