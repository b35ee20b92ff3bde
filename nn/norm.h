/// @file
/// Normalisation layers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options of `BatchNorm`, given as `{.name = value}`; omitted ones keep their defaults.
struct BatchNormOptions {
  double eps = 1e-5;  ///< Summand of the variance that keeps the denominator above 0, >= 0.
  /// Share of the batch in the running statistics, in [0, 1]; without it, they are averages of all
  /// batches.
  std::optional<double> momentum = 0.1;
  bool affine = true;  ///< Applies a trained weight and bias when true.
  /// Keeps running statistics for evaluation when true; else evaluation uses the batch's too.
  bool track_running_stats = true;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Former name of `BatchNormOptions`.
using BatchNormLayerOptions [[deprecated("BatchNormOptions")]] = BatchNormOptions;

/// Options of `InstanceNorm`, given as `{.name = value}`; omitted ones keep their defaults.
struct InstanceNormOptions {
  double eps = 1e-5;  ///< Summand of the variance that keeps the denominator above 0, >= 0.
  /// Share of the input in the running statistics, in [0, 1]; without it, they do not change.
  std::optional<double> momentum = 0.1;
  bool affine = false;  ///< Applies a trained weight and bias when true.
  /// Keeps running statistics for evaluation when true; else evaluation uses the input's too.
  bool track_running_stats = false;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Former name of `InstanceNormOptions`.
using InstanceNormLayerOptions [[deprecated("InstanceNormOptions")]] = InstanceNormOptions;

/// The base of batch and instance norm.
///
/// Weight, bias and running statistics have shape (num_features). The weight and the running
/// variance start at 1, the bias and the running mean at 0.
class RETROGRAD_API RunningNorm : public Weighted {
 public:
  Members members() override;
  /// Resets the running statistics to their initial values.
  void reset_running_stats();

  Tensor running_mean;  ///< Running mean (num_features); undefined without running statistics.
  Tensor running_var;   ///< Running variance (num_features); undefined without running statistics.
  /// Number of training batches of a `BatchNorm`, int64 (); undefined without running statistics.
  Tensor num_batches_tracked;

 protected:
  /// Constructs the layer that the frame `call` names.
  ///
  /// @throws ValueError if `num_features` or an option is out of range.
  /// @throws DTypeError if the `dtype` of the options is not floating.
  RunningNorm(const Frame& call, std::int64_t num_features, BatchNormOptions options);
  /// Returns the share of the next batch in the running statistics.
  double next_momentum() const;
  /// Checks that `x` has from `least` to `most` dimensions.
  ///
  /// @throws ShapeError if it has not. The message names the layer.
  void require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const;

