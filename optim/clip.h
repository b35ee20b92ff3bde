/// @file
/// Limits on gradients, applied between `backward()` and the optimiser's step.
#pragma once

#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Scales all gradients in place to a joint norm of at most `max_norm`, and returns their norm
/// before.
///
/// The factor is `min(1, max_norm / (norm + 1e-6))`, where `norm` is the `norm_type`-norm of all
/// gradients as one vector. An infinite `norm_type` selects the largest magnitude. Parameters
/// without a gradient are ignored. A gradient whose elements share memory is replaced by a copy. If
/// the norm is not finite, the scaled gradients are not usable; set `error_if_nonfinite` to throw
/// instead.
///
/// @code
/// loss.backward();
/// optim::clip_grad_norm_(model.parameters(), 1.0);
/// optimizer.step();
/// @endcode
///
/// @throws ValueError if `max_norm` is below 0, `norm_type` is not above 0, or the norm is not
///   finite and `error_if_nonfinite` is true.
/// @throws GraphError if a parameter is undefined.
RETROGRAD_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                     double norm_type = 2, bool error_if_nonfinite = false,
                                     Where where = {});

/// Limits each element of the gradients in place to [-clip_value, clip_value].
///
/// Parameters without a gradient are ignored. A gradient whose elements share memory is replaced by
/// a copy.
///
/// @code
/// optim::clip_grad_value_(model.parameters(), 0.5);
/// @endcode
///
/// @throws ValueError if `clip_value` is below 0.
/// @throws GraphError if a parameter is undefined.
RETROGRAD_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value,
                                    Where where = {});

}  // namespace retrograd::optim
