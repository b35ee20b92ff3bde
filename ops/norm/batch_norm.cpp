#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/detail/norm.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/norm.h>

// The normalisations that keep running statistics.
namespace retrograd {

namespace {

using namespace normalising;

void check_running(const Frame& call, const char* name, const Tensor& running, const Tensor& x,
                   bool needed) {
  const std::int64_t channels = x.shape()[1];
  check::require<ValueError>(call, running.defined() || !needed, {{"input", x}},
                             "{} is undefined but its values are to be used [argument-missing]",
                             name);
  const bool fits =
      !running.defined() || (is_floating(running.dtype()) && running.shape() == Shape{channels});
  check::require<ShapeError>(
      call, fits, {{"input", x}, {name, running}},
      "{} must be floating and have one element for each of the {} channels [channels-differ]",
      name, channels);
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

enum class Over { batch, sample };

// How batch_norm() and instance_norm() standardise.
struct How {
  bool of_input;  // by the statistics of the input, which move the running ones; else by the latter
  Over over;      // what the input's statistics are taken over
  double momentum;
  double eps;
  bool relu = false;  // is taken of the result
};

Tensor by_statistics(const Call& call, const Tensor& x, const Tensor& running_mean,
                     const Tensor& running_var, const Tensor& weight, const Tensor& bias,
                     const How& how) {
  check_channels(call, x, how.over == Over::batch ? 2 : 3);
  check_eps(call, how.eps, x);
  check::require<ValueError>(call, !std::isnan(how.momentum), {{"input", x}},
                             "momentum is nan; a number is needed [value-out-of-range]");
  check_running(call, "running_mean", running_mean, x, !how.of_input);
  check_running(call, "running_var", running_var, x, !how.of_input);
  const std::int64_t channels = x.shape()[1];
  check_parameters(call, weight, bias, x, {channels});
  Norm norm = norm_of(x, channels, how.over == Over::batch || !how.of_input, how.eps);
  norm.fixed = !how.of_input;
  norm.relu = how.relu;
  if (norm.fixed) {
    NormStatistics statistics;
    {
      const NoGradGuard unrecorded;
      statistics.mean = running_mean.detach().to(float64).clone().contiguous();
      statistics.inverse_deviation =
          (1.0 / sqrt(running_var.detach().to(float64) + how.eps)).contiguous();
    }
    const Tensor y =
        kernels::standardise_by(x, statistics, {weight, bias, how.relu}, norm.geometry);
    return record_norm(call, norm, x, weight, bias, y, statistics);
  }
  check::require<ValueError>(call, norm.geometry.positions != 1, {{"input", x}},
                             "{} each channel [too-few-values]",
                             how.over == Over::batch ? "training needs more than one value for"
                                                     : "needs more than one value in");
  const auto found = kernels::standardise(x, {weight, bias, how.relu}, norm.geometry, how.eps);
  const Tensor y = record_norm(call, norm, x, weight, bias, found.values, found.statistics);
  move_running(call, running_mean, running_var, found.statistics,
               norm.batch == 0 ? 0 : norm.geometry.positions, how.momentum);
  return call.result(y);
}

}  // namespace

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                  const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                  Where where) {
  const Call call("batch_norm", where, x, running_mean, running_var, weight, bias, options);
  return by_statistics(call, x, running_mean, running_var, weight, bias,
                       {options.training, Over::batch, options.momentum, options.eps});
}

Tensor batch_norm_relu(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                       Where where) {
  const Call call("batch_norm_relu", where, x, running_mean, running_var, weight, bias, options);
  return by_statistics(call, x, running_mean, running_var, weight, bias,
                       {options.training, Over::batch, options.momentum, options.eps, true});
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                     const Tensor& weight, const Tensor& bias, const InstanceNormOptions& options,
                     Where where) {
  const Call call("instance_norm", where, x, running_mean, running_var, weight, bias, options);
  return by_statistics(call, x, running_mean, running_var, weight, bias,
                       {options.use_input_stats, Over::sample, options.momentum, options.eps});
}

}  // namespace retrograd
