// Comparisons, the larger and the smaller of two, and choices, declared in ops/arithmetic.h.
#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/pair.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

using kernels::Binary;
using kernels::Compare;

Tensor compare(const char* op, Compare kind, Compare mirrored, const Operand& a, const Operand& b,
               Where where) {
  const Pair p(op, a, b, where, Number::compared);
  if (p.a != nullptr && p.b != nullptr) {
    return kernels::compare(kind, *p.a, *p.b);
  }
  const Tensor& x = p.a != nullptr ? *p.a : *p.b;
  const Compare relation = p.a != nullptr ? kind : mirrored;
  if (!p.number().fits(x.dtype())) {  // it is larger than every element, or less
    const bool larger = p.number().to<double>() > 0;
    const bool holds =
        relation == Compare::ne || (larger ? relation == Compare::lt || relation == Compare::le
                                           : relation == Compare::gt || relation == Compare::ge);
    return full_like(x.detach(), holds, {.dtype = boolean}, where);
  }
  return kernels::compare(relation, x, detail::rounded(p.number(), x.dtype()));
}

Tensor extreme(const char* op, Binary kind, const Operand& a, const Operand& b, Where where) {
  const Pair p(op, a, b, where, Number::stored);
  const Tensor x = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const Tensor z = p.b != nullptr ? *p.b : full_like(*p.a, p.number_b);
  const bool larger = kind == Binary::maximum;
  return record({.op = op,
                 .where = where,
                 .output = kernels::binary(kind, x, z),
                 .inputs = {x, z},
                 .saved = {x, z},
                 .backward = [larger](const Backward& g) -> Gradients {
                   const Tensor first = g.saved(0).detach();
                   const Tensor second = g.saved(1).detach();
                   // Neither loses to NaN.
                   const Tensor first_loses = larger ? first < second : first > second;
                   const Tensor second_loses = larger ? first > second : first < second;
                   const Tensor share = retrograd::where(first == second, g.grad * 0.5, g.grad);
                   return {g.needs(0) ? retrograd::where(first_loses, 0, share) : Tensor(),
                           g.needs(1) ? retrograd::where(second_loses, 0, share) : Tensor()};
                 }});
}

}  // namespace

Tensor maximum(const Operand& a, const Operand& b, Where where) {
  return extreme("maximum", Binary::maximum, a, b, where);
}

Tensor minimum(const Operand& a, const Operand& b, Where where) {
  return extreme("minimum", Binary::minimum, a, b, where);
}

Tensor eq(const Operand& a, const Operand& b, Where where) {
  return compare("eq", Compare::eq, Compare::eq, a, b, where);
}
Tensor ne(const Operand& a, const Operand& b, Where where) {
  return compare("ne", Compare::ne, Compare::ne, a, b, where);
}
Tensor lt(const Operand& a, const Operand& b, Where where) {
  return compare("lt", Compare::lt, Compare::gt, a, b, where);
}
Tensor le(const Operand& a, const Operand& b, Where where) {
  return compare("le", Compare::le, Compare::ge, a, b, where);
}
Tensor gt(const Operand& a, const Operand& b, Where where) {
  return compare("gt", Compare::gt, Compare::lt, a, b, where);
}
Tensor ge(const Operand& a, const Operand& b, Where where) {
  return compare("ge", Compare::ge, Compare::le, a, b, where);
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b, Where where) {
  check::dtype("where", "condition", condition, boolean, where);
  check_operands("where", a, b, where);
  const DType dtype = result_dtype(a, b);
  for (const Operand* operand : {&a, &b}) {
    if (!operand->is_tensor()) {
      detail::require_fits("where", operand->number(), dtype, where, {{"condition", condition}});
    }
  }
  // Numbers become tensors without dimensions, which the expansion below repeats.
  const auto tensor_of = [&](const Operand& operand) {
    return operand.is_tensor() ? operand.tensor().to(dtype, where)
                               : full({}, operand.number(), {.dtype = dtype});
  };
  const Tensor x = tensor_of(a);
  const Tensor y = tensor_of(b);
  const Shape shape = broadcast_shapes(
      "where", broadcast_shapes("where", x.shape(), y.shape(), where), condition.shape(), where);
  const Tensor c = expand_operand(condition, shape, where);
  const Tensor xs = expand_operand(x, shape, where);
  const Tensor ys = expand_operand(y, shape, where);
  return record({.op = "where",
                 .where = where,
                 .output = kernels::where(c, xs, ys),
                 .inputs = {xs, ys},
                 .saved = {c},
                 .backward = [](const Backward& g) -> Gradients {
                   const Tensor chosen = g.saved(0);
                   return {g.needs(0) ? retrograd::where(chosen, g.grad, 0.0) : Tensor(),
                           g.needs(1) ? retrograd::where(chosen, 0.0, g.grad) : Tensor()};
                 }});
}

}  // namespace retrograd
