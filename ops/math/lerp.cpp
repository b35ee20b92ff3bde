// Declared in ops/elementwise.h.
#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

Tensor lerp(const Tensor& start, const Tensor& end, const Operand& weight, Where where) {
  check::floating("lerp", start, where);
  check::defined("lerp", "end", end, where);
  check::same_dtype("lerp", "start", start, "end", end, where);
  if (weight.is_tensor()) {
    check::defined("lerp", "weight", weight.tensor(), where);
    check::same_dtype("lerp", "start", start, "weight", weight.tensor(), where);
  }
  Shape shape = broadcast_shapes("lerp", start.shape(), end.shape(), where);
  if (weight.is_tensor()) {
    shape = broadcast_shapes("lerp", shape, weight.tensor().shape(), where);
  }
  const Tensor at =
      weight.is_tensor() ? weight.tensor() : full({}, weight.number(), {.dtype = start.dtype()});
  const Tensor a = expand_operand(start, shape, where);
  const Tensor b = expand_operand(end, shape, where);
  const Tensor w = expand_operand(at, shape, where);
  const bool moves = w.requires_grad();
  return record({.op = "lerp",
                 .where = where,
                 .output = kernels::lerp(a, b, w),
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
