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
  const Call call("sin", where, x);
  return from_input(call, Unary::sin, x,
                    [](const Tensor& g, const Tensor& v) { return g * cos(v); });
}

Tensor cos(const Tensor& x, Where where) {
  const Call call("cos", where, x);
  return from_input(call, Unary::cos, x,
                    [](const Tensor& g, const Tensor& v) { return g * -sin(v); });
}

Tensor tan(const Tensor& x, Where where) {
  const Call call("tan", where, x);
  return from_output(call, Unary::tan, x,
                     [](const Tensor& g, const Tensor& y) { return g * (1.0 + square(y)); });
}

Tensor asin(const Tensor& x, Where where) {
  const Call call("asin", where, x);
  return from_input(call, Unary::asin, x,
                    [](const Tensor& g, const Tensor& v) { return g * arc_slope(v); });
}

Tensor acos(const Tensor& x, Where where) {
  const Call call("acos", where, x);
  return from_input(call, Unary::acos, x,
                    [](const Tensor& g, const Tensor& v) { return g * -arc_slope(v); });
}

Tensor atan(const Tensor& x, Where where) {
  const Call call("atan", where, x);
  return from_input(call, Unary::atan, x, [](const Tensor& g, const Tensor& v) {
    return g * reciprocal(1.0 + square(v));
  });
}

Tensor sinh(const Tensor& x, Where where) {
  const Call call("sinh", where, x);
  return from_input(call, Unary::sinh, x,
                    [](const Tensor& g, const Tensor& v) { return g * cosh(v); });
}

Tensor cosh(const Tensor& x, Where where) {
  const Call call("cosh", where, x);
  return from_input(call, Unary::cosh, x,
                    [](const Tensor& g, const Tensor& v) { return g * sinh(v); });
}

}  // namespace retrograd
