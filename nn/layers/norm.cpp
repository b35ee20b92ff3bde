#include <retrograd/nn/norm.h>

#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/norm.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

namespace {

using namespace detail;

void require_eps(const Frame& call, double eps) {
  if (!(eps >= 0)) {
    fail<ValueError>(call, "eps is " + number_text(eps) + "; at least 0 is needed");
  }
}

Tensor parameter_of(const Shape& shape, double value, DType dtype) {
  return full(shape, value, {.dtype = dtype, .requires_grad = true});
}

// The scaling by a weight: what is left to do when the statistics are known.
std::int64_t scaling(const Tensor& weight, const Shape& output) {
  return weight.defined() ? count(output) : 0;
}

constexpr const char* kBatchNames[] = {"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"};
constexpr const char* kInstanceNames[] = {"InstanceNorm1d", "InstanceNorm2d"};

}  // namespace

RunningNorm::RunningNorm(const Frame& call, std::int64_t num_features,
                         BatchNormLayerOptions options)
    : layer_(call.name()), num_features_(num_features), options_(options) {
  require_positive(call, "num_features", num_features);
  require_floating(call, options.dtype);
  require_eps(call, options.eps);
  if (options.momentum && !(*options.momentum >= 0 && *options.momentum <= 1)) {
    fail<ValueError>(call, "momentum is " + number_text(*options.momentum) +
                               "; it must lie between 0 and 1, or be left out");
  }
  if (options.affine) {
    weight = parameter_of({num_features}, 1, options.dtype);
    bias = parameter_of({num_features}, 0, options.dtype);
  }
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

std::string RunningNorm::describe() const {
  return std::string(layer_) + "(" + std::to_string(num_features_) + ")";
}
std::int64_t RunningNorm::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return scaling(weight, output);
}

void RunningNorm::reset_running_stats() {
  if (running_mean.defined()) {
    running_mean.fill_(0);
    running_var.fill_(1);
    num_batches_tracked.fill_(0);
  }
}

double RunningNorm::next_momentum() const {
  if (options_.momentum || !num_batches_tracked.defined()) {
    return options_.momentum.value_or(0);
  }
  return 1 / (num_batches_tracked.item<double>() + 1);
}

void RunningNorm::count_batch() {
  if (num_batches_tracked.defined()) {
    const NoGradGuard unrecorded;
    num_batches_tracked.add_(1);
  }
}

void RunningNorm::require_rank(const Tensor& x, std::int64_t least, std::int64_t most) const {
  if (x.defined() && (x.dim() < least || x.dim() > most)) {
    fail<ShapeError>(Frame(layer_, {}),
                     "needs an input of " + std::to_string(least) +
                         (least == most ? "" : " or " + std::to_string(most)) + " dimensions",
                     {{"input", x}});
  }
}

template <std::size_t N>
BatchNorm<N>::BatchNorm(std::int64_t num_features, BatchNormLayerOptions options, Where where)
    : RunningNorm(Frame(kBatchNames[N - 1], where), num_features, options) {}

template <std::size_t N>
Tensor BatchNorm<N>::forward(const Tensor& x) {
  return normalise(x, false);
}
template <std::size_t N>
Tensor BatchNorm<N>::forward_relu(const Tensor& x) {
  return normalise(x, true);
}

template <std::size_t N>
Tensor BatchNorm<N>::normalise(const Tensor& x, bool relu) {
  constexpr std::int64_t most = N + 2;
  require_rank(x, N == 1 ? 2 : most, most);
  const bool training = is_training() || !running_mean.defined();
  const Tensor y = (relu ? batch_norm_relu : batch_norm)(
      x, running_mean, running_var, weight, bias,
      {.training = training, .momentum = next_momentum(), .eps = options_.eps}, {});
  if (is_training()) {
    count_batch();
  }
  return y;
}

template <std::size_t N>
InstanceNorm<N>::InstanceNorm(std::int64_t num_features, InstanceNormLayerOptions options,
                              Where where)
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
    : normalized_shape_(normalized_shape), eps_(options.eps) {
  const Frame call("LayerNorm", where);
  require_eps(call, options.eps);
  require_floating(call, options.dtype);
  if (normalized_shape.empty()) {
    fail<ValueError>(call, "normalized_shape is []; one dimension is needed");
  }
  for (const std::int64_t size : normalized_shape) {
    require_positive(call, "a size of normalized_shape", size);
  }
  if (options.elementwise_affine) {
    weight = parameter_of(normalized_shape, 1, options.dtype);
    bias = parameter_of(normalized_shape, 0, options.dtype);
  }
}
LayerNorm::LayerNorm(std::int64_t normalized_shape, LayerNormOptions options, Where where)
    : LayerNorm(Shape{normalized_shape}, options, where) {}
Members LayerNorm::members() {
  return {{"weight", weight}, {"bias", bias}};
}
Tensor LayerNorm::forward(const Tensor& x) {
  return layer_norm(x, normalized_shape_, weight, bias, eps_);
}
std::string LayerNorm::describe() const {
  return "LayerNorm(" + to_string(normalized_shape_) + ")";
}
std::int64_t LayerNorm::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return scaling(weight, output);
}

GroupNorm::GroupNorm(std::int64_t num_groups, std::int64_t num_channels, GroupNormOptions options,
                     Where where)
    : num_groups_(num_groups), num_channels_(num_channels), eps_(options.eps) {
  const Frame call("GroupNorm", where);
  require_positive(call, "num_groups", num_groups);
  require_positive(call, "num_channels", num_channels);
  require_eps(call, options.eps);
  require_floating(call, options.dtype);
  if (num_channels % num_groups != 0) {
    fail<ValueError>(call, std::to_string(num_channels) + " channels do not split into " +
                               std::to_string(num_groups) + " groups");
  }
  if (options.affine) {
    weight = parameter_of({num_channels}, 1, options.dtype);
    bias = parameter_of({num_channels}, 0, options.dtype);
  }
}
Members GroupNorm::members() {
  return {{"weight", weight}, {"bias", bias}};
}
Tensor GroupNorm::forward(const Tensor& x) {
  return group_norm(x, num_groups_, weight, bias, eps_);
}
std::string GroupNorm::describe() const {
  return "GroupNorm(" + std::to_string(num_groups_) + ", " + std::to_string(num_channels_) + ")";
}
std::int64_t GroupNorm::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return scaling(weight, output);
}

LocalResponseNorm::LocalResponseNorm(std::int64_t size, LocalResponseNormOptions options,
                                     Where where)
    : size_(size), options_(options) {
  const Frame call("LocalResponseNorm", where);
  require_positive(call, "size", size);
  if (std::isnan(options.alpha) || std::isnan(options.beta) || std::isnan(options.k)) {
    fail<ValueError>(call, "alpha, beta or k is nan");
  }
}
Tensor LocalResponseNorm::forward(const Tensor& x) {
  return local_response_norm(x, size_, options_.alpha, options_.beta, options_.k);
}
std::string LocalResponseNorm::describe() const {
  return "LocalResponseNorm(" + std::to_string(size_) + ")";
}

}  // namespace retrograd::nn
