/// @file
/// Normalisation.
///
/// `weight` and `bias` may be undefined. They have the dtype of the input, or float32 beside
/// bfloat16. Means and variances are biased, and computed in float64 from sums of differences. The
/// input's gradient includes their dependence on the input.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of batch_norm() and batch_norm_relu().
struct BatchNormOptions {
  /// Whether the batch's own statistics are used, and the running ones updated.
  bool training = false;
  /// Share of the batch: `running = (1 - momentum) running + momentum batch`.
  double momentum = 0.1;
  double eps = 1e-5;  ///< Number added to the variance, at least 0.
};

/// Returns `(x - mean) / sqrt(variance + eps) * weight + bias` for each channel. In training, mean
/// and variance are the batch's, and the running statistics are updated; otherwise they are the
/// running ones.
///
/// - `x`: (N, C) or (N, C, spatial...)
/// - `weight`, `bias`: (C) or undefined
/// - `running_mean`, `running_var`: (C), or undefined in training
///
/// The running variance is unbiased. Running statistics are not saved for backward, so they may be
/// changed before it.
/// @code
/// const rg::Tensor mean = rg::zeros({3}), var = rg::ones({3});
/// const rg::Tensor y = rg::batch_norm(rg::rand({8, 3, 4, 4}), mean, var, {}, {}, {.training =
/// true});
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating, or a parameter has another dtype.
/// @throws ValueError if training has one value for a channel, `eps` is negative, or needed
/// statistics are undefined.
RETROGRAD_API Tensor batch_norm(const Tensor& x, const Tensor& running_mean,
                                const Tensor& running_var, const Tensor& weight = {},
                                const Tensor& bias = {}, const BatchNormOptions& options = {},
                                Where where = {});

/// Returns `relu(batch_norm(...))` as one operator, without another pass over memory. Shapes and
/// errors are those of batch_norm().
/// @code const rg::Tensor y = rg::batch_norm_relu(x, mean, var, weight, bias); @endcode
RETROGRAD_API Tensor batch_norm_relu(const Tensor& x, const Tensor& running_mean,
                                     const Tensor& running_var, const Tensor& weight = {},
                                     const Tensor& bias = {}, const BatchNormOptions& options = {},
                                     Where where = {});

/// Returns `(x - mean) / sqrt(variance + eps) * weight + bias`, with statistics over the last
/// dimensions. `normalized_shape` is the shape of these dimensions, of `weight` and of `bias`.
/// @code const rg::Tensor y = rg::layer_norm(rg::rand({8, 10, 16}), {16}); @endcode
/// @throws ShapeError if the last dimensions are not `normalized_shape`, or a parameter does not
/// fit.
/// @throws DTypeError if `x` is not floating, or a parameter has another dtype.
/// @throws ValueError if `eps` is negative.
RETROGRAD_API Tensor layer_norm(const Tensor& x, const Shape& normalized_shape,
                                const Tensor& weight = {}, const Tensor& bias = {},
                                double eps = 1e-5, Where where = {});

/// Returns `(x - mean) / sqrt(variance + eps) * weight + bias`, with statistics over each group of
/// neighbouring channels of a sample. `x` is (N, C, ...), and `weight` and `bias` are (C).
/// @code const rg::Tensor y = rg::group_norm(rg::rand({8, 6, 4, 4}), 3); @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating, or a parameter has another dtype.
/// @throws ValueError if the channels do not split into `num_groups`, or `eps` is negative.
RETROGRAD_API Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight = {},
                                const Tensor& bias = {}, double eps = 1e-5, Where where = {});

/// Options of instance_norm().
struct InstanceNormOptions {
  /// Whether the input's statistics are used, instead of the running ones.
  bool use_input_stats = true;
  /// Share of the batch: `running = (1 - momentum) running + momentum batch`.
  double momentum = 0.1;
  double eps = 1e-5;  ///< Number added to the variance, at least 0.
};

/// Returns `(x - mean) / sqrt(variance + eps) * weight + bias`, with statistics over each channel
/// of each sample. Defined running statistics are updated by the mean over the batch.
///
/// `x` is (N, C, spatial...). `weight`, `bias` and running statistics are (C) or undefined.
/// @code const rg::Tensor y = rg::instance_norm(rg::rand({8, 3, 4, 4})); @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `x` is not floating, or a parameter has another dtype.
/// @throws ValueError if a channel has one value, `eps` is negative, or needed statistics are
/// undefined.
RETROGRAD_API Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {},
                                   const Tensor& running_var = {}, const Tensor& weight = {},
                                   const Tensor& bias = {}, const InstanceNormOptions& options = {},
                                   Where where = {});

/// Returns `x / (k + alpha m)^beta`, where m is the mean of squares over `size` neighbouring
/// channels. Channels beyond the ends count as 0. `x` is (N, C, spatial...).
/// @code const rg::Tensor y = rg::local_response_norm(rg::rand({8, 6, 4, 4}), 5); @endcode
/// @throws ShapeError if `x` has fewer dimensions.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `size` is below 1, or `alpha`, `beta` or `k` is NaN.
RETROGRAD_API Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha = 1e-4,
                                         double beta = 0.75, double k = 1.0, Where where = {});

/// Returns `x / max(norm, eps)`, with the p-norm along `dim`; p may be infinite. The norm's
/// gradient is 0 where the norm is 0.
/// @code rg::normalize(rg::tensor({{3.0, 4.0}}));  // [[0.6, 0.8]] @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `p` is not above 0, or `eps` is negative.
RETROGRAD_API Tensor normalize(const Tensor& x, double p = 2.0, std::int64_t dim = 1,
                               double eps = 1e-12, Where where = {});

}  // namespace retrograd
