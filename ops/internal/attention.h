// The two halves of attention, for those who want to see the weights. Internal.
#pragma once

#include <retrograd/ops/attention.h>

namespace retrograd::attention {

// Throws as scaled_dot_product_attention does.
void check(const char* op, const Tensor& query, const Tensor& key, const Tensor& value,
           const AttentionOptions& options, Where where);

// The softmax of the scores, (..., L, S), of checked arguments; float32 for bfloat16.
Tensor weights(const Tensor& query, const Tensor& key, const AttentionOptions& options,
               Where where);

}  // namespace retrograd::attention
