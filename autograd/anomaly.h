/// @file
/// Finding the first operator that makes a NaN or an infinity.
#pragma once

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Whether operators look for NaN and infinities in this thread.
RETROGRAD_API bool anomaly_detection_enabled() noexcept;

/// While one is alive, in this thread, every operator whose result is not finite although its
/// inputs are throws a GraphError that names the operator, the element and the caller's line; so
/// does every backward function, for the line of the forward operator. Costs a pass over each
/// result.
class RETROGRAD_API DetectAnomalyGuard {
 public:
  /// Constructs it from what the class and its options describe.
  explicit DetectAnomalyGuard(bool enabled = true) noexcept;
  ~DetectAnomalyGuard();
  DetectAnomalyGuard(const DetectAnomalyGuard&) = delete;
  DetectAnomalyGuard& operator=(const DetectAnomalyGuard&) = delete;

 private:
  bool previous_;
};

}  // namespace retrograd