  const char* layer_;         ///< Name of the layer in messages.
  BatchNormOptions options_;  ///< Options of the layer.
};

/// Batch norm of inputs with N spatial dimensions (Ioffe and Szegedy, "Batch normalization", 2015):
/// @code
/// y = (x - mean) / sqrt(variance + eps) weight + bias
/// @endcode
///
/// The input is (batch, num_features, spatial...), for N = 1 also (batch, num_features). The output
/// has its shape. In training mode, mean and variance are those of each channel of the batch. Each
/// call also updates the running statistics:
/// @code
/// running <- (1 - momentum) running + momentum batch
/// @endcode
/// In evaluation mode, the running statistics are used.
///
/// @code
/// nn::Sequential net{nn::Conv2d(3, 16, 3), nn::BatchNorm2d(16), nn::ReLU()};
/// @endcode
template <std::size_t N>
class RETROGRAD_API BatchNorm : public RunningNorm {
 public:
  /// Constructs a layer of `num_features` channels.
  ///
  /// @throws ValueError if `num_features` is not positive, or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit BatchNorm(std::int64_t num_features, BatchNormOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return apply(x, false); }
  /// Returns `relu(forward(x))`, computed by one operator.
  Tensor forward_relu(const Tensor& x) { return apply(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor apply(const Tensor& x, bool relu);
};

/// `BatchNorm` over 1 spatial dimension: (N, C, L).
using BatchNorm1d = BatchNorm<1>;
/// `BatchNorm` over 2 spatial dimensions: (N, C, H, W).
using BatchNorm2d = BatchNorm<2>;
/// `BatchNorm` over 3 spatial dimensions: (N, C, D, H, W).
using BatchNorm3d = BatchNorm<3>;

/// Instance norm of inputs with N spatial dimensions (Ulyanov et al., "Instance normalization",
/// 2016).
///
/// It normalises each channel of each sample as `BatchNorm` does with its own mean and variance.
/// The input is (batch, num_features, spatial...) or (num_features, spatial...). The output has its
/// shape.
///
/// @code
/// nn::InstanceNorm2d norm(16, {.affine = true});
/// @endcode
template <std::size_t N>
class RETROGRAD_API InstanceNorm : public RunningNorm {
 public:
  /// Constructs a layer of `num_features` channels.
  ///
  /// @throws ValueError if `num_features` is not positive, or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit InstanceNorm(std::int64_t num_features, InstanceNormOptions options = {},
                        Where where = {});
  Tensor forward(const Tensor& x) override;
};

/// `InstanceNorm` over 1 spatial dimension: (N, C, L).
using InstanceNorm1d = InstanceNorm<1>;
/// `InstanceNorm` over 2 spatial dimensions: (N, C, H, W).
using InstanceNorm2d = InstanceNorm<2>;

/// Options of `LayerNorm`, given as `{.name = value}`; omitted ones keep their defaults.
struct LayerNormOptions {
  double eps = 1e-5;  ///< Summand of the variance that keeps the denominator above 0, >= 0.
  bool elementwise_affine = true;  ///< Applies a trained weight and bias when true.
  DType dtype = float32;           ///< Element type of the parameters.
};

/// Layer norm over the last dimensions (Ba et al., "Layer normalization", 2016):
/// @code
/// y = (x - mean) / sqrt(variance + eps) weight + bias
/// @endcode
///
/// The input is (..., normalized_shape...). Mean and variance are those of each sub-tensor of shape
/// `normalized_shape`, which is also the shape of weight and bias. The weight starts at 1, the bias
/// at 0.
///
/// @code
/// nn::LayerNorm norm(64);
/// Tensor y = norm(x);  // (8, 20, 64), normalised over the last dimension
/// @endcode
class RETROGRAD_API LayerNorm : public Weighted {
 public:
  /// Constructs a layer over the last dimensions, which have this shape.
  ///
  /// @throws ValueError if `normalized_shape` is empty, or a size or `eps` is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit LayerNorm(const Shape& normalized_shape, LayerNormOptions options = {},
                     Where where = {});
  /// Constructs a layer over the last dimension, which has this size.
  ///
  /// @throws ValueError if `normalized_shape` is not positive, or `eps` is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit LayerNorm(std::int64_t normalized_shape, LayerNormOptions options = {}, Where where = {})
      : LayerNorm(Shape{normalized_shape}, options, where) {}
  Tensor forward(const Tensor& x) override;

 private:
  Shape normalized_shape_;
  double eps_;
};

/// Options of `GroupNorm`, given as `{.name = value}`; omitted ones keep their defaults.
struct GroupNormOptions {
  double eps = 1e-5;      ///< Summand of the variance that keeps the denominator above 0, >= 0.
  bool affine = true;     ///< Applies a trained weight and bias when true.
  DType dtype = float32;  ///< Element type of the parameters.
};

/// Group norm (Wu and He, "Group normalization", 2018):
/// @code
/// y = (x - mean) / sqrt(variance + eps) weight + bias
/// @endcode
///
/// The input is (batch, num_channels, ...). Mean and variance are those of each group of
/// neighbouring channels of each sample. Weight and bias have shape (num_channels). The weight
/// starts at 1, the bias at 0.
///
/// @code
/// nn::GroupNorm norm(4, 16);
/// Tensor y = norm(x);  // (8, 16, 32, 32), in groups of 4 channels
/// @endcode
class RETROGRAD_API GroupNorm : public Weighted {
 public:
  /// Constructs a layer of `num_groups` groups.
  ///
  /// @throws ValueError if a number or `eps` is out of range, or the channels do not split into the
  ///   groups.
  /// @throws DTypeError if `dtype` is not floating.
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options = {},
            Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_;
};

/// Options of `LocalResponseNorm`, given as `{.name = value}`; omitted ones keep their defaults.
struct LocalResponseNormOptions {
  double alpha = 1e-4;  ///< Factor of the mean of squares.
  double beta = 0.75;   ///< Exponent of the denominator.
  double k = 1.0;       ///< Summand of the denominator.
};

/// The layer of `local_response_norm()` (Krizhevsky et al., "ImageNet classification with deep
/// convolutional neural networks", 2012):
/// @code
/// y = x / (k + alpha mean(x^2 over `size` neighbouring channels))^beta
/// @endcode
///
/// The input is (N, C, spatial...). The output has its shape.
///
/// @code
/// nn::LocalResponseNorm norm(5, {.k = 2});
/// @endcode
class RETROGRAD_API LocalResponseNorm : public Stateless {
 public:
  /// Constructs a layer over windows of `size` channels.
  ///
  /// @throws ValueError if `size` is not positive, or an option is NaN.
  explicit LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options = {},
                             Where where = {});
};

}  // namespace retrograd::nn
