/// @file
/// Limits on gradients, between backward() and the optimiser's step.
#pragma once

#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::optim {

/// Scales all gradients by min(1, max_norm / (norm + 1e-6)), where `norm` is that of all of them in
/// a row, and gives the norm that they had. norm_type may be infinite, for the largest size;
/// parameters without a gradient do not count. A norm that is not finite makes the gradients
/// useless, or is an error.
///
/// Gradients are changed in place; only one whose elements share memory is replaced. Throws
/// ValueError for a max_norm below 0, a norm_type not above 0, or such a norm, if it is an error.
RETROGRAD_API double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                                     double norm_type = 2, bool error_if_nonfinite = false,
                                     Where where = {});

/// Limits every element of the gradients to [-clip_value, clip_value]. Throws ValueError for a
/// clip_value below 0.
RETROGRAD_API void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value,
                                    Where where = {});

}  // namespace retrograd::optim
