// gelu and its gradient beside the C library's functions of long double.
#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cfloat>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Wide = long double;

// Numbers of both signs from 2^-40 to 32, and some denormal ones.
std::vector<float> numbers() {
  std::vector<float> all;
  const auto first = std::bit_cast<std::uint32_t>(0x1p-40F);
  const auto last = std::bit_cast<std::uint32_t>(32.0F);
  for (std::uint32_t bits = first; bits < last; bits += 997) {
    all.push_back(std::bit_cast<float>(bits));
  }
  for (std::uint32_t bits = 0; bits < 0x1000000U; bits += 65537) {
    all.push_back(std::bit_cast<float>(bits));
  }
  const std::size_t half = all.size();
  for (std::size_t i = 0; i < half; ++i) {
    all.push_back(-all[i]);
  }
  return all;
}

Wide unit_in_last_place(Wide x) {
  const int exponent = std::ilogb(std::max<Wide>(std::fabs(x), FLT_MIN));
  return std::ldexp(Wide{1}, exponent - (FLT_MANT_DIG - 1));
}

// The largest error of f(x) in units of the last place of size(x).
template <class F, class Size>
double worst(const Tensor& found, const std::vector<float>& x, const F& f, const Size& size) {
  const std::vector<float> values = found.to_vector<float>();
  Wide most = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Wide error = std::fabs(values[i] - f(x[i])) / unit_in_last_place(size(x[i]));
    most = error <= most ? most : error;  // NaN counts
  }
  return static_cast<double>(most);
}

// A distribution function, and its derivative times x.
struct Normal {
  static Wide share(Wide x) { return std::erfc(-x / std::numbers::sqrt2_v<Wide>) / 2; }
  static Wide growth(Wide x) {
    return x * std::exp(-x * x / 2) * std::numbers::inv_sqrtpi_v<Wide> /
           std::numbers::sqrt2_v<Wide>;
  }
};
struct TanhForm {
  static constexpr Wide kScale = 2 * std::numbers::sqrt2_v<Wide> * std::numbers::inv_sqrtpi_v<Wide>;
  static Wide w(Wide x) { return kScale * (x + 0.044715L * x * x * x); }
  static Wide share(Wide x) { return 1 / (1 + std::exp(-w(x))); }
  static Wide growth(Wide x) {
    return x * kScale * (1 + 3 * 0.044715L * x * x) * share(x) * share(-x);
  }
};

template <class Form>
void check_form(GeluApproximation approximate) {
  const std::vector<float> x = numbers();
  Tensor leaf = tensor(x).set_requires_grad(true);
  const Tensor y = gelu(leaf, approximate);
  const Tensor slope = grad({sum(y)}, {leaf})[0];
  const auto value = [](Wide v) { return v * Form::share(v); };
  CHECK(worst(y, x, value, value) <= 4);
  // Where both terms of the slope cancel, the larger one counts.
  CHECK(worst(
            slope, x, [](Wide v) { return Form::share(v) + Form::growth(v); },
            [](Wide v) { return std::max(Form::share(v), std::fabs(Form::growth(v))); }) <= 4);
}

}  // namespace

TEST_CASE("gelu is within 4 units in the last place, its slope of the larger term") {
  check_form<Normal>(GeluApproximation::none);
}
TEST_CASE("gelu's tanh form is within 4 units in the last place, its slope of the larger term") {
  check_form<TanhForm>(GeluApproximation::tanh);
}
