#include <retrograd/mpi/sync_batch_norm.h>

#include <algorithm>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/record.h>
#include <retrograd/mpi/detail/sync.h>
#include <retrograd/mpi/detail/tree.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::mpi {

namespace {

// The sum over ranks, whose gradient is the sum over ranks.
Tensor sum_over_ranks(const Tensor& values, Communicator& world) {
  const Tensor mine = values.detach().contiguous();
  Shape shape = mine.shape();
  shape.insert(0, world.size());
  const Tensor all = empty_tensor(shape, mine.dtype());
  world.all_gather(mine, all, "statistics of a batch norm").wait();
  const Tensor total = detail::tree_sum(all).clone();
  return record({.op = "sum_over_ranks",
                 .output = total,
                 .inputs = {values},
                 .backward = [&world](const Backward& b) -> Gradients {
                   return {sum_over_ranks(b.grad, world)};
                 }});
}

Tensor widened(const Tensor& x) {
  return x.dtype() == bfloat16 ? x.to(float32) : x;
}

Dims all_but_channels(const Tensor& x) {
  Dims dims{0};
  for (std::int64_t i = 2; i < x.dim(); ++i) {
    dims.push_back(i);
  }
  return dims;
}

// A number for each channel, beside x.
Tensor beside(const Tensor& channels, const Tensor& x) {
  Shape shape = Shape::filled(static_cast<std::size_t>(x.dim()), 1);
  shape[1] = x.size(1);
  return view(channels.to(x.dtype()), shape);
}

// Of the whole batch, in float64.
struct Statistics {
  Tensor mean;
  Tensor variance;
  double count = 0;  // values of a channel
};

// Sums of differences to a mean that is already close: the rounding of that mean does not matter.
Statistics statistics_of(const Frame& call, const Tensor& x, Communicator& world) {
  const Dims dims = all_but_channels(x);
  const auto mine = static_cast<double>(x.numel() / std::max<std::int64_t>(x.size(1), 1));
  const Tensor sums =
      sum_over_ranks(cat({sum(x, dims).to(float64), full({1}, mine, {.dtype = float64})}), world);
  Statistics found;
  found.count = sums.at(x.size(1));
  check::require<ValueError>(call, found.count > 1 || found.count == 0, {{"input", x}},
                             "training needs more than one value for each channel "
                             "[too-few-values]");
  const Tensor close = narrow(sums, 0, 0, x.size(1)).detach().to(x.dtype()) / found.count;
  const Tensor off = x - beside(close, x);
  const Tensor moments =
      sum_over_ranks(stack({sum(off, dims), sum(off * off, dims)}).to(float64), world) /
      found.count;
  const Tensor rest = select(moments, 0, 0);
  found.mean = close.to(float64) + rest;
  found.variance = select(moments, 0, 1) - rest * rest;
  return found;
}

Gradients backward(const Backward& b, double eps, double count, Communicator& world) {
  const Tensor x = widened(b.saved(0));
  const Tensor g = widened(b.grad);
  const Tensor weight = b.saved(1);
  Statistics known{b.saved(2), b.saved(3), count};
  if (b.recorded()) {
    known = statistics_of({"sync_batch_norm", {}}, x, world);
  }
  const Tensor inverse = 1.0 / sqrt(known.variance + eps);
  const Tensor standard = (x - beside(known.mean, x)) * beside(inverse, x);
  const Dims dims = all_but_channels(x);
  const Tensor bias_gradient = sum(g, dims);
  const Tensor weight_gradient = sum(g * standard, dims);
  Tensor input_gradient;
  if (b.needs(0)) {
    const Tensor means =
        sum_over_ranks(stack({bias_gradient, weight_gradient}).to(float64), world) / known.count;
    const Tensor scale = weight.defined() ? inverse * weight.to(float64) : inverse;
    input_gradient =
        (g - beside(select(means, 0, 0), x) - standard * beside(select(means, 0, 1), x)) *
        beside(scale, x);
    input_gradient = input_gradient.to(b.grad.dtype());
  }
  const auto like_weight = [&](const Tensor& gradient) {
    return weight.defined() ? gradient.to(weight.dtype()) : gradient;
  };
  return {input_gradient, like_weight(weight_gradient), like_weight(bias_gradient)};
}

bool is_batch_norm(const nn::RunningNorm& norm) {
  return dynamic_cast<const nn::BatchNorm1d*>(&norm) != nullptr ||
         dynamic_cast<const nn::BatchNorm2d*>(&norm) != nullptr ||
         dynamic_cast<const nn::BatchNorm3d*>(&norm) != nullptr ||
         dynamic_cast<const SyncBatchNorm*>(&norm) != nullptr;
}

void synchronise(nn::RunningNorm& norm, Communicator& communicator) {
  norm.set_batch_function([&communicator](const Tensor& x, const Tensor& mean, const Tensor& var,
                                          const Tensor& weight, const Tensor& bias,
                                          const BatchNormOptions& options) {
    return sync_batch_norm(x, mean, var, weight, bias, options, communicator);
  });
}

void move_running(const Tensor& running, const Tensor& fresh, double momentum) {
  if (running.defined()) {
    Tensor(running.detach())
        .copy_(running.detach().to(float64) * (1 - momentum) + fresh * momentum);
  }
}

}  // namespace

