/// @file
/// Dropout layers: in training, elements or channels become 0 with probability p and the others are
/// scaled; in evaluation, the identity.
#pragma once

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// dropout() as a layer: in training mode only.
class RETROGRAD_API Dropout : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Dropout(double p = 0.5, Where where = {});
};
/// dropout1d() as a layer: in training mode only.
class RETROGRAD_API Dropout1d : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Dropout1d(double p = 0.5, Where where = {});
};
/// dropout2d() as a layer: in training mode only.
class RETROGRAD_API Dropout2d : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Dropout2d(double p = 0.5, Where where = {});
};

}  // namespace retrograd::nn
