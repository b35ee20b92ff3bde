#include <retrograd/ops/norm.h>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/internal/accumulate.h>
#include <retrograd/ops/detail/norm.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace normalising {

namespace {

NormStatistics saved_statistics(const Backward& b) {
  return {b.saved(2), {}, b.saved(3)};
}

// The gradient of what ReLU was taken of.
Tensor behind_relu(const Norm& norm, const Backward& b) {
  const Tensor y = kernels::standardise_by(b.saved(0), saved_statistics(b),
                                           {b.saved(1), b.saved(4), false}, norm.geometry);
  return relu_grad(b.grad, y);
}

// The twin of the fused backward: the same gradients from differentiable operators, in float32 at
// least.
Gradients composed_backward(const Norm& norm, const Backward& b) {
  const Tensor given = b.saved(0);
  const DType dtype = given.dtype() == bfloat16 ? float32 : given.dtype();
  const auto wide = [&](const Tensor& tensor) { return tensor.to(dtype); };
  const Tensor x = reshape(wide(given), norm.blocks());
  const Tensor grad = reshape(wide(norm.relu ? behind_relu(norm, b) : b.grad), norm.blocks());
  const auto mean_of = [&](const Tensor& t) { return mean(t, norm.reduced(), true); };
  const auto given_statistic = [&](std::size_t i) {
    return reshape(wide(b.saved(i)), norm.statistic());
  };
  const Tensor centred = x - (norm.fixed ? given_statistic(2) : mean_of(x));
  const Tensor inverse =
      norm.fixed ? given_statistic(3) : pow(mean_of(square(centred)) + norm.eps, -0.5);
  const Tensor normal = centred * inverse;
  const auto parameter = [&](const Tensor& t) {
    return reshape(sum_gradient_to(t, norm.parameter()), {norm.geometry.channels})
        .to(norm.parameter_dtype);
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
  if (b.recorded()) {
    return composed_backward(norm, b);
  }
  const auto found = kernels::standardise_backward(
      b.grad, b.saved(0), saved_statistics(b), {b.saved(1), b.saved(4), norm.relu}, norm.geometry,
      norm.fixed, {b.needs(0), b.needs(1), b.needs(2)}, norm.parameter_dtype,
      detail::may_overwrite_gradient(b));
  return {found.input, found.weight, found.bias};
}

void check_parameter(const Frame& call, const char* name, const Tensor& parameter, const Tensor& x,
                     const Shape& shape) {
  if (!parameter.defined()) {
    return;
  }
  // float32 stays so beside activations of bfloat16.
  if (x.dtype() != bfloat16 || parameter.dtype() != float32) {
    check::same_dtype(call, "input", x, name, parameter);
  }
  check::require<ShapeError>(call, parameter.shape() == shape, {{"input", x}, {name, parameter}},
                             "{} must have shape {} [shape-unexpected]", name, shape);
}

}  // namespace

Tensor record_norm(const Call& call, Norm norm, const Tensor& x, const Tensor& weight,
                   const Tensor& bias, const Tensor& y, const NormStatistics& statistics) {
  norm.parameter_dtype = weight.defined() ? weight.dtype()
                         : bias.defined() ? bias.dtype()
                                          : x.dtype();
  // Of its values a copy, as relu(batch_norm(x)) lets the bias change before the backward pass.
  const Tensor bias_values =
      norm.relu && bias.defined() && grad_enabled() ? bias.detach().clone() : Tensor();
  return call.record(
      {.output = y,
       .inputs = {x, weight, bias},
       .saved = {x, weight, statistics.mean, statistics.inverse_deviation, bias_values},
       .backward = [norm](const Backward& b) { return backward(norm, b); }});
}

void check_parameters(const Frame& call, const Tensor& weight, const Tensor& bias, const Tensor& x,
                      const Shape& shape) {
  check_parameter(call, "weight", weight, x, shape);
  check_parameter(call, "bias", bias, x, shape);
  if (weight.defined() && bias.defined()) {
    check::same_dtype(call, "weight", weight, "bias", bias);
  }
}

void check_eps(const Frame& call, double eps, const Tensor& x) {
  check::require<ValueError>(call, eps >= 0, {{"input", x}},
                             "eps is {}; at least 0 is needed [value-out-of-range]", eps);
}

void check_channels(const Frame& call, const Tensor& x, std::int64_t least_rank) {
  check::floating(call, x);
  check::require<ShapeError>(call, x.dim() >= least_rank, {{"input", x}},
                             "needs an input {}(N, C, spatial...) [rank-unexpected]",
                             least_rank == 2 ? "(N, C) or " : "");
}

Norm norm_of(const Tensor& x, std::int64_t groups, bool pooled, double eps) {
  Norm norm{{}, x.shape()[0], 1, eps};
  for (std::size_t d = 2; d < x.shape().size(); ++d) {
    norm.positions *= x.shape()[d];
  }
  norm.geometry = {.samples = pooled ? 1 : norm.batch,
                   .positions = pooled ? norm.batch * norm.positions : norm.positions,
                   .channels = x.shape()[1],
                   .groups = groups,
                   .channels_last = x.dim() > 2};
  return norm;
}

}  // namespace normalising

using namespace normalising;

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight,
                  const Tensor& bias, double eps, Where where) {
  const Call call("layer_norm", where, x, normalized_shape, weight, bias, eps);
  check::floating(call, x);
  check_eps(call, eps, x);
  const std::size_t rank = x.shape().size();
  const std::size_t inner = normalized_shape.size();
  bool fits = inner > 0 && inner <= rank;
  Norm norm{{}, 1, 1, eps};
  for (std::size_t d = 0; fits && d < rank; ++d) {
    (d < rank - inner ? norm.geometry.samples : norm.geometry.channels) *= x.shape()[d];
    fits = d < rank - inner || x.shape()[d] == normalized_shape[d - (rank - inner)];
  }
  check::require<ShapeError>(
      call, fits, {{"input", x}},
      "the last dimensions of the input must be {}, one at least [shape-unexpected]",
      normalized_shape);
  check_parameters(call, weight, bias, x, normalized_shape);
  norm.batch = norm.geometry.samples;
  const auto flat = [&](const Tensor& parameter) {
    return parameter.defined() ? flatten(parameter) : parameter;
  };
  const Tensor weights = flat(weight);
  const Tensor biases = flat(bias);
  const auto found = kernels::standardise(x, {weights, biases}, norm.geometry, eps);
  return record_norm(call, norm, x, weights, biases, found.values, found.statistics);
}

Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight,
                  const Tensor& bias, double eps, Where where) {
  const Call call("group_norm", where, x, num_groups, weight, bias, eps);
  check_channels(call, x, 2);
  check_eps(call, eps, x);
  const std::int64_t channels = x.shape()[1];
  check::require<ValueError>(call, num_groups >= 1 && channels % num_groups == 0, {{"input", x}},
                             "the {} channels do not split into {} groups [groups-uneven]",
                             channels, num_groups);
  check_parameters(call, weight, bias, x, {channels});
  const Norm norm = norm_of(x, num_groups, false, eps);
  const auto found = kernels::standardise(x, {weight, bias}, norm.geometry, eps);
  return record_norm(call, norm, x, weight, bias, found.values, found.statistics);
}

}  // namespace retrograd
