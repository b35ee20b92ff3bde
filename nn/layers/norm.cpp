#include <retrograd/nn/norm.h>

#include <cmath>
#include <utility>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/internal/fold_norm.h>
#include <retrograd/ops/norm.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

namespace {

using namespace detail;

void require_eps(const Frame& call, double eps) {
  require(call, eps >= 0, "eps", eps, "at least 0 is needed");
}

void start_neutral(Weighted& layer, const Shape& shape, bool affine, DType dtype) {
  if (affine) {
    layer.weight = ones(shape, {.dtype = dtype, .requires_grad = true});
    layer.bias = zeros(shape, {.dtype = dtype, .requires_grad = true});
  }
}

constexpr const char* kBatchNames[] = {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"};
constexpr const char* kInstanceNames[] = {"InstanceNorm1d", "InstanceNorm2d"};

}  // namespace

RunningNorm::RunningNorm(const Frame& call, std::int64_t num_features, BatchNormOptions options)
    : Weighted(described(call.name(), num_features)), layer_(call.name()), options_(options) {
  require_positive(call, "num_features", num_features);
  require_floating(call, options.dtype);
  require_eps(call, options.eps);
  const double momentum = options.momentum.value_or(0);
  require(call, momentum >= 0 && momentum <= 1, "momentum", momentum,
          "it must lie between 0 and 1, or be left out");
  start_neutral(*this, {num_features}, options.affine, options.dtype);
  if (options.track_running_stats) {
    running_mean = zeros({num_features}, {.dtype = options.dtype});
    running_var = ones({num_features}, {.dtype = options.dtype});
    num_batches_tracked = zeros({}, {.dtype = int64});
  }
}

Members RunningNorm::members() {
  return {{"weight", weight},
          {"bias", bias},
          buffer("running_mean", running_mean),
          buffer("running_var", running_var),
          buffer("num_batches_tracked", num_batches_tracked)};
}

void RunningNorm::reset_running_stats() {
  if (running_mean.defined()) {
    running_mean.fill_(0);
    running_var.fill_(1);
    num_batches_tracked.fill_(0);
  }
}

bool RunningNorm::is_fixed(std::int64_t channels, DType dtype) const {
  const auto fits = [&](const Tensor& x) {
    return x.shape() == Shape{channels} && x.dtype() == dtype;
  };
  return !is_training() && running_mean.defined() && running_var.defined() && fits(running_mean) &&
         fits(running_var) && (!weight.defined() || fits(weight)) &&
         (!bias.defined() || fits(bias));
}

RunningNorm::ScaleAndShift RunningNorm::as_scale_and_shift() const {
  const auto [scale, shift] =
      retrograd::detail::scale_and_shift(running_mean, running_var, weight, bias, options_.eps);
  return {scale.to(running_mean.dtype()), shift.to(running_mean.dtype())};
}

void RunningNorm::set_batch_function(Function function) {
  function_ = std::move(function);
}

Tensor RunningNorm::normalised(const Tensor& x, bool relu) {
  const bool training = is_training() || !running_mean.defined();
  const retrograd::BatchNormOptions options{
      .training = training, .momentum = next_momentum(), .eps = options_.eps};
  Tensor y;
  if (is_training() && function_) {
    y = function_(x, running_mean, running_var, weight, bias, options);
    y = relu ? retrograd::relu(y) : y;
  } else {
    y = (relu ? batch_norm_relu : batch_norm)(x, running_mean, running_var, weight, bias, options,
                                              {});
  }
  if (is_training() && num_batches_tracked.defined()) {
    const NoGradGuard unrecorded;
    num_batches_tracked.add_(1);
  }
  return y;
}

double RunningNorm::next_momentum() const {
  if (options_.momentum || !num_batches_tracked.defined()) {
    return options_.momentum.value_or(0);
  }
  return 1 / (num_batches_tracked.item<double>() + 1);
}

void RunningNorm::require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const {
  if (x.defined() && (x.dim() < least || x.dim() > most)) {
    const std::string ranks =
        least == most ? text(least) : check::filled("{} or {}", {least, most});
    check::refuse<ShapeError>(Frame(layer_, {}), {{"input", x}},
                              "needs an input of {} dimensions [rank-unexpected]", ranks);
  }
}

template <std::size_t N>
BatchNorm<N>::BatchNorm(std::int64_t num_features, BatchNormOptions options, Where where)
    : RunningNorm(Frame(kBatchNames[N - 1], where), num_features, options) {}

template <std::size_t N>
Tensor BatchNorm<N>::apply(const Tensor& x, bool relu) {
  constexpr std::int64_t most = N + 2;
  require_rank(x, N == 1 ? 2 : most, most);
  return normalised(x, relu);
}

template <std::size_t N>
Tensor BatchNorm<N>::forward_fused(const Tensor& x, const Module& next) {
  return is_before_relu(*this, next) ? forward_relu(x) : Tensor();
}

template <std::size_t N>
InstanceNorm<N>::InstanceNorm(std::int64_t num_features, InstanceNormOptions options, Where where)
    : RunningNorm(Frame(kInstanceNames[N - 1], where), num_features,
                  {.eps = options.eps,
                   .momentum = options.momentum,
                   .affine = options.affine,
                   .track_running_stats = options.track_running_stats,
                   .dtype = options.dtype}) {}

template <std::size_t N>
Tensor InstanceNorm<N>::forward(const Tensor& x) {
  constexpr std::int64_t most = N + 2;
  require_rank(x, most - 1, most);
  if (x.defined() && x.dim() < most) {
    return squeeze(forward(unsqueeze(x, 0)), 0);
  }
  const bool own = is_training() || !running_mean.defined();
  // PyTorch's instance norm does not count batches, and without a momentum nothing moves.
  return instance_norm(
      x, running_mean, running_var, weight, bias,
      {.use_input_stats = own, .momentum = options_.momentum.value_or(0), .eps = options_.eps});
}

template class BatchNorm<1>;
template class BatchNorm<2>;
template class BatchNorm<3>;
template class InstanceNorm<1>;
template class InstanceNorm<2>;

LayerNorm::LayerNorm(const Shape& normalized_shape, LayerNormOptions options, Where where)
    : Weighted(described("LayerNorm", normalized_shape), normalized_shape.size()),
      normalized_shape_(normalized_shape),
      eps_(options.eps) {
  const Frame call("LayerNorm", where);
  require_eps(call, options.eps);
  require_floating(call, options.dtype);
  require(call, !normalized_shape.empty(), "normalized_shape", normalized_shape,
          "one dimension is needed");
  for (const std::int64_t size : normalized_shape) {
    require_positive(call, "a size of normalized_shape", size);
  }
  start_neutral(*this, normalized_shape, options.elementwise_affine, options.dtype);
}
Tensor LayerNorm::forward(const Tensor& x) {
  return layer_norm(x, normalized_shape_, weight, bias, eps_);
}

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options,
                     Where where)
    : Weighted(described("GroupNorm", num_groups, num_channels)),
      num_groups_(num_groups),
      eps_(options.eps) {
  const Frame call("GroupNorm", where);
  require_positive(call, {{"num_groups", num_groups}, {"num_channels", num_channels}});
  require_eps(call, options.eps);
  require_floating(call, options.dtype);
  check::require<ValueError>(call, num_channels % num_groups == 0, {},
                             "{} channels do not split into {} groups [groups-uneven]",
                             num_channels, num_groups);
  start_neutral(*this, {num_channels}, options.affine, options.dtype);
}
Tensor GroupNorm::forward(const Tensor& x) {
  return group_norm(x, num_groups_, weight, bias, eps_);
}

LocalResponseNorm::LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options,
                                     Where where)
    : Stateless(described("LocalResponseNorm", size),
                with(local_response_norm, size, options.alpha, options.beta, options.k)) {
  const Frame call("LocalResponseNorm", where);
  require_positive(call, "size", size);
  const bool numbers =
      !std::isnan(options.alpha) && !std::isnan(options.beta) && !std::isnan(options.k);
  check::require<ValueError>(call, numbers, {}, "alpha, beta or k is nan [value-out-of-range]");
}

}  // namespace retrograd::nn
