#include <retrograd/ops/arithmetic.h>

#include <utility>

#include <retrograd/ops/detail/pair.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

using kernels::Binary;

Tensor compute(Binary op, const Pair& p) {
  if (p.a == nullptr) {
    return kernels::binary(op, p.number_a, *p.b);
  }
  return p.b != nullptr ? kernels::binary(op, *p.a, *p.b) : kernels::binary(op, *p.a, p.number_b);
}

// Booleans have no quotient, and integers none by 0.
void check_divisor(const Call& call, const Pair& p) {
  const Tensor& x = p.b != nullptr ? *p.b : *p.a;
  if (x.dtype() == boolean) {
    fail<DTypeError>(call, "booleans have no quotient", {{"input", x}});
  }
  if (!is_floating(x.dtype()) &&
      (p.b != nullptr ? any(p.b->detach() == 0).item<bool>() : p.number_b.to<double>() == 0)) {
    fail<ValueError>(call, "an integer has no quotient by 0", {{"input", x}});
  }
}

// a - b q, where q is the quotient that `rounded` makes of a and b.
template <class Rounded>
Tensor modulo(const Call& call, Binary op, const Operand& a, const Operand& b, Rounded rounded) {
  const Pair p(call, a, b, Number::stored);
  check_divisor(call, p);
  Tensor y = compute(op, p);
  if (p.b == nullptr) {
    return call.record({.output = std::move(y),
                        .inputs = {*p.a},
                        .backward = [](const Backward& g) -> Gradients { return {g.grad}; }});
  }
  const Tensor dividend = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const bool saves = p.b->requires_grad();
  return call.record({.output = std::move(y),
                      .inputs = {dividend, *p.b},
                      .saved = {save_if(saves, dividend), save_if(saves, *p.b)},
                      .backward = [rounded](const Backward& g) -> Gradients {
                        if (!g.needs(1)) {
                          return {g.grad, Tensor()};
                        }
                        // A quotient above 256 is no bfloat16.
                        const Tensor quotient =
                            rounded(widened(g.saved(0)).detach(), widened(g.saved(1)).detach());
                        return {g.grad, -(widened(g.grad) * quotient).to(g.grad.dtype())};
                      }});
}

}  // namespace

Tensor add(const Operand& a, const Operand& b, Where where) {
  const Call call("add", where, a, b);
  const Pair p(call, a, b, Number::added);
  Tensor y = compute(Binary::add, p);
  if (p.has_number()) {
    return with_rule(call, p.tensor(), std::move(y), [](const Tensor& g) { return g; });
  }
  return call.record({.output = std::move(y),
                      .inputs = {*p.a, *p.b},
                      .backward = [](const Backward& g) -> Gradients {
                        return {g.grad, g.grad};
                      }});
}

Tensor sub(const Operand& a, const Operand& b, Where where) {
  const Call call("sub", where, a, b);
  const Pair p(call, a, b, Number::added);
  Tensor y = compute(Binary::sub, p);
  if (p.has_number()) {
    return with_rule(call, p.tensor(), std::move(y),
                     [negated = p.a == nullptr](const Tensor& g) { return negated ? -g : g; });
  }
  return call.record({.output = std::move(y),
                      .inputs = {*p.a, *p.b},
                      .backward = [](const Backward& g) -> Gradients {
                        return {g.grad, g.needs(1) ? -g.grad : Tensor()};
                      }});
}

Tensor mul(const Operand& a, const Operand& b, Where where) {
  const Call call("mul", where, a, b);
  const Pair p(call, a, b, Number::added);
  Tensor y = compute(Binary::mul, p);
  if (p.has_number()) {
    return with_rule(call, p.tensor(), std::move(y),
                     [factor = p.number()](const Tensor& g) { return g * factor; });
  }
  return call.record(
      {.output = std::move(y),
       .inputs = {*p.a, *p.b},
       .saved = {save_if(p.b->requires_grad(), *p.a), save_if(p.a->requires_grad(), *p.b)},
       .backward = [](const Backward& g) -> Gradients {
         return {g.needs(0) ? g.grad * g.saved(1) : Tensor(),
                 g.needs(1) ? g.grad * g.saved(0) : Tensor()};
       }});
}

