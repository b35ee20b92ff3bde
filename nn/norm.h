// Normalisation layers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

struct BatchNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;  // without one, running statistics are plain averages
  bool affine = true;                    // has weight and bias
  bool track_running_stats = true;       // else evaluation uses the batch's statistics too
  DType dtype = float32;
};
using BatchNormLayerOptions [[deprecated("BatchNormOptions")]] = BatchNormOptions;

struct InstanceNormOptions {
  double eps = 1e-5;
  std::optional<double> momentum = 0.1;
  bool affine = false;
  bool track_running_stats = false;
  DType dtype = float32;
};
using InstanceNormLayerOptions [[deprecated("InstanceNormOptions")]] = InstanceNormOptions;

// What batch and instance norm share: weight (C) starts at 1, bias at 0, the running mean at 0 and
// the running variance at 1.
class RETROGRAD_API RunningNorm : public Weighted {
 public:
  Members members() override;
  // Running statistics back at their start.
  void reset_running_stats();

  Tensor running_mean;         // (C), or undefined
  Tensor running_var;          // as running_mean
  Tensor num_batches_tracked;  // int64 (), or undefined

 protected:
  // `call`: the constructor's, which has the layer's name.
  RunningNorm(const Frame& call, std::int64_t num_features, BatchNormOptions options);
  // The share that the next batch has in the running statistics.
  double next_momentum() const;
  // Throws ShapeError naming the layer unless x has one of these ranks.
  void require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const;

  const char* layer_;
  BatchNormOptions options_;
};

// Batch norm of inputs with N spatial dimensions; of 2 or 3 dimensions in all for N = 1.
template <std::size_t N>
class RETROGRAD_API BatchNorm : public RunningNorm {
 public:
  explicit BatchNorm(std::int64_t num_features, BatchNormOptions options = {}, Where where = {});
  Tensor forward(const Tensor& x) override { return apply(x, false); }
  // relu(forward(x)) in one operator.
  Tensor forward_relu(const Tensor& x) { return apply(x, true); }
  Tensor forward_fused(const Tensor& x, const Module& next) override;

 private:
  Tensor apply(const Tensor& x, bool relu);
};

using BatchNorm1d = BatchNorm<1>;
using BatchNorm2d = BatchNorm<2>;
using BatchNorm3d = BatchNorm<3>;

// Instance norm of inputs with N spatial dimensions, with or without a batch.
template <std::size_t N>
class RETROGRAD_API InstanceNorm : public RunningNorm {
 public:
  explicit InstanceNorm(std::int64_t num_features, InstanceNormOptions options = {},
                        Where where = {});
  Tensor forward(const Tensor& x) override;
};

using InstanceNorm1d = InstanceNorm<1>;
using InstanceNorm2d = InstanceNorm<2>;

struct LayerNormOptions {
  double eps = 1e-5;
  bool elementwise_affine = true;  // has weight and bias
  DType dtype = float32;
};

// The weight, of normalized_shape, starts at 1, the bias at 0.
class RETROGRAD_API LayerNorm : public Weighted {
 public:
  explicit LayerNorm(const Shape& normalized_shape, LayerNormOptions options = {},
                     Where where = {});
  // Of the last dimension alone, which has this size.
  explicit LayerNorm(std::int64_t normalized_shape, LayerNormOptions options = {}, Where where = {})
      : LayerNorm(Shape{normalized_shape}, options, where) {}
  Tensor forward(const Tensor& x) override;

 private:
  Shape normalized_shape_;
  double eps_;
};

struct GroupNormOptions {
  double eps = 1e-5;
  bool affine = true;
  DType dtype = float32;
};

// The weight (C) starts at 1, the bias at 0.
class RETROGRAD_API GroupNorm : public Weighted {
 public:
  GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options = {},
            Where where = {});
  Tensor forward(const Tensor& x) override;

 private:
  std::int64_t num_groups_;
  double eps_;
};

struct LocalResponseNormOptions {
  double alpha = 1e-4;
  double beta = 0.75;
  double k = 1.0;
};

class RETROGRAD_API LocalResponseNorm : public Stateless {
 public:
  explicit LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options = {},
                             Where where = {});
};

}  // namespace retrograd::nn
