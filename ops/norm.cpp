#include <retrograd/ops/norm.h>

#include <cmath>
#include <string>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/detail/number.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/kernels/norm.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

using kernels::NormShape;
using kernels::NormStatistics;

// The plain numbers of a call.
struct Norm {
  NormShape shape;
  std::int64_t batch;  // of x as (batch, groups, channels of a group, places)
  std::int64_t places;
  double eps;
  bool fixed;                       // statistics are given
  DType parameter_dtype = float32;  // of weight and bias

  bool pooled() const { return shape.images != batch; }
  Shape blocks() const {
    const std::int64_t width = shape.groups == 0 ? 0 : shape.channels / shape.groups;
    return {batch, shape.groups, width, places};
  }
  Shape parameter() const {
    Shape sizes = blocks();
    sizes[0] = sizes[3] = 1;
    return sizes;
  }
  Shape statistic() const { return {pooled() ? 1 : batch, shape.groups, 1, 1}; }
  Dims reduced() const { return pooled() ? Dims{0, 2, 3} : Dims{2, 3}; }
};

// The twin of the fused backward: the same gradients from differentiable operators, in float32 at
// least.
Gradients composed_backward(const Norm& norm, const Backward& b) {
  const Tensor given = b.saved(0);
  const DType dtype = given.dtype() == bfloat16 ? float32 : given.dtype();
  const auto wide = [&](const Tensor& tensor) { return tensor.to(dtype); };
  const Tensor x = reshape(wide(given), norm.blocks());
  const Tensor grad = reshape(wide(b.grad), norm.blocks());
  const auto mean_of = [&](const Tensor& t) { return mean(t, norm.reduced(), true); };
  Tensor centred;
  Tensor inverse;
  if (norm.fixed) {
    centred = x - reshape(wide(b.saved(2)), norm.statistic());
    inverse = reshape(wide(b.saved(3)), norm.statistic());
  } else {
    centred = x - mean_of(x);
    inverse = pow(mean_of(square(centred)) + norm.eps, -0.5);
  }
  const Tensor normal = centred * inverse;
  const auto parameter = [&](const Tensor& t) {
    return reshape(sum_to(t, norm.parameter()), {norm.shape.channels}).to(norm.parameter_dtype);
  };
  Gradients gradients{Tensor(), b.needs(1) ? parameter(grad * normal) : Tensor(),
                      b.needs(2) ? parameter(grad) : Tensor()};
  if (b.needs(0)) {
    const Tensor weight = b.saved(1);
    const Tensor t = weight.defined() ? grad * reshape(wide(weight), norm.parameter()) : grad * 1.0;
    const Tensor moved = norm.fixed ? t : t - mean_of(t) - normal * mean_of(t * normal);
    gradients[0] = reshape(inverse * moved, given.shape()).to(given.dtype());
  }
  return gradients;
}

Gradients backward(const Norm& norm, const Backward& b) {
  if (grad_enabled()) {
    return composed_backward(norm, b);
  }
  const NormStatistics statistics{b.saved(2), {}, b.saved(3)};
  const auto found = kernels::normalise_backward(
      b.grad, b.saved(0), statistics, b.saved(1), norm.shape, norm.fixed,
      {b.needs(0), b.needs(1), b.needs(2)}, norm.parameter_dtype);
  return {found.input, found.weight, found.bias};
}

// Weight and bias are (channels) here.
Tensor record_norm(const char* op, Where where, Norm norm, const Tensor& x, const Tensor& weight,
                   const Tensor& bias, const Tensor& y, const NormStatistics& statistics) {
  norm.parameter_dtype = weight.defined() ? weight.dtype()
                         : bias.defined() ? bias.dtype()
                                          : x.dtype();
  return record({.op = op,
                 .where = where,
                 .output = y,
                 .inputs = {x, weight, bias},
                 .saved = {x, weight, statistics.mean, statistics.inverse_deviation},
                 .backward = [norm](const Backward& b) { return backward(norm, b); }});
}

void check_parameter(const char* op, const char* name, const Tensor& parameter, const Tensor& x,
                     const Shape& shape, Where where) {
  if (!parameter.defined()) {
    return;
  }
  // float32 stays so beside activations of bfloat16.
  if (x.dtype() != bfloat16 || parameter.dtype() != float32) {
    check::same_dtype(op, "input", x, name, parameter, where);
  }
  if (parameter.shape() != shape) {
    fail<ShapeError>(op, where, std::string(name) + " must have shape " + to_string(shape),
                     {{"input", x}, {name, parameter}});
  }
}

