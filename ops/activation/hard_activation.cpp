// Activations of straight pieces, declared in ops/activation.h.
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/kernels/activation/activation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd {

namespace {

Tensor limited(const char* op, const Tensor& x, double lower, double upper, Where where) {
  // As the dtype holds them, so that results at a bound compare as equal to it.
  const auto held = [&](double bound) { return detail::rounded(bound, x.dtype()).to<double>(); };
  const double min = held(lower);
  const double max = held(upper);
  return record({.op = op,
                 .where = where,
                 .output = kernels::hardtanh(x, min, max),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [min, max](const Backward& b) -> Gradients {
                   const Tensor given = b.saved(0);
                   const Tensor below_max = retrograd::where(given >= max, 0, b.grad);
                   return {retrograd::where(given <= min, 0, below_max)};
                 }});
}

}  // namespace

Tensor hardtanh(const Tensor& x, double min_val, double max_val, Where where) {
  check::floating("hardtanh", x, where);
  if (!(min_val <= max_val)) {
    fail<ValueError>("hardtanh", where,
                     "min_val is " + number_text(min_val) + " and max_val " + number_text(max_val) +
                         "; it must not be less",
                     {{"input", x}});
  }
  return limited("hardtanh", x, min_val, max_val, where);
}

Tensor relu6(const Tensor& x, Where where) {
  check::floating("relu6", x, where);
  return limited("relu6", x, 0, 6, where);
}

Tensor hardsigmoid(const Tensor& x, Where where) {
  check::floating("hardsigmoid", x, where);
  return record({.op = "hardsigmoid",
                 .where = where,
                 .output = kernels::hardsigmoid(x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor inside = abs(b.saved(0).detach()) < 3;
                   return {retrograd::where(inside, b.grad / 6.0, 0)};
                 }});
}

Tensor hardswish(const Tensor& x, Where where) {
  check::floating("hardswish", x, where);
  return record({.op = "hardswish",
                 .where = where,
                 .output = kernels::hardswish(x),
                 .inputs = {x},
                 .saved = {x},
                 .backward = [](const Backward& b) -> Gradients {
                   const Tensor given = b.saved(0);
                   const Tensor between = b.grad * (clamp(given, -3, 3) / 3.0 + 0.5);
                   const Tensor up_to_3 = retrograd::where(given <= 3, between, b.grad);
                   return {retrograd::where(given < -3, 0, up_to_3)};
                 }});
}

}  // namespace retrograd
