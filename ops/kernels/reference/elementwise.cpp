// Functions of single elements, https://numpy.org/doc/1.24/reference/ufuncs.html
#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

// NaN where there is one.
template <class A>
A larger(const A& a, const A& b) {
  return xt::where(xt::not_equal(a, a) || a > b, a, b);
}
template <class A>
A smaller(const A& a, const A& b) {
  return xt::where(xt::not_equal(a, a) || a < b, a, b);
}

// Of all numbers.
template <class A>
A simple(Unary op, const A& x) {
  using Value = typename A::value_type;
  const A zero = xt::zeros_like(x);
  switch (op) {
    case Unary::neg: return -x;
    case Unary::abs: return xt::abs(x);
    case Unary::sign:
      return xt::where(xt::equal(x, x), xt::cast<Value>(x > zero) - xt::cast<Value>(x < zero), x);
    case Unary::square: return x * x;
    default: return larger(x, zero);  // relu
  }
}

Array function(Unary op, const Array& x) {
  switch (op) {
    case Unary::exp: return xt::exp(x);
    case Unary::log: return xt::log(x);
    case Unary::log1p: return xt::log1p(x);
    case Unary::sqrt: return xt::sqrt(x);
    case Unary::tanh: return xt::tanh(x);
    case Unary::sigmoid: return 1.0 / (1.0 + xt::exp(-x));
    case Unary::expm1: return xt::expm1(x);
    case Unary::log2: return xt::log2(x);
    case Unary::rsqrt: return 1.0 / xt::sqrt(x);
    case Unary::reciprocal: return 1.0 / x;
    case Unary::sin: return xt::sin(x);
    case Unary::cos: return xt::cos(x);
    case Unary::tan: return xt::tan(x);
    case Unary::asin: return xt::asin(x);
    case Unary::acos: return xt::acos(x);
    case Unary::atan: return xt::atan(x);
    case Unary::sinh: return xt::sinh(x);
    case Unary::cosh: return xt::cosh(x);
    case Unary::erf: return xt::erf(x);
    case Unary::floor: return xt::floor(x);
    case Unary::ceil: return xt::ceil(x);
    case Unary::round: return xt::nearbyint(x);
    default: return simple(op, x);
  }
}
Integers function(Unary op, const Integers& x) {
  return simple(op, x);
}

// a - b floor(a / b), with the sign of b
template <class A, class Left>
A with_sign_of(const A& b, const Left& left) {
  return xt::where(xt::not_equal(left, 0) && xt::not_equal(left < 0, b < 0), left + b, left);
}

Array function(Binary op, const Array& a, const Array& b) {
  switch (op) {
    case Binary::add: return a + b;
    case Binary::sub: return a - b;
    case Binary::mul: return a * b;
    case Binary::div: return a / b;
    case Binary::pow: return xt::pow(a, b);
    case Binary::maximum: return larger(a, b);
    case Binary::minimum: return smaller(a, b);
    case Binary::fmod: return xt::fmod(a, b);
    case Binary::remainder: return with_sign_of(b, Array(xt::fmod(a, b)));
    case Binary::floor_divide: break;
  }
  // A quotient just below a whole number must not be rounded up to it.
  return xt::where(xt::equal(b, 0.0), a / b,
                   xt::nearbyint((a - with_sign_of(b, Array(xt::fmod(a, b)))) / b));
}

Integers function(Binary op, const Integers& a, const Integers& b) {
  switch (op) {
    case Binary::add: return a + b;
    case Binary::sub: return a - b;
    case Binary::mul: return a * b;
    case Binary::pow: return xt::where(xt::equal(a, 0) && b < 0, 0.0, xt::trunc(xt::pow(a, b)));
    case Binary::maximum: return larger(a, b);
    case Binary::minimum: return smaller(a, b);
    case Binary::fmod: return a % b;
    case Binary::remainder: return with_sign_of(b, Integers(a % b));
    default: return (a - with_sign_of(b, Integers(a % b))) / b;
  }
}

template <class A>
Integers comparison(Compare op, const A& a, const A& b) {
  switch (op) {
    case Compare::eq: return xt::equal(a, b);
    case Compare::ne: return xt::not_equal(a, b);
    case Compare::lt: return a < b;
    case Compare::le: return a <= b;
    case Compare::gt: return a > b;
    case Compare::ge: break;
  }
  return a >= b;
}

// Calls f with the values of x and the number, as an array of rank 0.
template <class F>
Tensor with_number(F&& f, const Tensor& x, Scalar number) {
  return is_floating(x.dtype()) ? f(array(x), Array(rounded(number.to<double>(), x.dtype())))
                                : f(integers(x), Integers(number.to<std::int64_t>()));
}

}  // namespace

Tensor unary(Unary op, const Tensor& x) {
  return with_values(
      [&](const auto& values) { return tensor(function(op, values), x.shape(), x.dtype()); }, x);
}

Tensor binary(Binary op, const Tensor& a, const Tensor& b) {
  return with_values(
      [&](const auto& x, const auto& y) {
        return tensor(function(op, x, y), a.shape(), a.dtype());
      },
      a, b);
}

Tensor binary(Binary op, const Tensor& a, Scalar b) {
  return with_number(
      [&](const auto& x, const auto& y) {
        return tensor(function(op, x, y), a.shape(), a.dtype());
      },
      a, b);
}

Tensor binary(Binary op, Scalar a, const Tensor& b) {
  return with_number(
      [&](const auto& y, const auto& x) {
        return tensor(function(op, x, y), b.shape(), b.dtype());
      },
      b, a);
}

Tensor compare(Compare op, const Tensor& a, const Tensor& b) {
  return with_values(
      [&](const auto& x, const auto& y) {
        return tensor(comparison(op, x, y), a.shape(), boolean);
      },
      a, b);
}

Tensor compare(Compare op, const Tensor& a, Scalar b) {
  return with_number(
      [&](const auto& x, const auto& y) {
        return tensor(comparison(op, x, y), a.shape(), boolean);
      },
      a, b);
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  const Integers chosen = integers(condition);
  return with_values(
      [&]<class A>(const A& x, const A& y) {
        return tensor(A(xt::where(xt::not_equal(chosen, 0), x, y)), a.shape(), a.dtype());
      },
      a, b);
}

// a + w (b - a), written so that it is b for w = 1
Tensor lerp(const Tensor& a, const Tensor& b, const Tensor& weight) {
  const Array x = array(a);
  const Array y = array(b);
  const Array w = array(weight);
  return tensor(xt::where(w < 0.5, x + w * (y - x), y - (y - x) * (1.0 - w)), a.shape(), a.dtype());
}

}  // namespace retrograd::kernels::reference
