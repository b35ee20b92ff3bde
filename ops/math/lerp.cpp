// Declared in ops/elementwise.h.

#include <retrograd/ops/internal/operator.h>

namespace retrograd {

Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight, Where where) {
  const Call call("lerp", where, start, end, weight);
  check::floating(call, start);
  check::defined(call, "end", end);
  check::same_dtype(call, "start", start, "end", end);
  if (weight.is_tensor()) {
    check::defined(call, "weight", weight.tensor());
    check::same_dtype(call, "start", start, "weight", weight.tensor());
  }
  const Shape shape =
      check::broadcast(call, {{"start", start}, {"end", end}, check::operand("weight", weight)});
  const Tensor at =
      weight.is_tensor() ? weight.tensor() : full({}, weight.number(), {.dtype = start.dtype()});
  const Tensor a = expand_operand(start, shape);
  const Tensor b = expand_operand(end, shape);
  const Tensor w = expand_operand(at, shape);
  const bool moves = w.requires_grad();
  return call.record({.output = kernels::lerp(a, b, w),
                      .inputs = {a, b, w},
                      .saved = {w, save_if(moves, a), save_if(moves, b)},
                      .backward = [](const Backward& g) -> Gradients {
                        const Tensor part = g.saved(0);
                        return {g.needs(0) ? g.grad * (1.0 - part) : Tensor(),
                                g.needs(1) ? g.grad * part : Tensor(),
                                g.needs(2) ? g.grad * (g.saved(2) - g.saved(1)) : Tensor()};
                      }});
}

}  // namespace retrograd
