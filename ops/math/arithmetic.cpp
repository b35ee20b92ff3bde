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
void check_divisor(const Call& call, const Pair& p, const Operand& a, const Operand& b) {
  const DType dtype = p.tensor().dtype();
  check::require<DTypeError>(call, dtype != boolean,
                             {check::operand("a", a), check::operand("b", b)},
                             "booleans have no quotient [dtype-unexpected]");
  const bool divides_by_0 =
      !is_floating(dtype) &&
      (p.b != nullptr ? any(p.b->detach() == 0).item<bool>() : p.number_b.to<double>() == 0);
  check::require<ValueError>(call, !divides_by_0, {check::operand("a", a), check::operand("b", b)},
                             "an integer has no quotient by 0 [division-by-zero]");
}

constexpr auto itself = [](const Tensor& grad) { return grad; };
constexpr auto negated = [](const Tensor& grad) { return -grad; };
constexpr auto zero = [](const Tensor& grad) { return zeros_like(grad); };

// y of operands whose gradients follow from that of y alone.
template <class RuleOfA, class RuleOfB>
Tensor recorded(const Call& call, const Pair& p, Tensor y, RuleOfA to_a, RuleOfB to_b) {
  if (p.b == nullptr) {
    return with_rule(call, *p.a, std::move(y), to_a);
  }
  if (p.a == nullptr) {
    return with_rule(call, *p.b, std::move(y), to_b);
  }
  return with_rules(
      call, *p.a, *p.b, std::move(y), {}, [to_a](const Backward& g) { return to_a(g.grad); },
      [to_b](const Backward& g) { return to_b(g.grad); });
}

// a - b q, where q is the quotient that `rounded` makes of a and b.
template <class Rounded>
Tensor modulo(const Call& call, Binary op, const Operand& a, const Operand& b, Rounded rounded) {
  const Pair p(call, a, b, Number::stored);
  check_divisor(call, p, a, b);
  Tensor y = compute(op, p);
  if (p.b == nullptr) {
    return with_rule(call, *p.a, std::move(y), itself);
  }
  const Tensor dividend = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const bool saves = p.b->requires_grad();
  return with_rules(
      call, dividend, *p.b, std::move(y), {save_if(saves, dividend), save_if(saves, *p.b)},
      [](const Backward& g) { return g.grad; },
      [rounded](const Backward& g) {
        // A quotient above 256 is no bfloat16.
        const Tensor quotient = rounded(widened(g.saved(0)).detach(), widened(g.saved(1)).detach());
        return -(widened(g.grad) * quotient).to(g.grad.dtype());
      });
}

}  // namespace

Tensor add(const Operand& a, const Operand& b, Where where) {
  const Call call("add", where, a, b);
  const Pair p(call, a, b, Number::added);
  return recorded(call, p, compute(Binary::add, p), itself, itself);
}

Tensor sub(const Operand& a, const Operand& b, Where where) {
  const Call call("sub", where, a, b);
  const Pair p(call, a, b, Number::added);
  return recorded(call, p, compute(Binary::sub, p), itself, negated);
}

Tensor mul(const Operand& a, const Operand& b, Where where) {
  const Call call("mul", where, a, b);
  const Pair p(call, a, b, Number::added);
  Tensor y = compute(Binary::mul, p);
  if (p.has_number()) {
    return with_rule(call, p.tensor(), std::move(y),
                     [factor = p.number()](const Tensor& g) { return g * factor; });
  }
  const auto times = [](const Tensor& g, const Tensor& other) { return g * other; };
  return with_product_rules(call, *p.a, *p.b, std::move(y), times, times);
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
  return with_rules(
      call, *p.a, *p.b, std::move(y), {save_if(p.b->requires_grad(), *p.a), *p.b},
      [](const Backward& g) { return g.grad / g.saved(1); },
      [](const Backward& g) {
        const Tensor divisor = g.saved(1);
        return -(g.grad * (g.saved(0) / divisor / divisor));
      });
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
  check_divisor(call, p, a, b);
  return recorded(call, p, compute(Binary::floor_divide, p), zero, zero);
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
    Tensor y = kernels::binary(Binary::pow, *p.a, p.number_b);
    return with_backward(call, *p.a, std::move(y), {*p.a}, [exponent](const Backward& g) {
      return exponent == 0 ? zeros_like(g.grad)
                           : g.grad * (exponent * pow(g.saved(0), exponent - 1));
    });
  }
  const Tensor base = p.a != nullptr ? *p.a : full_like(*p.b, p.number_a);
  const Tensor& exponents = *p.b;
  const Tensor y = kernels::binary(Binary::pow, base, exponents);
  return with_rules(
      call, base, exponents, y, {base, exponents, save_if(exponents.requires_grad(), y)},
      [](const Backward& g) {
        const Tensor root = g.saved(0);
        const Tensor exponent = g.saved(1);
        // 0 x^-1 is 0 times inf where the base is 0
        const Tensor level = exponent == 0.0;
        const Tensor slope = exponent * pow(retrograd::where(level, 1.0, root), exponent - 1.0);
        return g.grad * retrograd::where(level, 0.0, slope);
      },
      [](const Backward& g) {
        const Tensor root = g.saved(0);
        const Tensor exponent = g.saved(1);
        // y log(base) is 0 times -inf where the base is 0
        const Tensor flat = retrograd::where(root == 0.0, exponent >= 0.0, false);
        const Tensor safe = retrograd::where(flat, 1.0, root);
        return g.grad * retrograd::where(flat, 0.0, g.saved(2) * log(safe));
      });
}

}  // namespace retrograd
