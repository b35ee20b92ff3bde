#include <retrograd/ops/trigonometry.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using kernels::Unary;

// A function whose derivative is `slope` of its input.
template <class Slope>
Tensor function(const char* op, Unary kind, const Tensor& x, Where where, Slope slope) {
  check::floating(op, x, where);
  return record({.op = op,
                 .where = where,
                 .output = kernels::unary(kind, x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [slope](const Backward& b) -> Gradients {
                   return {b.grad * slope(b.saved(0))};
                 }});
}

// 1 / sqrt(1 - x^2), in factors that are exact near 1 and -1.
Tensor arc_slope(const Tensor& x) {
  return rsqrt((1.0 - x) * (1.0 + x));
}

}  // namespace

Tensor sin(const Tensor& x, Where where) {
  return function("sin", Unary::sin, x, where, [](const Tensor& v) { return cos(v); });
}

Tensor cos(const Tensor& x, Where where) {
  return function("cos", Unary::cos, x, where, [](const Tensor& v) { return -sin(v); });
}

Tensor tan(const Tensor& x, Where where) {
  check::floating("tan", x, where);
  const Tensor y = kernels::unary(Unary::tan, x);
  return record({.op = "tan",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .saved = {y},
                 .backward = [](const Backward& b) -> Gradients {
                   return {b.grad * (1.0 + square(b.saved(0)))};
                 }});
}

Tensor asin(const Tensor& x, Where where) {
  return function("asin", Unary::asin, x, where, arc_slope);
}

Tensor acos(const Tensor& x, Where where) {
  return function("acos", Unary::acos, x, where, [](const Tensor& v) { return -arc_slope(v); });
}

Tensor atan(const Tensor& x, Where where) {
  return function("atan", Unary::atan, x, where,
                  [](const Tensor& v) { return reciprocal(1.0 + square(v)); });
}

Tensor sinh(const Tensor& x, Where where) {
  return function("sinh", Unary::sinh, x, where, [](const Tensor& v) { return cosh(v); });
}

Tensor cosh(const Tensor& x, Where where) {
  return function("cosh", Unary::cosh, x, where, [](const Tensor& v) { return sinh(v); });
}

}  // namespace retrograd
