#include <retrograd/ops/dropout.h>

#include <cmath>
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/activation/dropout.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

void check_arguments(const char* op, const Tensor& x, double p, Where where) {
  check::floating(op, x, where);
  if (!(p >= 0 && p <= 1)) {
    fail<ValueError>(op, where, "p is " + number_text(p) + "; it must lie between 0 and 1",
                     {{"input", x}});
  }
}

Tensor draw(const Tensor& model, double p, Generator& generator) {
  const Generator::State state = generator.take(kernels::positions_of_mask(model));
  return kernels::random_mask(model, 1 - p, state);
}

// Its own backward.
Tensor masked(const char* op, const Tensor& x, const Tensor& mask, double scale, Where where) {
  return record({.op = op,
                 .where = where,
                 .output = kernels::masked_product(x, mask, scale),
                 .inputs = {x},
                 .saved = {mask},
                 .backward = [op, scale](const Backward& b) -> Gradients {
                   return {masked(op, b.grad, b.saved(0), scale, {})};
                 }});
}

double scale_for(double p) {
  return p == 1 ? 0 : 1 / (1 - p);
}

// `leading` dimensions have their own numbers, the others share one.
Tensor channel_dropout(const char* op, const Tensor& x, std::size_t leading, double p,
                       bool training, Generator& generator, Where where) {
  if (!training) {
    return whole_view(op, x, where);
  }
  Shape shape = x.shape();
  for (std::size_t d = leading; d < shape.size(); ++d) {
    shape[d] = 1;
  }
  const Tensor mask = draw(empty_tensor(shape, x.dtype()), p, generator);
  return masked(op, x, expand_operand(mask, x.shape(), where), scale_for(p), where);
}

void check_rank(const char* op, const Tensor& x, std::int64_t least, const char* shapes,
                Where where) {
  if (x.dim() != least && x.dim() != least + 1) {
    fail<ShapeError>(op, where, std::string("needs an input ") + shapes, {{"input", x}});
  }
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  check_arguments("dropout", x, p, where);
  return training ? masked("dropout", x, draw(x, p, generator), scale_for(p), where)
                  : whole_view("dropout", x, where);
}

Tensor dropout1d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  check_arguments("dropout1d", x, p, where);
  check_rank("dropout1d", x, 2, "(N, C, L) or (C, L)", where);
  return channel_dropout("dropout1d", x, x.dim() == 2 ? 1 : 2, p, training, generator, where);
}

Tensor dropout2d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  check_arguments("dropout2d", x, p, where);
  check_rank("dropout2d", x, 3, "(N, C, H, W) or (N, C, L)", where);
  return channel_dropout("dropout2d", x, 2, p, training, generator, where);
}

Tensor dropout3d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  check_arguments("dropout3d", x, p, where);
  check_rank("dropout3d", x, 4, "(N, C, D, H, W) or (C, D, H, W)", where);
  return channel_dropout("dropout3d", x, x.dim() == 4 ? 1 : 2, p, training, generator, where);
}

Tensor alpha_dropout(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  check_arguments("alpha_dropout", x, p, where);
  if (!training) {
    return whole_view("alpha_dropout", x, where);
  }
  const Tensor mask = draw(x, p, generator);
  if (p == 1) {
    return masked("alpha_dropout", x, mask, 0, where);
  }
  constexpr double kLeast = -1.7580993408473766;  // -scale * alpha of selu
  const double a = 1 / std::sqrt((1 - p) * (1 + p * kLeast * kLeast));
  const Tensor wide = widened(x, where);
  const Tensor kept = masked("alpha_dropout", wide, mask, a, where);
  const Tensor rest = sub(1.0, mask.to(wide.dtype()), where);
  return add(kept, add(mul(rest, a * kLeast, where), -a * p * kLeast, where), where)
      .to(x.dtype(), where);
}

}  // namespace retrograd
