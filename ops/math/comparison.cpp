// Comparisons, the larger and the smaller of two, and choices, declared in ops/arithmetic.h.
#include <retrograd/ops/detail/pair.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

using kernels::Binary;
using kernels::Compare;

Tensor compare(const Call& call, Compare kind, Compare mirrored, const Operand& a,
               const Operand& b) {
  const Pair p(call, a, b, Number::compared);
  if (!p.has_number()) {
    return call.result(kernels::compare(kind, *p.a, *p.b));
  }
  const Tensor& x = p.tensor();
  const Compare relation = p.a != nullptr ? kind : mirrored;
  if (!p.number().fits(x.dtype())) {  // it is larger than every element, or less
    const bool larger = p.number().to<double>() > 0;
    const bool holds =
        relation == Compare::ne || (larger ? relation == Compare::lt || relation == Compare::le
                                           : relation == Compare::gt || relation == Compare::ge);
    return call.result(full_like(x.detach(), holds, {.dtype = boolean}));
  }
  return call.result(kernels::compare(relation, x, detail::rounded(p.number(), x.dtype())));
}

Tensor extreme(const Call& call, Binary kind, const Operand& a, const Operand& b) {
  const Pair p(call, a, b, Number::stored);
  const Tensor x = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const Tensor z = p.b != nullptr ? *p.b : full_like(*p.a, p.number_b);
  const bool larger = kind == Binary::maximum;
  return call.record({.output = kernels::binary(kind, x, z),
                      .inputs = {x, z},
                      .saved = {x, z},
                      .backward = [larger](const Backward& g) -> Gradients {
                        const Tensor first = g.saved(0).detach();
                        const Tensor second = g.saved(1).detach();
                        // Neither loses to NaN.
                        const Tensor first_loses = larger ? first < second : first > second;
                        const Tensor second_loses = larger ? first > second : first < second;
                        const Tensor share =
                            retrograd::where(first == second, g.grad * 0.5, g.grad);
                        return {g.needs(0) ? retrograd::where(first_loses, 0, share) : Tensor(),
                                g.needs(1) ? retrograd::where(second_loses, 0, share) : Tensor()};
                      }});
}

}  // namespace

Tensor maximum(const Operand& a, const Operand& b, Where where) {
  return extreme(Call("maximum", where, a, b), Binary::maximum, a, b);
}

Tensor minimum(const Operand& a, const Operand& b, Where where) {
  return extreme(Call("minimum", where, a, b), Binary::minimum, a, b);
}

Tensor eq(const Operand& a, const Operand& b, Where where) {
  return compare(Call("eq", where, a, b), Compare::eq, Compare::eq, a, b);
}
Tensor ne(const Operand& a, const Operand& b, Where where) {
  return compare(Call("ne", where, a, b), Compare::ne, Compare::ne, a, b);
}
Tensor lt(const Operand& a, const Operand& b, Where where) {
  return compare(Call("lt", where, a, b), Compare::lt, Compare::gt, a, b);
}
Tensor le(const Operand& a, const Operand& b, Where where) {
  return compare(Call("le", where, a, b), Compare::le, Compare::ge, a, b);
}
Tensor gt(const Operand& a, const Operand& b, Where where) {
  return compare(Call("gt", where, a, b), Compare::gt, Compare::lt, a, b);
}
Tensor ge(const Operand& a, const Operand& b, Where where) {
  return compare(Call("ge", where, a, b), Compare::ge, Compare::le, a, b);
}

Tensor where(const Tensor& condition, const Operand& a, const Operand& b, Where where) {
  const Call call("where", where, condition, a, b);
  check::dtype(call, "condition", condition, boolean);
  check_operands(call, a, b);
  const std::initializer_list<ErrorArgument> inputs = {
      {"condition", condition}, check::operand("a", a), check::operand("b", b)};
  const DType dtype = result_dtype(a, b);
  for (const Operand* operand : {&a, &b}) {
    if (!operand->is_tensor()) {
      detail::require_fits(call, operand->number(), dtype, inputs);
    }
  }
  const Shape shape = check::broadcast(call, inputs);
  // Numbers become tensors without dimensions, which the expansion below repeats.
  const auto tensor_of = [&](const Operand& operand) {
    return operand.is_tensor() ? operand.tensor().to(dtype)
                               : full({}, operand.number(), {.dtype = dtype});
  };
  const Tensor x = tensor_of(a);
  const Tensor y = tensor_of(b);
  const Tensor c = expand_operand(condition, shape);
  const Tensor xs = expand_operand(x, shape);
  const Tensor ys = expand_operand(y, shape);
  return with_rules(
      call, xs, ys, kernels::where(c, xs, ys), {c},
      [](const Backward& g) { return retrograd::where(g.saved(0), g.grad, 0.0); },
      [](const Backward& g) { return retrograd::where(g.saved(0), 0.0, g.grad); });
}

}  // namespace retrograd
