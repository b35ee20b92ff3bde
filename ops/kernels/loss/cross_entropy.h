// The cross entropy of logits and classes. Internal.
#pragma once

#include <retrograd/ops/kernels/kernels.h>

namespace retrograd::kernels {

// Of a target t, class c counts soft[c], and own[t] more if it is t.
struct ClassTargets {
  Tensor index;    // int64, row-major, in range
  Tensor ignored;  // boolean, row-major: targets without a loss; undefined when there are none
  Tensor own;      // (C) in the dtype of the losses; undefined for ones
  Tensor soft;     // the same; undefined for zeros
};

struct ClassLosses {
  Tensor losses;    // the shape of the targets; float32 for bfloat16 logits
  Tensor exponent;  // (targets, 2), as losses: probabilities are exp(x - first - second)
};

// x holds logits, the classes along dim.
ClassLosses cross_entropy(const Tensor& x, std::size_t dim, const ClassTargets& targets);
// The gradient of x, in its dtype, from that of the losses.
Tensor cross_entropy_grad(const Tensor& grad, const Tensor& x, const Tensor& exponent,
                          std::size_t dim, const ClassTargets& targets);

}  // namespace retrograd::kernels
