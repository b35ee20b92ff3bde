/// @file
/// Dropout layers. In training, elements or channels become 0 with probability p, and the others
/// are scaled. In evaluation, the layers return their input.
#pragma once

#include <retrograd/nn/layer.h>
#include <retrograd/ops/dropout.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// dropout() as a layer, in training mode only.
/// @code nn::Dropout layer(0.2); @endcode
class RETROGRAD_API Dropout : public Stateless {
 public:
  /// Makes the layer with the probability `p` of a zero.
  /// @throws ValueError if `p` is outside [0, 1].
  explicit Dropout(double p = 0.5, Where where = {});
};
/// dropout1d() as a layer, in training mode only.
/// @code nn::Dropout1d layer(0.2); @endcode
class RETROGRAD_API Dropout1d : public Stateless {
 public:
  /// Makes the layer with the probability `p` of a zero channel.
  /// @throws ValueError if `p` is outside [0, 1].
  explicit Dropout1d(double p = 0.5, Where where = {});
};
/// dropout2d() as a layer, in training mode only.
/// @code nn::Dropout2d layer(0.2); @endcode
class RETROGRAD_API Dropout2d : public Stateless {
 public:
  /// Makes the layer with the probability `p` of a zero channel.
  /// @throws ValueError if `p` is outside [0, 1].
  explicit Dropout2d(double p = 0.5, Where where = {});
};

/// stochastic_depth() as a layer, in training mode only.
/// @code nn::StochasticDepth layer(0.1, rg::StochasticDepthMode::row); @endcode
class RETROGRAD_API StochasticDepth : public Stateless {
 public:
  /// Makes the layer with the probability `p` that a sample, or the batch, becomes 0.
  /// @throws ValueError if `p` is outside [0, 1].
  StochasticDepth(double p, StochasticDepthMode mode, Where where = {});
};

}  // namespace retrograd::nn
