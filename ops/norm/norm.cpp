#include <retrograd/ops/norm.h>

#include <string>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/detail/norm.h>
#include <retrograd/ops/detail/relu.h>
#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace normalising {

namespace {

NormStatistics saved_statistics(const Backward& b) {
  return {b.saved(2), {}, b.saved(3)};
}

// The gradient of what ReLU was taken of.
Tensor behind_relu(const Norm& norm, const Backward& b) {
  const Tensor y = kernels::normalise_by(b.saved(0), saved_statistics(b),
                                         {b.saved(1), b.saved(4), false}, norm.shape);
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
    return reshape(sum_gradient_to(t, norm.parameter()), {norm.shape.channels})
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
  const auto found = kernels::normalise_backward(
      b.grad, b.saved(0), saved_statistics(b), {b.saved(1), b.saved(4), norm.relu}, norm.shape,
      norm.fixed, {b.needs(0), b.needs(1), b.needs(2)}, norm.parameter_dtype);
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
  if (parameter.shape() != shape) {
    fail<ShapeError>(call, std::string(name) + " must have shape " + to_string(shape),
                     {{"input", x}, {name, parameter}});
  }
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
  if (!(eps >= 0)) {
    fail<ValueError>(call, "eps is " + number_text(eps) + "; at least 0 is needed", {{"input", x}});
  }
}

void check_channels(const Frame& call, const Tensor& x, std::int64_t least_rank) {
  check::floating(call, x);
  if (x.dim() < least_rank) {
    fail<ShapeError>(call,
                     least_rank == 2 ? "needs an input (N, C) or (N, C, spatial...)"
                                     : "needs an input (N, C, spatial...)",
                     {{"input", x}});
  }
}

std::int64_t places_of(const Tensor& x) {
  std::int64_t places = 1;
  for (std::size_t d = 2; d < x.shape().size(); ++d) {
    places *= x.shape()[d];
  }
  return places;
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
  Norm norm{{}, 1, 1, eps, false};
  for (std::size_t d = 0; fits && d < rank; ++d) {
    (d < rank - inner ? norm.shape.images : norm.shape.channels) *= x.shape()[d];
    fits = d < rank - inner || x.shape()[d] == normalized_shape[d - (rank - inner)];
  }
  if (!fits) {
    fail<ShapeError>(call,
                     "the last dimensions of the input must be " + to_string(normalized_shape) +
                         ", one at least",
                     {{"input", x}});
  }
  check_parameters(call, weight, bias, x, normalized_shape);
  norm.batch = norm.shape.images;
  const auto flat = [&](const Tensor& parameter) {
    return parameter.defined() ? flatten(parameter) : parameter;
  };
  const Tensor weights = flat(weight);
  const Tensor biases = flat(bias);
  const auto found = kernels::normalise(x, {weights, biases}, norm.shape, eps);
  return record_norm(call, norm, x, weights, biases, found.values, found.statistics);
}

Tensor group_norm(const Tensor& x, std::int64_t num_groups, const Tensor& weight,
                  const Tensor& bias, double eps, Where where) {
  const Call call("group_norm", where, x, num_groups, weight, bias, eps);
  check_channels(call, x, 2);
  check_eps(call, eps, x);
  const std::int64_t channels = x.shape()[1];
  if (num_groups < 1 || channels % num_groups != 0) {
    fail<ValueError>(call,
                     "the " + std::to_string(channels) + " channels do not split into " +
                         std::to_string(num_groups) + " groups",
                     {{"input", x}});
  }
  check_parameters(call, weight, bias, x, {channels});
  Norm norm{{}, x.shape()[0], places_of(x), eps, false};
  norm.shape = {.images = norm.batch,
                .places = norm.places,
                .channels = channels,
                .groups = num_groups,
                .channels_last = x.dim() > 2};
  const auto found = kernels::normalise(x, {weight, bias}, norm.shape, eps);
  return record_norm(call, norm, x, weight, bias, found.values, found.statistics);
}

}  // namespace retrograd
