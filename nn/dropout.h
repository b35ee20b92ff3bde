/// @file
/// Dropout layers (Srivastava et al., "Dropout: a simple way to prevent neural networks from
/// overfitting", 2014).
///
/// In training mode, elements or channels become 0 with probability p, and the others are divided
/// by 1 - p. In evaluation mode, the layers return their input.
///
/// @code
/// nn::Sequential net{nn::Linear(784, 128), nn::ReLU(), nn::Dropout(0.2), nn::Linear(128, 10)};
/// @endcode
#pragma once

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The layer of `dropout()`: drops single elements of an input of any shape.
class RETROGRAD_API Dropout : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `p` is not in [0, 1].
  explicit Dropout(double p = 0.5, Where where = {});
};
/// The layer of `dropout1d()`: drops whole channels of an input (N, C, L) or (C, L).
class RETROGRAD_API Dropout1d : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `p` is not in [0, 1].
  explicit Dropout1d(double p = 0.5, Where where = {});
};
/// The layer of `dropout2d()`: drops whole channels of an input (N, C, H, W) or (N, C, L).
class RETROGRAD_API Dropout2d : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if `p` is not in [0, 1].
  explicit Dropout2d(double p = 0.5, Where where = {});
};

}  // namespace retrograd::nn
