/// @file
/// Normalisation layers.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/norm.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options of `BatchNorm1d`, `BatchNorm2d` and `BatchNorm3d`.
struct BatchNormOptions {
  double eps = 1e-5;  ///< Number added to the variance.
  /// Share of the batch in the running statistics, which are plain averages without it.
  std::optional<double> momentum = 0.1;
  bool affine = true;  ///< Whether there are a weight and a bias.
  /// Whether evaluation uses running statistics, instead of the batch's.
  bool track_running_stats = true;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Former name of BatchNormOptions.
using BatchNormLayerOptions [[deprecated("BatchNormOptions")]] = BatchNormOptions;

/// Options of `InstanceNorm1d` and `InstanceNorm2d`.
struct InstanceNormOptions {
  double eps = 1e-5;  ///< Number added to the variance.
  /// Share of the batch in the running statistics, which are plain averages without it.
  std::optional<double> momentum = 0.1;
  bool affine = false;  ///< Whether there are a weight and a bias.
  /// Whether evaluation uses running statistics, instead of the input's.
  bool track_running_stats = false;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Former name of InstanceNormOptions.
using InstanceNormLayerOptions [[deprecated("InstanceNormOptions")]] = InstanceNormOptions;

/// The base of batch and instance norm. The weight and the running variance (C) start at 1, and the
/// bias and the running mean (C) at 0.
class RETROGRAD_API RunningNorm : public Weighted {
 public:
  Members members() override;
  /// Sets the running statistics to their start.
  void reset_running_stats();
  /// Returns whether forward() normalises each of `channels` by numbers that do not depend on the
  /// input, and the parameters have this dtype.
  bool is_fixed(std::int64_t channels, DType dtype) const;
  /// A norm in evaluation mode as `x * scale + shift`, each (C).
  struct ScaleAndShift {
    Tensor scale;  ///< Factor of each channel.
    Tensor shift;  ///< Number added to each channel.
  };
  /// Returns the scale and the shift of a norm that is_fixed(), in the dtype of the statistics.
  ScaleAndShift as_scale_and_shift() const;
  /// Function with the arguments of batch_norm().
  using Function = std::function<Tensor(
      const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
      const Tensor& bias, const retrograd::BatchNormOptions& options)>;
  /// Makes a batch norm call `function` with the statistics of a batch, in place of batch_norm().
  /// `mpi::convert_sync_batchnorm()` does so. An empty one restores batch_norm().
  void set_batch_function(Function function);
  /// Returns whether a function was set.
  bool has_batch_function() const noexcept { return function_ != nullptr; }

  Tensor running_mean;         ///< Running mean (C), or undefined.
  Tensor running_var;          ///< Running variance (C), or undefined.
  Tensor num_batches_tracked;  ///< Number of batches, int64 without dimensions, or undefined.

 protected:
  /// Makes the layer. `call` is the constructor's, which has the layer's name.
  RunningNorm(const Frame& call, std::int64_t num_features, BatchNormOptions options);
  /// Returns the share of the next batch in the running statistics.
  double next_momentum() const;
  /// Checks the rank of an input.
  /// @throws ShapeError if it is below `least` or above `most`; the message names the layer.
  void require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const;

  /// Returns the batch norm of an input, or its rectified values if `relu` is true.
  Tensor normalised(const Tensor& x, bool relu);

  const char* layer_;         ///< Name of the layer in messages.
  BatchNormOptions options_;  ///< Options.

