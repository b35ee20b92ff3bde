/// @file
/// Normalisation layers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Options, given as {.name = value}; what is left out keeps its default.
struct BatchNormOptions {
  double eps = 1e-5;                     ///< Added to a denominator, so that it is not 0.
  std::optional<double> momentum = 0.1;  ///< Without one, running statistics are plain averages.
  bool affine = true;               ///< Whether there are weight and bias. Has weight and bias.
  bool track_running_stats = true;  ///< Else evaluation uses the batch's statistics too.
  DType dtype = float32;            ///< Element type.
};
/// Former name of BatchNormOptions.
using BatchNormLayerOptions [[deprecated("BatchNormOptions")]] = BatchNormOptions;

/// Options, given as {.name = value}; what is left out keeps its default.
struct InstanceNormOptions {
  double eps = 1e-5;  ///< Added to a denominator, so that it is not 0.
  /// How much of the last step, or of a new statistic, counts.
  std::optional<double> momentum = 0.1;
  bool affine = false;  ///< Whether there are weight and bias.
  /// Keeps running statistics for evaluation; without them the batch's are used always.
  bool track_running_stats = false;
  DType dtype = float32;  ///< Element type.
};
/// Former name of InstanceNormOptions.
using InstanceNormLayerOptions [[deprecated("InstanceNormOptions")]] = InstanceNormOptions;

/// What batch and instance norm share: weight (C) starts at 1, bias at 0, the running mean at 0 and
/// the running variance at 1.
class RETROGRAD_API RunningNorm : public Weighted {
 public:
  Members members() override;
  /// Running statistics back at their start.
  void reset_running_stats();

  Tensor running_mean;         ///< (C), or undefined.
  Tensor running_var;          ///< As running_mean.
  Tensor num_batches_tracked;  ///< `int64 ()`, or undefined.

 protected:
  /// `call`: the constructor's, which has the layer's name.
  RunningNorm(const Frame& call, std::int64_t num_features, BatchNormOptions options);
  /// The share that the next batch has in the running statistics.
  double next_momentum() const;
  /// Throws ShapeError naming the layer unless x has one of these ranks.
  void require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const;

  const char* layer_;         ///< The layer's name in messages.
  BatchNormOptions options_;  ///< The options.
};

/// Batch norm of inputs with N spatial dimensions; of 2 or 3 dimensions in all for N = 1.
template <std::size_t N>
class RETROGRAD_API BatchNorm : public RunningNorm {
 public:
  /// Constructs it from what the class and its options describe.
  explicit BatchNorm(std::int64_t num_features, BatchNormOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return apply(x, false); }
  /// relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x) { return apply(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor apply(const Tensor& x, bool relu);
};

/// BatchNorm over 1 spatial dimension.
using BatchNorm1d = BatchNorm<1>;
/// BatchNorm over 2 spatial dimensions.
using BatchNorm2d = BatchNorm<2>;
/// BatchNorm over 3 spatial dimensions.
using BatchNorm3d = BatchNorm<3>;

/// Instance norm of inputs with N spatial dimensions, with or without a batch.
template <std::size_t N>
class RETROGRAD_API InstanceNorm : public RunningNorm {
 public:
  /// Constructs it from what the class and its options describe.
  explicit InstanceNorm(std::int64_t num_features, InstanceNormOptions options = {},
                        Where where = {});
  Tensor forward(const Tensor& x) override;
};

/// InstanceNorm over 1 spatial dimension.
using InstanceNorm1d = InstanceNorm<1>;
/// InstanceNorm over 2 spatial dimensions.
using InstanceNorm2d = InstanceNorm<2>;

/// Options, given as {.name = value}; what is left out keeps its default.
struct LayerNormOptions {
  double eps = 1e-5;               ///< Added to a denominator, so that it is not 0.
  bool elementwise_affine = true;  ///< Has weight and bias.
  DType dtype = float32;           ///< Element type.
};

/// The weight, of normalized_shape, starts at 1, the bias at 0.
class RETROGRAD_API LayerNorm : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  explicit LayerNorm(const Shape& normalized_shape, LayerNormOptions options = {},
                     Where where = {});
  /// Of the last dimension alone, which has this size.
  explicit LayerNorm(std::int64_t normalized_shape, LayerNormOptions options = {}, Where where = {})
      : LayerNorm(Shape{normalized_shape}, options, where) {}
  Tensor forward(const Tensor& x) override;

 private:
  Shape normalized_shape_;
  double eps_;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct GroupNormOptions {
  double eps = 1e-5;      ///< Added to a denominator, so that it is not 0.
  bool affine = true;     ///< Whether there are weight and bias.
  DType dtype = float32;  ///< Element type.
};

/// The weight (C) starts at 1, the bias at 0.
class RETROGRAD_API GroupNorm : public Weighted {
 public:
  /// Constructs it from what the class and its options describe.
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options = {},
            Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_;
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct LocalResponseNormOptions {
  double alpha = 1e-4;  ///< Factor, as the formula says.
  double beta = 0.75;   ///< Factor, as the formula says.
  double k = 1.0;       ///< Summand, as the formula says.
};

/// local_response_norm() as a layer.
class RETROGRAD_API LocalResponseNorm : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options = {},
                             Where where = {});
};

}  // namespace retrograd::nn