namespace detail {

bool is_synchronised(const nn::Module& model) {
  for (const nn::Module* module : model.modules()) {
    const auto* norm = dynamic_cast<const nn::RunningNorm*>(module);
    if (norm != nullptr && norm->has_batch_function()) {
      return true;
    }
  }
  return false;
}

}  // namespace detail

Tensor sync_batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var,
                       const Tensor& weight, const Tensor& bias, const BatchNormOptions& options,
                       Communicator& communicator, Where where) {
  if (!options.training) {
    return batch_norm(x, running_mean, running_var, weight, bias, options, where);
  }
  const Frame call("sync_batch_norm", where);
  check::require<GraphError>(call, x.defined(), {}, "the input is undefined [undefined-tensor]");
  check::require<ShapeError>(call, x.dim() >= 2, {{"input", x}},
                             "needs an input (N, C) or (N, C, spatial...) [rank-unexpected]");
  check::require<DTypeError>(call, is_floating(x.dtype()), {{"input", x}},
                             "needs a floating input [not-floating]");
  Tensor y;
  Statistics found;
  {
    const NoGradGuard unrecorded;
    found = statistics_of(call, widened(x.detach()), communicator);
    y = batch_norm(x, found.mean, found.variance, weight, bias, {.eps = options.eps}, where);
    if (found.count > 0) {
      move_running(running_mean, found.mean, options.momentum);
      move_running(running_var, found.variance * (found.count / (found.count - 1)),
                   options.momentum);
    }
  }
  return record({.op = "sync_batch_norm",
                 .where = where,
                 .output = y,
                 .inputs = {x, weight, bias},
                 .saved = {x, weight, found.mean, found.variance},
                 .backward = [eps = options.eps, count = found.count,
                              &communicator](const Backward& b) -> Gradients {
                   return backward(b, eps, count, communicator);
                 }});
}

SyncBatchNorm::SyncBatchNorm(std::int64_t num_features, Communicator& communicator,
                             nn::BatchNormOptions options, Where where)
    : RunningNorm(Frame("SyncBatchNorm", where), num_features, options) {
  synchronise(*this, communicator);
}

int convert_sync_batchnorm(nn::Module& model, Communicator& communicator) {
  int count = 0;
  for (nn::Module* module : model.modules()) {
    auto* norm = dynamic_cast<nn::RunningNorm*>(module);
    if (norm != nullptr && is_batch_norm(*norm)) {
      synchronise(*norm, communicator);
      ++count;
    }
  }
  return count;
}

}  // namespace retrograd::mpi