 private:
  Function function_{};
};

/// Batch norm of inputs with N spatial dimensions, as BatchNorm1d, BatchNorm2d and BatchNorm3d.
template <std::size_t N>
class RETROGRAD_API BatchNorm : public RunningNorm {
 public:
  /// Makes the layer for `num_features` channels.
  /// @throws ValueError if `num_features` is below 1, or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit BatchNorm(std::int64_t num_features, BatchNormOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return apply(x, false); }
  /// Returns `relu(forward(x))`, computed as one operator.
  /// @throws ShapeError if `x` has another rank or number of channels.
  Tensor forward_relu(const Tensor& x) { return apply(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor apply(const Tensor& x, bool relu);
};

/// batch_norm() as a layer, for inputs (N, C) or (N, C, L).
/// @code nn::BatchNorm1d layer(16); @endcode
using BatchNorm1d = BatchNorm<1>;
/// batch_norm() as a layer, for inputs (N, C, H, W).
/// @code nn::BatchNorm2d layer(16, {.momentum = 0.05}); @endcode
using BatchNorm2d = BatchNorm<2>;
/// batch_norm() as a layer, for inputs (N, C, D, H, W).
/// @code nn::BatchNorm3d layer(16); @endcode
using BatchNorm3d = BatchNorm<3>;

/// Instance norm of inputs with N spatial dimensions, as InstanceNorm1d and InstanceNorm2d.
template <std::size_t N>
class RETROGRAD_API InstanceNorm : public RunningNorm {
 public:
  /// Makes the layer for `num_features` channels.
  /// @throws ValueError if `num_features` is below 1, or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit InstanceNorm(std::int64_t num_features, InstanceNormOptions options = {},
                        Where where = {});
  Tensor forward(const Tensor& x) override;
};

/// instance_norm() as a layer, for inputs (N, C, L) or (C, L).
/// @code nn::InstanceNorm1d layer(16); @endcode
using InstanceNorm1d = InstanceNorm<1>;
/// instance_norm() as a layer, for inputs (N, C, H, W) or (C, H, W).
/// @code nn::InstanceNorm2d layer(16, {.affine = true}); @endcode
using InstanceNorm2d = InstanceNorm<2>;

/// Options of LayerNorm.
struct LayerNormOptions {
  double eps = 1e-5;               ///< Number added to the variance.
  bool elementwise_affine = true;  ///< Whether there are a weight and a bias.
  DType dtype = float32;           ///< Element type of the parameters.
};

/// layer_norm() as a layer. The weight, of `normalized_shape`, starts at 1, and the bias at 0.
/// @code nn::LayerNorm layer({10, 16}); @endcode
class RETROGRAD_API LayerNorm : public Weighted {
 public:
  /// Makes the layer for inputs whose last dimensions are `normalized_shape`.
  /// @throws ValueError if a size or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit LayerNorm(const Shape& normalized_shape, LayerNormOptions options = {},
                     Where where = {});

  /// Makes the layer for inputs whose last dimension has the length `normalized_shape`.
  /// @throws ValueError if a size or an option is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  explicit LayerNorm(std::int64_t normalized_shape, LayerNormOptions options = {}, Where where = {})
      : LayerNorm(Shape{normalized_shape}, options, where) {}
  Tensor forward(const Tensor& x) override;

 private:
  Shape normalized_shape_;
  double eps_;
};

/// Options of GroupNorm.
struct GroupNormOptions {
  double eps = 1e-5;      ///< Number added to the variance.
  bool affine = true;     ///< Whether there are a weight and a bias.
  DType dtype = float32;  ///< Element type of the parameters.
};

/// group_norm() as a layer. The weight (C) starts at 1, and the bias (C) at 0.
/// @code nn::GroupNorm layer(4, 16); @endcode
class RETROGRAD_API GroupNorm : public Weighted {
 public:
  /// Makes the layer for `num_channels` channels in `num_groups` groups.
  /// @throws ValueError if the channels do not split into the groups, or a number is out of range.
  /// @throws DTypeError if `dtype` is not floating.
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options = {},
            Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_;
};

/// Options of LocalResponseNorm, whose formula is that of local_response_norm().
struct LocalResponseNormOptions {
  double alpha = 1e-4;  ///< Factor of the mean of squares.
  double beta = 0.75;   ///< Exponent of the divisor.
  double k = 1.0;       ///< Number added to the divisor.
};

/// local_response_norm() as a layer.
/// @code nn::LocalResponseNorm layer(5); @endcode
class RETROGRAD_API LocalResponseNorm : public Stateless {
 public:
  /// Makes the layer for windows of `size` channels.
  /// @throws ValueError if `size` is below 1, or an option is NaN.
  explicit LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options = {},
                             Where where = {});
};

}  // namespace retrograd::nn
