#include <retrograd/ops/trigonometry.h>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

using kernels::Unary;

// 1 / sqrt(1 - x^2), in factors that are exact near 1 and -1.
Tensor arc_slope(const Tensor& x) {
  return rsqrt((1.0 - x) * (1.0 + x));
}

}  // namespace

Tensor sin(const Tensor& x, Where where) {
  return from_input(Call("sin", where, x), Unary::sin, x,
                    [](const Tensor& g, const Tensor& v) { return g * cos(v); });
}

Tensor cos(const Tensor& x, Where where) {
  return from_input(Call("cos", where, x), Unary::cos, x,
                    [](const Tensor& g, const Tensor& v) { return g * -sin(v); });
}

Tensor tan(const Tensor& x, Where where) {
  return from_output(Call("tan", where, x), Unary::tan, x,
                     [](const Tensor& g, const Tensor& y) { return g * (1.0 + square(y)); });
}

Tensor asin(const Tensor& x, Where where) {
  return from_input(Call("asin", where, x), Unary::asin, x,
                    [](const Tensor& g, const Tensor& v) { return g * arc_slope(v); });
}

Tensor acos(const Tensor& x, Where where) {
  return from_input(Call("acos", where, x), Unary::acos, x,
                    [](const Tensor& g, const Tensor& v) { return g * -arc_slope(v); });
}

Tensor atan(const Tensor& x, Where where) {
  const Call call("atan", where, x);
  return from_input(call, Unary::atan, x, [](const Tensor& g, const Tensor& v) {
    return g * reciprocal(1.0 + square(v));
  });
}

Tensor sinh(const Tensor& x, Where where) {
  return from_input(Call("sinh", where, x), Unary::sinh, x,
                    [](const Tensor& g, const Tensor& v) { return g * cosh(v); });
}

Tensor cosh(const Tensor& x, Where where) {
  return from_input(Call("cosh", where, x), Unary::cosh, x,
                    [](const Tensor& g, const Tensor& v) { return g * sinh(v); });
}

}  // namespace retrograd