Tensor div(const Operand& a, const Operand& b, Where where) {
  const Call call("div", where, a, b);
  const Pair p(call, a, b, Number::divided);
  Tensor y = compute(Binary::div, p);
  if (p.b == nullptr) {
    return with_rule(call, *p.a, std::move(y),
                     [divisor = p.number_b](const Tensor& g) { return g / divisor; });
  }
  // d/db = -(a / b) / b, the quotient first: 1 over a tiny divisor is infinite.
  if (p.a == nullptr) {
    return with_rule(call, *p.b, std::move(y), *p.b,
                     [dividend = p.number_a](const Tensor& g, const Tensor& divisor) {
                       return -(g * (dividend / divisor / divisor));
                     });
  }
  return call.record({.output = std::move(y),
                      .inputs = {*p.a, *p.b},
                      .saved = {save_if(p.b->requires_grad(), *p.a), *p.b},
                      .backward = [](const Backward& g) -> Gradients {
                        const Tensor divisor = g.saved(1);
                        return {
                            g.needs(0) ? g.grad / divisor : Tensor(),
                            g.needs(1) ? -(g.grad * (g.saved(0) / divisor / divisor)) : Tensor()};
                      }});
}

Tensor fmod(const Operand& a, const Operand& b, Where where) {
  return modulo(Call("fmod", where, a, b), Binary::fmod, a, b,
                [](const Tensor& x, const Tensor& y) { return round((x - fmod(x, y)) / y); });
}

Tensor remainder(const Operand& a, const Operand& b, Where where) {
  return modulo(Call("remainder", where, a, b), Binary::remainder, a, b,
                [](const Tensor& x, const Tensor& y) { return floor_divide(x, y); });
}

Tensor floor_divide(const Operand& a, const Operand& b, Where where) {
  const Call call("floor_divide", where, a, b);
  const Pair p(call, a, b, Number::stored);
  check_divisor(call, p);
  Tensor y = compute(Binary::floor_divide, p);
  if (p.a == nullptr || p.b == nullptr) {
    return call.record(
        {.output = std::move(y),
         .inputs = {p.a != nullptr ? *p.a : *p.b},
         .backward = [](const Backward& g) -> Gradients { return {zeros_like(g.grad)}; }});
  }
  return call.record({.output = std::move(y),
                      .inputs = {*p.a, *p.b},
                      .backward = [](const Backward& g) -> Gradients {
                        return {zeros_like(g.grad), zeros_like(g.grad)};
                      }});
}

Tensor pow(const Operand& a, const Operand& b, Where where) {
  const Call call("pow", where, Cast::upcast, a, b);
  check_operands(call, a, b);
  const Tensor none;
  const auto [first, second] =
      call.inputs({{"input", a.is_tensor() ? a.tensor() : none, optional},
                   {"exponent", b.is_tensor() ? b.tensor() : none, optional}});
  const Pair p(call, a.is_tensor() ? Operand(first) : a, b.is_tensor() ? Operand(second) : b,
               Number::stored);
  if (p.b == nullptr) {
    const double exponent = p.number_b.to<double>();
    return call.record({.output = kernels::binary(Binary::pow, *p.a, p.number_b),
                        .inputs = {*p.a},
                        .saved = {*p.a},
                        .backward = [exponent](const Backward& g) -> Gradients {
                          if (exponent == 0) {
                            return {zeros_like(g.grad)};
                          }
                          return {g.grad * (exponent * pow(g.saved(0), exponent - 1))};
                        }});
  }
  const Tensor base = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const Tensor& exponents = *p.b;
  const Tensor y = kernels::binary(Binary::pow, base, exponents);
  return call.record({.output = y,
                      .inputs = {base, exponents},
                      .saved = {base, exponents, save_if(exponents.requires_grad(), y)},
                      .backward = [](const Backward& g) -> Gradients {
                        const Tensor root = g.saved(0);
                        const Tensor exponent = g.saved(1);
                        Tensor for_base;
                        Tensor for_exponent;
                        if (g.needs(0)) {
                          // 0 x^-1 is 0 times inf where the base is 0
                          const Tensor level = exponent == 0.0;
                          const Tensor slope =
                              exponent * pow(retrograd::where(level, 1.0, root), exponent - 1.0);
                          for_base = g.grad * retrograd::where(level, 0.0, slope);
                        }
                        if (g.needs(1)) {
                          // y log(base) is 0 times -inf where the base is 0
                          const Tensor flat = retrograd::where(root == 0.0, exponent >= 0.0, false);
                          const Tensor safe = retrograd::where(flat, 1.0, root);
                          for_exponent =
                              g.grad * retrograd::where(flat, 0.0, g.saved(2) * log(safe));
                        }
                        return {for_base, for_exponent};
                      }});
}

}  // namespace retrograd
