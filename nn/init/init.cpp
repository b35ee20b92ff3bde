#include <retrograd/nn/init.h>

#include <algorithm>
#include <cmath>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/init.h>
#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/operand.h>
#include <retrograd/ops/shape.h>

namespace retrograd::nn {

namespace {
thread_local bool skipping = false;
}

SkipInitGuard::SkipInitGuard() noexcept : before_(skipping) {
  skipping = true;
}
SkipInitGuard::~SkipInitGuard() {
  skipping = before_;
}
bool SkipInitGuard::is_on() noexcept {
  return skipping;
}

}  // namespace retrograd::nn

namespace retrograd::nn::init {

using namespace detail;
using nn::detail::require;

namespace {

void require_defined(const Frame& call, const Tensor& tensor) {
  check::require<GraphError>(call, tensor.defined(), {{"tensor", tensor}},
                             "the tensor is undefined [undefined-tensor]");
}

void require_random(const Frame& call, const Tensor& tensor) {
  require_defined(call, tensor);
  check::require<DTypeError>(call, is_floating(tensor.dtype()), {{"tensor", tensor}},
                             "random values need a floating tensor [not-floating]");
}

void require_matrix(const Frame& call, const Tensor& tensor) {
  check::require<ShapeError>(call, tensor.dim() == 2, {{"tensor", tensor}},
                             "2 dimensions are needed [rank-unexpected]");
}

void require_deviation(const Frame& call, double std) {
  require(call, std >= 0 && !std::isinf(std), "std", std, "a number of at least 0 is needed");
}

void require_finite(const Frame& call, const char* what, double value) {
  check::require<ValueError>(call, std::isfinite(value), {}, "{} is {} [value-out-of-range]", what,
                             value);
}

void require_range(const Frame& call, double low, double high) {
  check::require<ValueError>(call, low <= high && std::isfinite(high - low), {},
                             "the range from {} to {} is not one [value-out-of-range]", low, high);
}

Fans fans_of(const Frame& call, const Tensor& weight) {
  require_defined(call, weight);
  check::require<ShapeError>(call, weight.dim() >= 2, {{"tensor", weight}},
                             "fan in and fan out need at least 2 dimensions [rank-unexpected]");
  const std::int64_t field = nn::detail::count(weight.shape(), 2);
  return {weight.shape()[1] * field, weight.shape()[0] * field};
}

Tensor filled(const Frame& call, Tensor& tensor, Scalar value) {
  require_defined(call, tensor);
  const NoGradGuard unrecorded;
  return tensor.fill_(value);
}

// scale x + shift of random numbers x.
Tensor fill(Tensor& tensor, decltype(rand)& random, double scale, double shift,
            Generator& generator) {
  if (SkipInitGuard::is_on()) {
    return tensor;
  }
  const NoGradGuard unrecorded;
  const DType dtype = tensor.dtype() == float64 ? float64 : float32;
  Tensor values = random(tensor.shape(), {.dtype = dtype}, generator, {});
  return tensor.copy_(values.mul_(scale).add_(shift));
}
// Uniform around 0.
Tensor fill_uniform(Tensor& tensor, double deviation, Generator& generator) {
  const double bound = std::sqrt(3.0) * deviation;
  return fill(tensor, rand, 2 * bound, -bound, generator);
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
  check::refuse<ValueError>(call, {}, "no such nonlinearity [value-out-of-range]");
}

Fans calculate_fan_in_and_fan_out(const Tensor& weight, Where where) {
  return fans_of(Frame("calculate_fan_in_and_fan_out", where), weight);
}

Tensor uniform_(Tensor tensor, double low, double high, Generator& generator, Where where) {
  const Frame call("uniform_", where);
  require_random(call, tensor);
  require_range(call, low, high);
  return fill(tensor, rand, high - low, low, generator);
}

Tensor normal_(Tensor tensor, double mean, double std, Generator& generator, Where where) {
  const Frame call("normal_", where);
  require_random(call, tensor);
  require_finite(call, "mean", mean);
  require_deviation(call, std);
  return fill(tensor, randn, std, mean, generator);
}

Tensor trunc_normal_(Tensor tensor, double mean, double std, double low, double high,
                     Generator& generator, Where where) {
  const Frame call("trunc_normal_", where);
  require_random(call, tensor);
  require_finite(call, "mean", mean);
  require_deviation(call, std);
  require_range(call, low, high);
  if (SkipInitGuard::is_on()) {
    return tensor;
  }
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
  return filled(Frame("constant_", where), tensor, value);
}
Tensor ones_(Tensor tensor, Where where) {
  return filled(Frame("ones_", where), tensor, 1);
}
Tensor zeros_(Tensor tensor, Where where) {
  return filled(Frame("zeros_", where), tensor, 0);
}

Tensor eye_(Tensor tensor, Where where) {
  const Frame call("eye_", where);
  require_defined(call, tensor);
  require_matrix(call, tensor);
  const NoGradGuard unrecorded;
  return tensor.copy_(eye(tensor.size(0), tensor.size(1), {.dtype = tensor.dtype()}));
}

Tensor dirac_(Tensor tensor, std::int64_t groups, Where where) {
  const Frame call("dirac_", where);
  require_defined(call, tensor);
  check::require<ShapeError>(call, tensor.dim() >= 3 && tensor.dim() <= 5, {{"tensor", tensor}},
                             "3, 4 or 5 dimensions are needed [rank-unexpected]");
  check::require<ValueError>(
      call, groups >= 1 && tensor.size(0) % groups == 0, {{"tensor", tensor}},
      "the first dimension does not split into {} groups [groups-uneven]", groups);
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
  return fill_uniform(tensor, std::abs(xavier_deviation(call, tensor, gain)), generator);
}

Tensor xavier_normal_(Tensor tensor, double gain, Generator& generator, Where where) {
  const Frame call("xavier_normal_", where);
  return fill(tensor, randn, std::abs(xavier_deviation(call, tensor, gain)), 0, generator);
}

Tensor kaiming_uniform_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const Frame call("kaiming_uniform_", where);
  return fill_uniform(tensor, kaiming_deviation(call, tensor, options), generator);
}

Tensor kaiming_normal_(Tensor tensor, KaimingOptions options, Generator& generator, Where where) {
  const Frame call("kaiming_normal_", where);
  return fill(tensor, randn, kaiming_deviation(call, tensor, options), 0, generator);
}

Tensor sparse_(Tensor tensor, double sparsity, double std, Generator& generator, Where where) {
  const Frame call("sparse_", where);
  require_random(call, tensor);
  require_matrix(call, tensor);
  require(call, sparsity >= 0 && sparsity <= 1, "sparsity", sparsity,
          "a share from 0 to 1 is needed");
  require_deviation(call, std);
  if (SkipInitGuard::is_on()) {
    return tensor;
  }
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
  if (tensor.numel() == 0 || SkipInitGuard::is_on()) {
    return tensor;
  }
  const NoGradGuard unrecorded;
  const std::int64_t rows = tensor.size(0);
  const Tensor q = random_orthonormal(std::min(rows, fans.in), std::max(rows, fans.in), generator);
  const Tensor values = rows <= fans.in ? q : transpose(q, 0, 1);
  return tensor.copy_(reshape(values, tensor.shape()).to(tensor.dtype()).mul_(gain));
}

}  // namespace retrograd::nn::init