void check_parameters(const char* op, const Tensor& weight, const Tensor& bias, const Tensor& x,
                      const Shape& shape, Where where) {
  check_parameter(op, "weight", weight, x, shape, where);
  check_parameter(op, "bias", bias, x, shape, where);
  if (weight.defined() && bias.defined()) {
    check::same_dtype(op, "weight", weight, "bias", bias, where);
  }
}

void check_eps(const char* op, double eps, const Tensor& x, Where where) {
  if (!(eps >= 0)) {
    fail<ValueError>(op, where, "eps is " + number_text(eps) + "; at least 0 is needed",
                     {{"input", x}});
  }
}

void check_momentum(const char* op, double momentum, const Tensor& x, Where where) {
  if (std::isnan(momentum)) {
    fail<ValueError>(op, where, "momentum is nan; a number is needed", {{"input", x}});
  }
}

void check_channels(const char* op, const Tensor& x, std::int64_t least_rank, Where where) {
  check::floating(op, x, where);
  if (x.dim() < least_rank) {
    fail<ShapeError>(op, where,
                     least_rank == 2 ? "needs an input (N, C) or (N, C, spatial...)"
                                     : "needs an input (N, C, spatial...)",
                     {{"input", x}});
  }
}

void check_running(const char* op, const char* name, const Tensor& running, const Tensor& x,
                   bool needed, Where where) {
  if (!running.defined()) {
    if (needed) {
      fail<ValueError>(op, where, std::string(name) + " is undefined but its values are to be used",
                       {{"input", x}});
    }
    return;
  }
  if (!is_floating(running.dtype()) || running.shape() != Shape{x.shape()[1]}) {
    fail<ShapeError>(op, where,
                     std::string(name) + " must be floating and have one element for each of the " +
                         std::to_string(x.shape()[1]) + " channels",
                     {{"input", x}, {name, running}});
  }
}

std::int64_t places_of(const Tensor& x) {
  std::int64_t places = 1;
  for (std::size_t d = 2; d < x.shape().size(); ++d) {
    places *= x.shape()[d];
  }
  return places;
}

// running = (1 - momentum) * running + momentum * fresh, without a record.
void move(const Tensor& running, const Tensor& fresh, double momentum) {
  if (running.defined()) {
    const NoGradGuard unrecorded;
    Tensor values = running;
    values.copy_((1 - momentum) * running.to(float64) + momentum * fresh);
  }
}

// Moves both running statistics by those of `count` values each, (images, channels).
void move_running(const Tensor& running_mean, const Tensor& running_var,
                  const NormStatistics& statistics, const Shape& shape, std::int64_t count,
                  double momentum) {
  if (count == 0 || (!running_mean.defined() && !running_var.defined())) {
    return;
  }
  const NoGradGuard unrecorded;
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  move(running_mean, mean(reshape(statistics.mean, shape), 0), momentum);
  move(running_var, mean(reshape(statistics.variance, shape), 0) * unbiased, momentum);
}

