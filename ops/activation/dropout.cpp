#include <retrograd/ops/dropout.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/activation/dropout.h>

namespace retrograd {

namespace {

void check_arguments(const Frame& call, const Tensor& x, double p) {
  check::floating(call, x);
  check::require<ValueError>(call, p >= 0 && p <= 1, {{"input", x}},
                             "p is {}; it must lie between 0 and 1 [value-out-of-range]", p);
}

Tensor draw(const Tensor& model, double p, Generator& generator) {
  return kernels::random_mask(model, 1 - p, kernels::take_mask(generator, model.shape()));
}

// Its own backward.
Tensor masked(const Call& call, const Tensor& x, const Tensor& mask, double scale) {
  return with_rule(call, x, kernels::masked_product(x, mask, scale), mask,
                   [op = call.name(), scale](const Tensor& g, const Tensor& saved) {
                     return masked(Call(op, {}), g, saved, scale);
                   });
}

double scale_for(double p) {
  return p == 1 ? 0 : 1 / (1 - p);
}

// A mask of this shape, which is expanded to that of x.
Tensor masked_by(const Call& call, const Tensor& x, const Shape& shape, double p,
                 Generator& generator) {
  const Tensor mask = draw(empty_tensor(shape, x.dtype()), p, generator);
  return masked(call, x, expand_operand(mask, x.shape()), scale_for(p));
}

// Channels have one number each. `channels`: the dimension that counts them in an input of the rank
// `least`; where there is one more dimension, it is 1.
Tensor channel_dropout(const Call& call, const Tensor& x, double p, bool training,
                       Generator& generator, std::int64_t least, std::ptrdiff_t channels,
                       const char* shapes) {
  check_arguments(call, x, p);
  check::require<ShapeError>(call, x.dim() == least || x.dim() == least + 1, {{"input", x}},
                             "needs an input {} [rank-unexpected]", shapes);
  if (!training) {
    return whole_view(call, x);
  }
  Shape shape = x.shape();
  std::fill(shape.begin() + (x.dim() == least ? channels : 1) + 1, shape.end(), 1);
  return masked_by(call, x, shape, p, generator);
}

}  // namespace

Tensor dropout(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout", where, x, p, training, generator);
  check_arguments(call, x, p);
  return training ? masked(call, x, draw(x, p, generator), scale_for(p)) : whole_view(call, x);
}

Tensor dropout1d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout1d", where, x, p, training, generator);
  return channel_dropout(call, x, p, training, generator, 2, 0, "(N, C, L) or (C, L)");
}

Tensor dropout2d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout2d", where, x, p, training, generator);
  return channel_dropout(call, x, p, training, generator, 3, 1, "(N, C, H, W) or (N, C, L)");
}

Tensor dropout3d(const Tensor& x, double p, bool training, Generator& generator, Where where) {
  const Call call("dropout3d", where, x, p, training, generator);
  return channel_dropout(call, x, p, training, generator, 4, 0, "(N, C, D, H, W) or (C, D, H, W)");
}

Tensor stochastic_depth(const Tensor& x, double p, StochasticDepthMode mode, bool training,
                        Generator& generator, Where where) {
  const Call call("stochastic_depth", where, x, p, mode, training, generator);
  check_arguments(call, x, p);
  const bool by_row = mode == StochasticDepthMode::row;
  check::require<ShapeError>(call, !by_row || x.dim() >= 1, {{"input", x}},
                             "needs a dimension that counts the samples [rank-unexpected]");
  if (!training || p == 0) {
    return whole_view(call, x);
  }
  Shape shape = x.shape();
  std::fill(shape.begin() + (by_row ? 1 : 0), shape.end(), 1);
  return masked_by(call, x, shape, p, generator);
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
