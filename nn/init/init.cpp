#include <retrograd/nn/init.h>

#include <algorithm>
#include <cmath>
#include <string>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/init.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/shape.h>

namespace retrograd::nn::init {

using namespace detail;

namespace {

std::string text(double value) {
  std::string digits = std::to_string(value);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.back() == '.') {
    digits.pop_back();
  }
  return digits;
}

void require_deviation(const Frame& call, double std) {
  if (!(std >= 0) || std::isinf(std)) {
    fail<ValueError>(call, "std is " + text(std) + "; a number of at least 0 is needed");
  }
}

void require_finite(const Frame& call, const char* what, double value) {
  if (!std::isfinite(value)) {
    fail<ValueError>(call, std::string(what) + " is " + text(value));
  }
}

void require_range(const Frame& call, double low, double high) {
  if (!(low <= high) || !std::isfinite(high - low)) {
    fail<ValueError>(call, "the range from " + text(low) + " to " + text(high) + " is not one");
  }
}

Fans fans_of(const Frame& call, const Tensor& weight) {
  require_defined(call, weight);
  if (weight.dim() < 2) {
    fail<ShapeError>(call, "fan in and fan out need at least 2 dimensions", {{"tensor", weight}});
  }
  std::int64_t field = 1;
  for (std::size_t d = 2; d < weight.shape().size(); ++d) {
    field *= weight.shape()[d];
  }
  return {weight.shape()[1] * field, weight.shape()[0] * field};
}

Tensor fill_uniform(Tensor& tensor, double low, double high, Generator& generator) {
  const NoGradGuard unrecorded;
  Tensor values = rand(tensor.shape(), {.dtype = working_dtype(tensor)}, generator);
  return tensor.copy_(values.mul_(high - low).add_(low));
}

Tensor fill_normal(Tensor& tensor, double mean, double std, Generator& generator) {
  const NoGradGuard unrecorded;
  Tensor values = randn(tensor.shape(), {.dtype = working_dtype(tensor)}, generator);
  return tensor.copy_(values.mul_(std).add_(mean));
}

double xavier_deviation(const Frame& call, const Tensor& tensor, double gain) {
  const Fans fans = fans_of(call, tensor);
  require_random(call, tensor);
  require_finite(call, "gain", gain);
  // A tensor without elements has nothing to divide by.
  const double both = static_cast<double>(std::max<std::int64_t>(fans.in + fans.out, 1));
  return gain * std::sqrt(2 / both);
}

double kaiming_deviation(const Frame& call, const Tensor& tensor, const KaimingOptions& options) {
  const Fans fans = fans_of(call, tensor);
  require_random(call, tensor);
  require_finite(call, "a", options.a);
  const std::int64_t fan = options.mode == FanMode::fan_in ? fans.in : fans.out;
  return calculate_gain(options.nonlinearity, options.a) /
         std::sqrt(static_cast<double>(std::max<std::int64_t>(fan, 1)));
}

}  // namespace

namespace detail {

void require_defined(const Frame& call, const Tensor& tensor) {
  if (!tensor.defined()) {
    fail<GraphError>(call, "the tensor is undefined", {{"tensor", tensor}});
  }
}

void require_random(const Frame& call, const Tensor& tensor) {
  require_defined(call, tensor);
  if (!is_floating(tensor.dtype())) {
    fail<DTypeError>(call, "random values need a floating tensor", {{"tensor", tensor}});
  }
}

DType working_dtype(const Tensor& tensor) {
  return tensor.dtype() == float64 ? float64 : float32;
}

}  // namespace detail

double calculate_gain(Nonlinearity nonlinearity, double negative_slope, Where where) {
  const Frame call("calculate_gain", where);
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid: return 1;
    case Nonlinearity::tanh: return 5.0 / 3;
    case Nonlinearity::relu: return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      require_finite(call, "negative_slope", negative_slope);
      return std::sqrt(2 / (1 + negative_slope * negative_slope));
    case Nonlinearity::selu: return 0.75;
  }
  fail<ValueError>(call, "no such nonlinearity");
}

Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where) {
  const Frame call("calculate_fan_in_and_fan_out", where);
  return fans_of(call, weight);
}

Tensor uniform_(Tensor tensor, double low, double high, Generator& generator, Where where) {
  const Frame call("uniform_", where);
  require_random(call, tensor);
  require_range(call, low, high);
  return fill_uniform(tensor, low, high, generator);
}

Tensor normal_(Tensor tensor, double mean, double std, Generator& generator, Where where) {
  const Frame call("normal_", where);
  require_random(call, tensor);
  require_finite(call, "mean", mean);
  require_deviation(call, std);
  return fill_normal(tensor, mean, std, generator);
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high,
                     Generator& generator, Where where) {
  const Frame call("trunc_normal_", where);
  require_random(call, tensor);
  require_finite(call, "mean", mean);
  require_deviation(call, std);
  require_range(call, low, high);
  const auto share_below = [&](double x) {
    return std > 0 ? std::erfc((mean - x) / (std * std::sqrt(2.0))) / 2 : x < mean ? 0.0 : 1.0;
  };
  const NoGradGuard unrecorded;
  Tensor values = rand(tensor.shape(), {.dtype = float64}, generator);
  double* at = values.data<double>();
  const double from = 2 * share_below(low) - 1;
  const double to = 2 * share_below(high) - 1;
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const double z = std::sqrt(2.0) * inverse_erf(from + (to - from) * at[i]);
    at[i] = std::clamp(std > 0 ? mean + std * z : mean, low, high);
  }
  return tensor.copy_(values.to(tensor.dtype()));
}

