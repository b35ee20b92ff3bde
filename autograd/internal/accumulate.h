// Adding gradients up. Internal.
#pragma once

#include <cstddef>

#include <retrograd/autograd/record.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Adds `term` to `sum`: in place where `sum` owns its memory alone, else into fresh memory.
// Recorded like any operator. When it throws, `sum` is as it was.
void accumulate(Tensor& sum, const Tensor& term);

// `gradient` itself where it owns its memory alone, else a copy that does. Recorded likewise.
Tensor owned(Tensor gradient);

// Whether writing to the tensor changes nothing else: each element has a position of its own in
// memory that belongs to the library, and no other handle or view leads there.
inline bool owns_memory(const Tensor& tensor) noexcept {
  const TensorImpl& impl = tensor.impl();
  return impl.references.load(std::memory_order_acquire) == 1 && !impl.storage->shared() &&
         impl.storage->free_foreign == nullptr && impl.dense;
}

// The gradient of the node's input i that other operators have contributed to so far, where the
// pass is not recorded and the gradient owns its memory; else null. A backward that would return
// few numbers among zeros adds them to it instead, and returns an undefined gradient.
Tensor* waiting_gradient(const Backward& b, std::size_t i) noexcept;

// Whether a backward may write its result to the memory of b.grad: the pass is not recorded, and
// nothing else sees that gradient.
bool may_overwrite_gradient(const Backward& b) noexcept;

}  // namespace retrograd::detail