// Normalisation by running statistics.
Tensor by_running(const char* op, const Tensor& x, const Tensor& running_mean,
                  const Tensor& running_var, const Tensor& weight, const Tensor& bias, double eps,
                  Where where) {
  Norm norm{{}, x.shape()[0], places_of(x), eps, true};
  norm.shape = {.images = 1,
                .places = norm.batch * norm.places,
                .channels = x.shape()[1],
                .groups = x.shape()[1],
                .channels_last = x.dim() > 2};
  NormStatistics statistics;
  {
    const NoGradGuard unrecorded;
    statistics.mean = running_mean.detach().to(float64).clone().contiguous();
    statistics.inverse_deviation =
        (1.0 / sqrt(running_var.detach().to(float64) + eps)).contiguous();
  }
  const Tensor y = kernels::normalise_by(x, statistics, weight, bias, norm.shape);
  return record_norm(op, where, norm, x, weight, bias, y, statistics);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                  Where where) {
  constexpr const char* op = "batch_norm";
  check_channels(op, x, 2, where);
  check_eps(op, options.eps, x, where);
  check_momentum(op, options.momentum, x, where);
  const std::int64_t channels = x.shape()[1];
  check_running(op, "running_mean", running_mean, x, !options.training, where);
  check_running(op, "running_var", running_var, x, !options.training, where);
  check_parameters(op, weight, bias, x, {channels}, where);
  if (!options.training) {
    return by_running(op, x, running_mean, running_var, weight, bias, options.eps, where);
  }
  Norm norm{{}, x.shape()[0], places_of(x), options.eps, false};
  norm.shape = {.images = 1,
                .places = norm.batch * norm.places,
                .channels = channels,
                .groups = channels,
                .channels_last = x.dim() > 2};
  if (norm.shape.places == 1) {
    fail<ValueError>(op, where, "training needs more than one value for each channel",
                     {{"input", x}});
  }
  const auto found = kernels::normalise(x, weight, bias, norm.shape, options.eps);
  move_running(running_mean, running_var, found.statistics, {1, channels}, norm.shape.places,
               options.momentum);
  return record_norm(op, where, norm, x, weight, bias, found.values, found.statistics);
}

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps, Where where) {
  constexpr const char* op = "layer_norm";
  check::floating(op, x, where);
  check_eps(op, eps, x, where);
  const std::size_t rank = x.shape().size();
  const std::size_t inner = normalized_shape.size();
  bool fits = inner > 0 && inner <= rank;
  Norm norm{{}, 1, 1, eps, false};
  for (std::size_t d = 0; fits && d < rank; ++d) {
    (d < rank - inner ? norm.shape.images : norm.shape.channels) *= x.shape()[d];
    fits = d < rank - inner || x.shape()[d] == normalized_shape[d - (rank - inner)];
  }
  if (!fits) {
    fail<ShapeError>(op, where,
                     "the last dimensions of the input must be " + to_string(normalized_shape) +
                         ", one at least",
                     {{"input", x}});
  }
  check_parameters(op, weight, bias, x, normalized_shape, where);
  norm.batch = norm.shape.images;
  const auto flat = [&](const Tensor& parameter) {
    return parameter.defined() ? flatten(parameter, 0, -1, where) : parameter;
  };
  const Tensor weights = flat(weight);
  const Tensor biases = flat(bias);
  const auto found = kernels::normalise(x, weights, biases, norm.shape, eps);
  return record_norm(op, where, norm, x, weights, biases, found.values, found.statistics);
}

Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight,
                  const Tensor& bias, double eps, Where where) {
  constexpr const char* op = "group_norm";
  check_channels(op, x, 2, where);
  check_eps(op, eps, x, where);
  const std::int64_t channels = x.shape()[1];
  if (num_groups < 1 || channels % num_groups != 0) {
    fail<ValueError>(op, where,
                     "the " + std::to_string(channels) + " channels do not split into " +
                         std::to_string(num_groups) + " groups",
                     {{"input", x}});
  }
  check_parameters(op, weight, bias, x, {channels}, where);
  Norm norm{{}, x.shape()[0], places_of(x), eps, false};
  norm.shape = {.images = norm.batch,
                .places = norm.places,
                .channels = channels,
                .groups = num_groups,
                .channels_last = x.dim() > 2};
  const auto found = kernels::normalise(x, weight, bias, norm.shape, eps);
  return record_norm(op, where, norm, x, weight, bias, found.values, found.statistics);
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& options,
                     Where where) {
  constexpr const char* op = "instance_norm";
  check_channels(op, x, 3, where);
  check_eps(op, options.eps, x, where);
  check_momentum(op, options.momentum, x, where);
  const std::int64_t channels = x.shape()[1];
  check_running(op, "running_mean", running_mean, x, !options.use_input_stats, where);
  check_running(op, "running_var", running_var, x, !options.use_input_stats, where);
  check_parameters(op, weight, bias, x, {channels}, where);
  if (!options.use_input_stats) {
    return by_running(op, x, running_mean, running_var, weight, bias, options.eps, where);
  }
  Norm norm{{}, x.shape()[0], places_of(x), options.eps, false};
  norm.shape = {.images = norm.batch,
                .places = norm.places,
                .channels = channels,
                .groups = channels,
                .channels_last = true};
  if (norm.places == 1) {
    fail<ValueError>(op, where, "needs more than one value in each channel", {{"input", x}});
  }
  const auto found = kernels::normalise(x, weight, bias, norm.shape, options.eps);
  move_running(running_mean, running_var, found.statistics, {norm.batch, channels},
               norm.batch == 0 ? 0 : norm.places, options.momentum);
  return record_norm(op, where, norm, x, weight, bias, found.values, found.statistics);
}

}  // namespace retrograd