Tensor constant_(Tensor tensor, Scalar value, Where where) {
  const Frame call("constant_", where);
  require_defined(call, tensor);
  const NoGradGuard unrecorded;
  return tensor.fill_(value);
}

Tensor ones_(Tensor tensor, Where where) {
  const Frame call("ones_", where);
  require_defined(call, tensor);
  const NoGradGuard unrecorded;
  return tensor.fill_(1);
}

Tensor zeros_(Tensor tensor, Where where) {
  const Frame call("zeros_", where);
  require_defined(call, tensor);
  const NoGradGuard unrecorded;
  return tensor.zero_();
}

Tensor eye_(Tensor tensor, Where where) {
  const Frame call("eye_", where);
  require_defined(call, tensor);
  if (tensor.dim() != 2) {
    fail<ShapeError>(call, "2 dimensions are needed", {{"tensor", tensor}});
  }
  const NoGradGuard unrecorded;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), {.dtype = tensor.dtype()}));
}

Tensor dirac_(Tensor tensor, std::int64_t groups, Where where) {
  const Frame call("dirac_", where);
  require_defined(call, tensor);
  if (tensor.dim() < 3 || tensor.dim() > 5) {
    fail<ShapeError>(call, "3, 4 or 5 dimensions are needed", {{"tensor", tensor}});
  }
  if (groups < 1 || tensor.size(0) % groups != 0) {
    fail<ValueError>(
        call, "the first dimension does not split into " + std::to_string(groups) + " groups",
        {{"tensor", tensor}});
  }
  const NoGradGuard unrecorded;
  Tensor values = zeros(tensor.shape(), {.dtype = float32});
  if (values.numel() > 0) {
    const Strides& strides = values.strides();
    std::int64_t centre = 0;
    for (std::size_t d = 2; d < strides.size(); ++d) {
      centre += values.shape()[d] / 2 * strides[d];
    }
    const std::int64_t channels = values.size(0) / groups;
    for (std::int64_t g = 0; g < groups; ++g) {
      for (std::int64_t c = 0; c < std::min(channels, values.size(1)); ++c) {
        values.data<float>()[(g * channels + c) * strides[0] + c * strides[1] + centre] = 1;
      }
    }
  }
  return tensor.copy_(values);
}

Tensor xavier_uniform_(Tensor tensor, double gain, Generator& generator, Where where) {
  const Frame call("xavier_uniform_", where);
  const double bound = std::sqrt(3.0) * std::abs(xavier_deviation(call, tensor, gain));
  return fill_uniform(tensor, -bound, bound, generator);
}

Tensor xavier_normal_(Tensor tensor, double gain, Generator& generator, Where where) {
  const Frame call("xavier_normal_", where);
  const double std = std::abs(xavier_deviation(call, tensor, gain));
  return fill_normal(tensor, 0, std, generator);
}

Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const Frame call("kaiming_uniform_", where);
  const double bound = std::sqrt(3.0) * kaiming_deviation(call, tensor, options);
  return fill_uniform(tensor, -bound, bound, generator);
}

Tensor kaiming_normal_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const Frame call("kaiming_normal_", where);
  const double std = kaiming_deviation(call, tensor, options);
  return fill_normal(tensor, 0, std, generator);
}

Tensor sparse_(Tensor tensor, double sparsity, double std, Generator& generator, Where where) {
  const Frame call("sparse_", where);
  require_random(call, tensor);
  if (tensor.dim() != 2) {
    fail<ShapeError>(call, "2 dimensions are needed", {{"tensor", tensor}});
  }
  if (!(sparsity >= 0 && sparsity <= 1)) {
    fail<ValueError>(call, "sparsity is " + text(sparsity) + "; a share from 0 to 1 is needed");
  }
  require_deviation(call, std);
  const std::int64_t rows = tensor.size(0);
  const std::int64_t columns = tensor.size(1);
  const auto zero_rows = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  const NoGradGuard unrecorded;
  Tensor values = randn({rows, columns}, {.dtype = float64}, generator).mul_(std);
  for (std::int64_t c = 0; c < columns; ++c) {
    const Tensor order = randperm(rows, generator);
    for (std::int64_t r = 0; r < zero_rows; ++r) {
      values.data<double>()[order.data<std::int64_t>()[r] * columns + c] = 0;
    }
  }
  return tensor.copy_(values.to(tensor.dtype()));
}

Tensor orthogonal_(Tensor tensor, double gain, Generator& generator, Where where) {
  const Frame call("orthogonal_", where);
  const Fans fans = fans_of(call, tensor);
  require_random(call, tensor);
  require_finite(call, "gain", gain);
  if (tensor.numel() == 0) {
    return tensor;
  }
  const NoGradGuard unrecorded;
  const std::int64_t rows = tensor.size(0);
  const Tensor q = random_orthonormal(std::min(rows, fans.in), std::max(rows, fans.in), generator);
  const Tensor values = rows <= fans.in ? q : transpose(q, 0, 1);
  return tensor.copy_(reshape(values, tensor.shape()).to(tensor.dtype()).mul_(gain));
}

}  // namespace retrograd::nn::init
