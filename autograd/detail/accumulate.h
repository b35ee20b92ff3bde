// The two things the engine needs from the operators: adding gradients up, and viewing a base anew.
#pragma once

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// sum + term; reuses the memory of `sum` when nothing else can see it. Recorded like any operator.
Tensor accumulate(Tensor sum, const Tensor& term);

// sum += term, whoever else holds `sum`. Not recorded.
void accumulate_in_place(const Tensor& sum, const Tensor& term);

// A copy of `gradient` with no gaps and memory of its own.
Tensor own_copy(const Tensor& gradient);

// The node for a view of `base` that leads to the base's present node.
NodePtr view_node(const Tensor& base, const Tensor& view);

// Whether no other handle or view can see the tensor's memory.
inline bool is_exclusive(const Tensor& tensor) noexcept {
  const TensorImpl& impl = tensor.impl();
  return impl.references.load(std::memory_order_acquire) == 1 && !impl.storage->shared();
}

}  // namespace retrograd::detail
