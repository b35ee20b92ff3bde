#include <retrograd/autograd/internal/accumulate.h>

#include <retrograd/tensor/loops/add.h>

namespace retrograd::detail {

void accumulate(Tensor& sum, const Tensor& term) {
  const bool recorded = grad_enabled() && (sum.requires_grad() || term.requires_grad());
  if (!recorded && owns_memory(sum)) {
    add_in_place(sum, term);
    return;
  }
  sum = record({.op = "add",
                .where = {},
                .output = added(sum, term),
                .inputs = {sum, term},
                .backward = [](const Backward& b) -> Gradients {
                  return {b.grad, b.grad};
                }});
}

Tensor owned(Tensor gradient) {
  return owns_memory(gradient) ? std::move(gradient) : gradient.clone();
}

}  // namespace retrograd::detail
