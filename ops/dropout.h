/// @file
/// Random zeros in training; otherwise a view of x. p is the probability of a zero, 0 to 1. Dropped
/// elements count as 0 even if they are infinite or NaN.
///
/// The result depends on the generator's state and the shape alone: not on the number of threads,
/// nor on how the input lies in memory.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Each element becomes 0 or is divided by 1 - p, which keeps the expected value. Throws ValueError
/// for p out of range.
RETROGRAD_API Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
                             Generator& generator = default_generator(), Where where = {});
/// Whole channels at once: x (N, C, L) or (C, L).
RETROGRAD_API Tensor dropout1d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});
/// x (N, C, H, W), or (N, C, L) as in PyTorch 1.13.
RETROGRAD_API Tensor dropout2d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});
/// x (N, C, D, H, W) or (C, D, H, W).
RETROGRAD_API Tensor dropout3d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});
/// For networks of selu: elements become its least value, then all are scaled and shifted so that
/// mean 0 and variance 1 stay. Klambauer et al., "Self-normalizing neural networks", 2017.
RETROGRAD_API Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = false,
                                   Generator& generator = default_generator(), Where where = {});

}  // namespace retrograd
