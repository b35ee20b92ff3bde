// Dropout layers: in training, elements or channels become 0 with probability p and the others are
// scaled; in evaluation, the identity.
#pragma once

#include <retrograd/nn/layer.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

class RETROGRAD_API Dropout : public Stateless {
 public:
  explicit Dropout(double p = 0.5, Where where = {});
};
class RETROGRAD_API Dropout1d : public Stateless {
 public:
  explicit Dropout1d(double p = 0.5, Where where = {});
};
class RETROGRAD_API Dropout2d : public Stateless {
 public:
  explicit Dropout2d(double p = 0.5, Where where = {});
};

}  // namespace retrograd::nn
