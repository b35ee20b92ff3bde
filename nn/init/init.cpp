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

void require_deviation(const char* op, double std, Where where) {
  if (!(std >= 0) || std::isinf(std)) {
    fail<ValueError>(op, where, "std is " + text(std) + "; a number of at least 0 is needed");
  }
}

void require_finite(const char* op, const char* what, double value, Where where) {
  if (!std::isfinite(value)) {
    fail<ValueError>(op, where, std::string(what) + " is " + text(value));
  }
}

void require_range(const char* op, double low, double high, Where where) {
  if (!(low <= high) || !std::isfinite(high - low)) {
    fail<ValueError>(op, where,
                     "the range from " + text(low) + " to " + text(high) + " is not one");
  }
}

Fans fans_of(const char* op, const Tensor& weight, Where where) {
  require_defined(op, weight, where);
  if (weight.dim() < 2) {
    fail<ShapeError>(op, where, "fan in and fan out need at least 2 dimensions",
                     {{"tensor", weight}});
  }
  std::int64_t field = 1;
  for (std::size_t d = 2; d < weight.shape().size(); ++d) {
    field *= weight.shape()[d];
  }
  return {weight.shape()[1] * field, weight.shape()[0] * field};
}

Tensor fill_uniform(Tensor& tensor, double low, double high, Generator& generator, Where where) {
  const NoGradGuard unrecorded;
  Tensor values = rand(tensor.shape(), {.dtype = working_dtype(tensor)}, generator, where);
  return tensor.copy_(values.mul_(high - low).add_(low), where);
}

Tensor fill_normal(Tensor& tensor, double mean, double std, Generator& generator, Where where) {
  const NoGradGuard unrecorded;
  Tensor values = randn(tensor.shape(), {.dtype = working_dtype(tensor)}, generator, where);
  return tensor.copy_(values.mul_(std).add_(mean), where);
}

double xavier_deviation(const char* op, const Tensor& tensor, double gain, Where where) {
  const Fans fans = fans_of(op, tensor, where);
  require_random(op, tensor, where);
  require_finite(op, "gain", gain, where);
  // A tensor without elements has nothing to divide by.
  const double both = static_cast<double>(std::max<std::int64_t>(fans.in + fans.out, 1));
  return gain * std::sqrt(2 / both);
}

double kaiming_deviation(const char* op, const Tensor& tensor, const KaimingOptions& options,
                         Where where) {
  const Fans fans = fans_of(op, tensor, where);
  require_random(op, tensor, where);
  require_finite(op, "a", options.a, where);
  const std::int64_t fan = options.mode == FanMode::fan_in ? fans.in : fans.out;
  return calculate_gain(options.nonlinearity, options.a, where) /
         std::sqrt(static_cast<double>(std::max<std::int64_t>(fan, 1)));
}

}  // namespace

namespace detail {

void require_defined(const char* op, const Tensor& tensor, Where where) {
  if (!tensor.defined()) {
    fail<GraphError>(op, where, "the tensor is undefined", {{"tensor", tensor}});
  }
}

void require_random(const char* op, const Tensor& tensor, Where where) {
  require_defined(op, tensor, where);
  if (!is_floating(tensor.dtype())) {
    fail<DTypeError>(op, where, "random values need a floating tensor", {{"tensor", tensor}});
  }
}

DType working_dtype(const Tensor& tensor) {
  return tensor.dtype() == float64 ? float64 : float32;
}

}  // namespace detail

double calculate_gain(Nonlinearity nonlinearity, double negative_slope, Where where) {
  switch (nonlinearity) {
    case Nonlinearity::linear:
    case Nonlinearity::sigmoid: return 1;
    case Nonlinearity::tanh: return 5.0 / 3;
    case Nonlinearity::relu: return std::sqrt(2.0);
    case Nonlinearity::leaky_relu:
      require_finite("calculate_gain", "negative_slope", negative_slope, where);
      return std::sqrt(2 / (1 + negative_slope * negative_slope));
    case Nonlinearity::selu: return 0.75;
  }
  fail<ValueError>("calculate_gain", where, "no such nonlinearity");
}

Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where) {
  return fans_of("calculate_fan_in_and_fan_out", weight, where);
}

Tensor uniform_(Tensor tensor, double low, double high, Generator& generator, Where where) {
  require_random("uniform_", tensor, where);
  require_range("uniform_", low, high, where);
  return fill_uniform(tensor, low, high, generator, where);
}

Tensor normal_(Tensor tensor, double mean, double std, Generator& generator, Where where) {
  require_random("normal_", tensor, where);
  require_finite("normal_", "mean", mean, where);
  require_deviation("normal_", std, where);
  return fill_normal(tensor, mean, std, generator, where);
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high,
                     Generator& generator, Where where) {
  require_random("trunc_normal_", tensor, where);
  require_finite("trunc_normal_", "mean", mean, where);
  require_deviation("trunc_normal_", std, where);
  require_range("trunc_normal_", low, high, where);
  const auto share_below = [&](double x) {
    return std > 0 ? std::erfc((mean - x) / (std * std::sqrt(2.0))) / 2 : x < mean ? 0.0 : 1.0;
  };
  const NoGradGuard unrecorded;
  Tensor values = rand(tensor.shape(), {.dtype = float64}, generator, where);
  double* at = values.data<double>();
  const double from = 2 * share_below(low) - 1;
  const double to = 2 * share_below(high) - 1;
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const double z = std::sqrt(2.0) * inverse_erf(from + (to - from) * at[i]);
    at[i] = std::clamp(std > 0 ? mean + std * z : mean, low, high);
  }
  return tensor.copy_(values.to(tensor.dtype(), where), where);
}

