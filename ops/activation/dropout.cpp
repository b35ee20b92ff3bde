#include <retrograd/ops/dropout.h>

#include <cmath>
#include <string>

#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/dropout.h>

namespace retrograd {

namespace {

void check_arguments(const Frame& call, const Tensor& x, double p) {
  check::floating(call, x);
  if (!(p >= 0 && p <= 1)) {
    fail<ValueError>(call, "p is " + number_text(p) + "; it must lie between 0 and 1",
                     {{"input", x}});
  }
}

Tensor draw(const Tensor& model, double p, Generator& generator) {
  const Generator::State state = generator.take(kernels::positions_of_mask(model));
  return kernels::random_mask(model, 1 - p, state);
}

// Its own backward.
Tensor masked(const Call& call, const Tensor& x, const Tensor& mask, double scale) {
  return call.record({.output = kernels::masked_product(x, mask, scale),
                      .inputs = {x},
                      .saved = {mask},
                      .backward = [op = call.name(), scale](const Backward& b) -> Gradients {
                        return {masked(Call(op, {}), b.grad, b.saved(0), scale)};
                      }});
}

double scale_for(double p) {
  return p == 1 ? 0 : 1 / (1 - p);
}

// `leading` dimensions have their own numbers, the others share one.
Tensor channel_dropout(const Call& call, const Tensor& x, std::size_t leading, double p,
                       bool training, Generator& generator) {
  if (!training) {
    return whole_view(call, x);
  }
  Shape shape = x.shape();
  for (std::size_t d = leading; d < shape.size(); ++d) {
    shape[d] = 1;
  }
  const Tensor mask = draw(empty_tensor(shape, x.dtype()), p, generator);
  return masked(call, x, expand_operand(mask, x.shape()), scale_for(p));
}

void check_rank(const Frame& call, const Tensor& x, std::int64_t least, const char* shapes) {
  if (x.dim() != least && x.dim() != least + 1) {
    fail<ShapeError>(call, std::string("needs an input ") + shapes, {{"input", x}});
  }
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout", where, x, p, training, generator);
  check_arguments(call, x, p);
  return training ? masked(call, x, draw(x, p, generator), scale_for(p)) : whole_view(call, x);
}

Tensor dropout1d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout1d", where, x, p, training, generator);
  check_arguments(call, x, p);
  check_rank(call, x, 2, "(N, C, L) or (C, L)");
  return channel_dropout(call, x, x.dim() == 2 ? 1 : 2, p, training, generator);
}

Tensor dropout2d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout2d", where, x, p, training, generator);
  check_arguments(call, x, p);
  check_rank(call, x, 3, "(N, C, H, W) or (N, C, L)");
  return channel_dropout(call, x, 2, p, training, generator);
}

Tensor dropout3d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout3d", where, x, p, training, generator);
  check_arguments(call, x, p);
  check_rank(call, x, 4, "(N, C, D, H, W) or (C, D, H, W)");
  return channel_dropout(call, x, x.dim() == 4 ? 1 : 2, p, training, generator);
}

Tensor alpha_dropout(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("alpha_dropout", where, x, p, training, generator);
  check_arguments(call, x, p);
  if (!training) {
    return whole_view(call, x);
  }
  const Tensor mask = draw(x, p, generator);
  if (p == 1) {
    return masked(call, x, mask, 0);
  }
  constexpr double kLeast = -1.7580993408473766;  // -scale * alpha of selu
  const double a = 1 / std::sqrt((1 - p) * (1 + p * kLeast * kLeast));
  const Tensor wide = widened(x);
  const Tensor kept = masked(call, wide, mask, a);
  const Tensor rest = 1.0 - mask.to(wide.dtype());
  const Tensor y = kept + (rest * (a * kLeast) + -a * p * kLeast);
  return call.result(y.to(x.dtype()));
}

}  // namespace retrograd
