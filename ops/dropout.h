/// @file
/// Dropout: random zeros in training.
///
/// Without `training`, the functions return a view of `x`. Dropped elements count as 0 even if they
/// are infinite or NaN. The result depends only on the generator's state and the shape, not on the
/// number of threads or the layout (`tests/unit/ops/dropout_test.cpp`).
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns `x` with each element set to 0 with probability `p`, and divided by `1 - p` otherwise.
/// The expected value stays the same.
/// @code const rg::Tensor y = rg::dropout(rg::ones({4}), 0.5);  // zeros and twos @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor dropout(const Tensor& x, double p = 0.5, bool training = true,
                             Generator& generator = default_generator(), Where where = {});

/// Returns `x` with whole channels set to 0 with probability `p`, and divided by `1 - p` otherwise.
/// `x` is (N, C, L) or (C, L).
/// @code const rg::Tensor y = rg::dropout1d(rg::ones({2, 3, 8}), 0.5); @endcode
/// @throws ShapeError if `x` has another rank.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor dropout1d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});

/// Returns `x` with whole channels set to 0 with probability `p`, and divided by `1 - p` otherwise.
/// `x` is (N, C, H, W), or (N, C, L) as in PyTorch 1.13.
/// @code const rg::Tensor y = rg::dropout2d(rg::ones({2, 3, 8, 8}), 0.5); @endcode
/// @throws ShapeError if `x` has another rank.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor dropout2d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});

/// Returns `x` with whole channels set to 0 with probability `p`, and divided by `1 - p` otherwise.
/// `x` is (N, C, D, H, W) or (C, D, H, W).
/// @code const rg::Tensor y = rg::dropout3d(rg::ones({2, 3, 8, 8, 8}), 0.5); @endcode
/// @throws ShapeError if `x` has another rank.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor dropout3d(const Tensor& x, double p = 0.5, bool training = true,
                               Generator& generator = default_generator(), Where where = {});

/// Parts of a batch that stochastic_depth() drops together.
enum class StochasticDepthMode : std::uint8_t {
  batch,  ///< The whole input.
  row     ///< Each sample: an index of the first dimension.
};

/// Returns `x` with whole samples, or all of it, set to 0 with probability `p`, and divided by
/// `1 - p` otherwise. It skips a residual branch in training. See Huang et al., "Deep networks with
/// stochastic depth", 2016. For `p = 0` it draws no numbers.
/// @code
/// const rg::Tensor y = rg::stochastic_depth(rg::ones({8, 3}), 0.2, rg::StochasticDepthMode::row);
/// @endcode
/// @throws ShapeError if the mode is `row` and `x` has no dimensions.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor stochastic_depth(const Tensor& x, double p, StochasticDepthMode mode,
                                      bool training = true,
                                      Generator& generator = default_generator(), Where where = {});

/// Returns `x` with each element set to the least value of selu() with probability `p`, then scaled
/// and shifted. Mean 0 and variance 1 stay, for networks of selu(). See Klambauer et al.,
/// "Self-Normalizing Neural Networks", 2017.
/// @code const rg::Tensor y = rg::alpha_dropout(rg::randn({4}), 0.5, true); @endcode
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is outside [0, 1].
RETROGRAD_API Tensor alpha_dropout(const Tensor& x, double p = 0.5, bool training = false,
                                   Generator& generator = default_generator(), Where where = {});

}  // namespace retrograd
