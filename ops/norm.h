/// @file
/// Normalisation. Weight and bias may be left undefined; they have the dtype of the input,
/// or float32 beside bfloat16.
///
/// Means and variances are biased, and computed in float64 from sums of differences; the input's
/// gradient takes into account that they depend on the input.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct BatchNormOptions {
  bool training = false;  ///< By the batch's own statistics, which move the running ones.
  double momentum = 0.1;  ///< Running = (1 - momentum) * running + momentum * batch.
  double eps = 1e-5;      ///< Added to a denominator, so that it is not 0.
};

/// (x - mean) / sqrt(variance + eps) * weight + bias for each channel of x (N, C) or (N, C,
/// spatial...); weight, bias and running statistics (C). The running statistics may be undefined in
/// training; the running variance is unbiased. They are no longer what a backward pass could ask
/// for, so that they may change before it. Throws ShapeError, DTypeError, and ValueError for one
/// value a channel in training.
RETROGRAD_API Tensor batch_norm(const Tensor& x, const Tensor& running_mean,
                                const Tensor& running_var, const Tensor& weight = {},
                                const Tensor& bias = {}, const BatchNormOptions& options = {},
                                Where where = {});

/// relu of batch_norm, in one operator: no pass over memory is added.
RETROGRAD_API Tensor batch_norm_relu(const Tensor& x, const Tensor& running_mean,
                                     const Tensor& running_var, const Tensor& weight = {},
                                     const Tensor& bias = {}, const BatchNormOptions& options = {},
                                     Where where = {});

/// Over the last dimensions, which are `normalized_shape`; so are weight and bias.
RETROGRAD_API Tensor layer_norm(const Tensor& x, const Shape& normalized_shape,
                                const Tensor& weight = {}, const Tensor& bias = {},
                                double eps = 1e-5, Where where = {});

/// Over groups of neighbouring channels of each element of the batch; x (N, C, ...), weight and
/// bias (C).
RETROGRAD_API Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight = {},
                                const Tensor& bias = {}, double eps = 1e-5, Where where = {});

/// Options, given as {.name = value}; what is left out keeps its default.
struct InstanceNormOptions {
  bool use_input_stats = true;  ///< Else the running ones.
  double momentum = 0.1;        ///< How much of the last step, or of a new statistic, counts.
  double eps = 1e-5;            ///< Added to a denominator, so that it is not 0.
};

/// Over each channel of each element of the batch; x (N, C, spatial...), weight, bias and running
/// statistics (C). Running statistics that are given move by the mean over the batch.
RETROGRAD_API Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {},
                                   const Tensor& running_var = {}, const Tensor& weight = {},
                                   const Tensor& bias = {}, const InstanceNormOptions& options = {},
                                   Where where = {});

/// x / (k + alpha * mean of squares over `size` neighbouring channels)^beta; x (N, C, spatial...).
/// Channels that do not exist count as 0.
RETROGRAD_API Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha = 1e-4,
                                         double beta = 0.75, double k = 1.0, Where where = {});

/// x / max(norm, eps) with the p-norm along `dim`; p may be infinite. The norm's gradient is 0
/// where it is 0.
RETROGRAD_API Tensor normalize(const Tensor& x, double p = 2.0, std::int64_t dim = 1,
                               double eps = 1e-12, Where where = {});

}  // namespace retrograd
