#include <cmath>
#include <string>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/detail/norm.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/norm.h>

// The normalisations that keep running statistics.
namespace retrograd {

namespace {

using namespace normalising;

void check_momentum(const Frame& call, double momentum, const Tensor& x) {
  if (std::isnan(momentum)) {
    fail<ValueError>(call, "momentum is nan; a number is needed", {{"input", x}});
  }
}

void check_running(const Frame& call, const char* name, const Tensor& running, const Tensor& x,
                   bool needed) {
  if (!running.defined()) {
    if (needed) {
      fail<ValueError>(call, std::string(name) + " is undefined but its values are to be used",
                       {{"input", x}});
    }
    return;
  }
  if (!is_floating(running.dtype()) || running.shape() != Shape{x.shape()[1]}) {
    fail<ShapeError>(call,
                     std::string(name) + " must be floating and have one element for each of the " +
                         std::to_string(x.shape()[1]) + " channels",
                     {{"input", x}, {name, running}});
  }
}

// Moves both running statistics by those of `count` values each, without a record: both or, where
// memory runs out, neither.
void move_running(const Frame& call, const Tensor& running_mean, const Tensor& running_var,
                  const NormStatistics& statistics, std::int64_t count, double momentum) {
  if (count == 0) {
    return;
  }
  const auto moved = [&](const Tensor& running, const Tensor& fresh, double factor) {
    return running.defined() ? kernels::moved_running(running, fresh, momentum, factor) : Tensor();
  };
  const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
  const Tensor mean = moved(running_mean, statistics.mean, 1);
  const Tensor var = moved(running_var, statistics.variance, unbiased);
  const auto write = [&](const Tensor& running, const Tensor& values) {
    if (running.defined()) {
      kernels::copy(running, values);
      running.impl().storage->wrote(call);
    }
  };
  write(running_mean, mean);
  write(running_var, var);
}

// Normalisation by running statistics.
Tensor by_running(const Call& call, const Tensor& x, const Tensor& running_mean,
                  const Tensor& running_var, const Tensor& weight, const Tensor& bias, double eps,
                  bool relu = false) {
  Norm norm{{}, x.shape()[0], places_of(x), eps, true, relu};
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
  const Tensor y = kernels::normalise_by(x, statistics, {weight, bias, relu}, norm.shape);
  return record_norm(call, norm, x, weight, bias, y, statistics);
}

Tensor by_batch(const Call& call, const Tensor& x, const Tensor& running_mean,
                const Tensor& running_var, const Tensor& weight, const Tensor& bias,
                const BatchNormOptions& options, bool relu = false) {
  check_channels(call, x, 2);
  check_eps(call, options.eps, x);
  check_momentum(call, options.momentum, x);
  const std::int64_t channels = x.shape()[1];
  check_running(call, "running_mean", running_mean, x, !options.training);
  check_running(call, "running_var", running_var, x, !options.training);
  check_parameters(call, weight, bias, x, {channels});
  if (!options.training) {
    return by_running(call, x, running_mean, running_var, weight, bias, options.eps, relu);
  }
  Norm norm{{}, x.shape()[0], places_of(x), options.eps, false, relu};
  norm.shape = {.images = 1,
                .places = norm.batch * norm.places,
                .channels = channels,
                .groups = channels,
                .channels_last = x.dim() > 2};
  if (norm.shape.places == 1) {
    fail<ValueError>(call, "training needs more than one value for each channel", {{"input", x}});
  }
  const auto found = kernels::normalise(x, {weight, bias, relu}, norm.shape, options.eps);
  Tensor y = record_norm(call, norm, x, weight, bias, found.values, found.statistics);
  move_running(call, running_mean, running_var, found.statistics, norm.shape.places,
               options.momentum);
  return call.result(y);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                  Where where) {
  const Call call("batch_norm", where, x, running_mean, running_var, weight, bias, options);
  return by_batch(call, x, running_mean, running_var, weight, bias, options);
}

Tensor batch_norm_relu(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                       Where where) {
  const Call call("batch_norm_relu", where, x, running_mean, running_var, weight, bias, options);
  return by_batch(call, x, running_mean, running_var, weight, bias, options, true);
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& options,
                     Where where) {
  const Call call("instance_norm", where, x, running_mean, running_var, weight, bias, options);
  check_channels(call, x, 3);
  check_eps(call, options.eps, x);
  check_momentum(call, options.momentum, x);
  const std::int64_t channels = x.shape()[1];
  check_running(call, "running_mean", running_mean, x, !options.use_input_stats);
  check_running(call, "running_var", running_var, x, !options.use_input_stats);
  check_parameters(call, weight, bias, x, {channels});
  if (!options.use_input_stats) {
    return by_running(call, x, running_mean, running_var, weight, bias, options.eps);
  }
  Norm norm{{}, x.shape()[0], places_of(x), options.eps, false};
  norm.shape = {.images = norm.batch,
                .places = norm.places,
                .channels = channels,
                .groups = channels,
                .channels_last = true};
  if (norm.places == 1) {
    fail<ValueError>(call, "needs more than one value in each channel", {{"input", x}});
  }
  const auto found = kernels::normalise(x, {weight, bias}, norm.shape, options.eps);
  Tensor y = record_norm(call, norm, x, weight, bias, found.values, found.statistics);
  move_running(call, running_mean, running_var, found.statistics, norm.batch == 0 ? 0 : norm.places,
               options.momentum);
  return call.result(y);
}

}  // namespace retrograd