Tensor constant_(Tensor tensor, Scalar value, Where where) {
  require_defined("constant_", tensor, where);
  const NoGradGuard unrecorded;
  return tensor.fill_(value, where);
}

Tensor ones_(Tensor tensor, Where where) {
  require_defined("ones_", tensor, where);
  const NoGradGuard unrecorded;
  return tensor.fill_(1, where);
}

Tensor zeros_(Tensor tensor, Where where) {
  require_defined("zeros_", tensor, where);
  const NoGradGuard unrecorded;
  return tensor.zero_(where);
}

Tensor eye_(Tensor tensor, Where where) {
  require_defined("eye_", tensor, where);
  if (tensor.dim() != 2) {
    fail<ShapeError>("eye_", where, "2 dimensions are needed", {{"tensor", tensor}});
  }
  const NoGradGuard unrecorded;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), {.dtype = tensor.dtype()}, where), where);
}

Tensor dirac_(Tensor tensor, std::int64_t groups, Where where) {
  require_defined("dirac_", tensor, where);
  if (tensor.dim() < 3 || tensor.dim() > 5) {
    fail<ShapeError>("dirac_", where, "3, 4 or 5 dimensions are needed", {{"tensor", tensor}});
  }
  if (groups < 1 || tensor.size(0) % groups != 0) {
    fail<ValueError>(
        "dirac_", where,
        "the first dimension does not split into " + std::to_string(groups) + " groups",
        {{"tensor", tensor}});
  }
  const NoGradGuard unrecorded;
  Tensor values = zeros(tensor.shape(), {.dtype = float32}, where);
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
  return tensor.copy_(values, where);
}

Tensor xavier_uniform_(Tensor tensor, double gain, Generator& generator, Where where) {
  const double bound =
      std::sqrt(3.0) * std::abs(xavier_deviation("xavier_uniform_", tensor, gain, where));
  return fill_uniform(tensor, -bound, bound, generator, where);
}

Tensor xavier_normal_(Tensor tensor, double gain, Generator& generator, Where where) {
  const double std = std::abs(xavier_deviation("xavier_normal_", tensor, gain, where));
  return fill_normal(tensor, 0, std, generator, where);
}

Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const double bound =
      std::sqrt(3.0) * kaiming_deviation("kaiming_uniform_", tensor, options, where);
  return fill_uniform(tensor, -bound, bound, generator, where);
}

Tensor kaiming_normal_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const double std = kaiming_deviation("kaiming_normal_", tensor, options, where);
  return fill_normal(tensor, 0, std, generator, where);
}

Tensor sparse_(Tensor tensor, double sparsity, double std, Generator& generator, Where where) {
  require_random("sparse_", tensor, where);
  if (tensor.dim() != 2) {
    fail<ShapeError>("sparse_", where, "2 dimensions are needed", {{"tensor", tensor}});
  }
  if (!(sparsity >= 0 && sparsity <= 1)) {
    fail<ValueError>("sparse_", where,
                     "sparsity is " + text(sparsity) + "; a share from 0 to 1 is needed");
  }
  require_deviation("sparse_", std, where);
  const std::int64_t rows = tensor.size(0);
  const std::int64_t columns = tensor.size(1);
  const auto zero_rows = static_cast<std::int64_t>(std::ceil(sparsity * static_cast<double>(rows)));
  const NoGradGuard unrecorded;
  Tensor values = randn({rows, columns}, {.dtype = float64}, generator, where).mul_(std);
  for (std::int64_t c = 0; c < columns; ++c) {
    const Tensor order = randperm(rows, generator, where);
    for (std::int64_t r = 0; r < zero_rows; ++r) {
      values.data<double>()[order.data<std::int64_t>()[r] * columns + c] = 0;
    }
  }
  return tensor.copy_(values.to(tensor.dtype(), where), where);
}

Tensor orthogonal_(Tensor tensor, double gain, Generator& generator, Where where) {
  const Fans fans = fans_of("orthogonal_", tensor, where);
  require_random("orthogonal_", tensor, where);
  require_finite("orthogonal_", "gain", gain, where);
  if (tensor.numel() == 0) {
    return tensor;
  }
  const NoGradGuard unrecorded;
  const std::int64_t rows = tensor.size(0);
  const Tensor q = random_orthonormal(std::min(rows, fans.in), std::max(rows, fans.in), generator);
  const Tensor values = rows <= fans.in ? q : transpose(q, 0, 1);
  return tensor.copy_(reshape(values, tensor.shape(), where).to(tensor.dtype(), where).mul_(gain),
                      where);
}

}  // namespace retrograd::nn::init
