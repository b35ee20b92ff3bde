// The weights of attention, for those who want to see them. Internal.
#pragma once

#include <retrograd/ops/attention.h>

namespace retrograd::attention {

// The softmax of the scores, (..., L, S), of checked arguments; float32 for bfloat16. The mask may
// be undefined.
Tensor weights(const Tensor& query, const Tensor& key, const Tensor& mask);

}  // namespace retrograd::attention
