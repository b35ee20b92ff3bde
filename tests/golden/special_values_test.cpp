// Values and gradients at zeros, infinities, NaN, denormals and the largest numbers beside
// PyTorch's; make_special_values.py says what the file holds.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "test_paths.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

using Numbers = std::vector<double>;
using Unary = std::function<Tensor(const Tensor&)>;
using Binary = std::function<Tensor(const Tensor&, const Tensor&)>;

template <class F>
Unary plain(F* function) {
  return [function](const Tensor& x) { return function(x, {}); };
}

std::map<std::string, Unary> unary_functions() {
  std::map<std::string, Unary> all = {
      {"neg", plain(rg::neg)},
      {"abs", plain(rg::abs)},
      {"sign", plain(rg::sign)},
      {"exp", plain(rg::exp)},
      {"log", plain(rg::log)},
      {"log1p", plain(rg::log1p)},
      {"log2", plain(rg::log2)},
      {"expm1", plain(rg::expm1)},
      {"erf", plain(rg::erf)},
      {"sqrt", plain(rg::sqrt)},
      {"rsqrt", plain(rg::rsqrt)},
      {"square", plain(rg::square)},
      {"reciprocal", plain(rg::reciprocal)},
      {"tanh", plain(rg::tanh)},
      {"sigmoid", plain(rg::sigmoid)},
      {"relu", plain(rg::relu)},
      {"floor", plain(rg::floor)},
      {"ceil", plain(rg::ceil)},
      {"round", plain(rg::round)},
      {"sin", plain(rg::sin)},
      {"cos", plain(rg::cos)},
      {"tan", plain(rg::tan)},
      {"asin", plain(rg::asin)},
      {"acos", plain(rg::acos)},
      {"atan", plain(rg::atan)},
      {"sinh", plain(rg::sinh)},
      {"cosh", plain(rg::cosh)},
      {"logsigmoid", plain(rg::logsigmoid)},
      {"selu", plain(rg::selu)},
      {"silu", plain(rg::silu)},
      {"mish", plain(rg::mish)},
      {"relu6", plain(rg::relu6)},
      {"hardsigmoid", plain(rg::hardsigmoid)},
      {"hardswish", plain(rg::hardswish)},
      {"softsign", plain(rg::softsign)},
      {"tanhshrink", plain(rg::tanhshrink)},
      {"softplus", [](const Tensor& x) { return rg::softplus(x); }},
      {"leaky_relu", [](const Tensor& x) { return rg::leaky_relu(x); }},
      {"elu", [](const Tensor& x) { return rg::elu(x); }},
      {"celu", [](const Tensor& x) { return rg::celu(x); }},
      {"gelu", [](const Tensor& x) { return rg::gelu(x); }},
      {"gelu tanh", [](const Tensor& x) { return rg::gelu(x, rg::GeluApproximation::tanh); }},
      {"hardtanh", [](const Tensor& x) { return rg::hardtanh(x); }},
      {"softshrink", [](const Tensor& x) { return rg::softshrink(x); }},
      {"hardshrink", [](const Tensor& x) { return rg::hardshrink(x); }},
      {"clamp", [](const Tensor& x) { return rg::clamp(x, -1, 0.5); }},
      {"1.5 / x", [](const Tensor& x) { return 1.5 / x; }},
  };
  for (const char* number : {"0.0", "0.5", "1.0", "2.0", "3.0", "-1.0", "-2.5"}) {
    all["pow(x, " + std::string(number) + ")"] = [k = std::stod(number)](const Tensor& x) {
      return rg::pow(x, k);
    };
  }
  for (const char* number : {"0.0", "0.5", "1.0", "2.0", "-1.0"}) {
    all["pow(" + std::string(number) + ", x)"] = [k = std::stod(number)](const Tensor& x) {
      return rg::pow(k, x);
    };
  }
  return all;
}

std::map<std::string, Binary> binary_functions() {
  const auto operation = [](auto* function) -> Binary {
    return [function](const Tensor& a, const Tensor& b) { return function(a, b, {}); };
  };
  return {
      {"add", operation(rg::add)},
      {"sub", operation(rg::sub)},
      {"mul", operation(rg::mul)},
      {"div", operation(rg::div)},
      {"pow", operation(rg::pow)},
      {"maximum", operation(rg::maximum)},
      {"minimum", operation(rg::minimum)},
      {"fmod", operation(rg::fmod)},
      {"remainder", operation(rg::remainder)},
      {"floor_divide", operation(rg::floor_divide)},
      {"lerp", [](const Tensor& a, const Tensor& w) { return rg::lerp(a, rg::ones_like(a), w); }},
      {"prelu",
       [](const Tensor& a, const Tensor& w) {
         return rg::reshape(rg::prelu(rg::reshape(a, {1, -1}), rg::flatten(w)), a.shape());
       }},
  };
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr const char* kNanStays = "NaN does not become a number";
constexpr const char* kLimit = "the function has a limit there, PyTorch takes infinity times 0";

// Where PyTorch 1.13 has something else, in the value or in the gradient, and why we do not follow.
struct Difference {
  const char* function;
  double at;
  bool value;
  bool gradient;
  const char* why;
};
const Difference kDifferences[] = {
    {"sign", NAN, true, false, kNanStays},
    {"abs", NAN, false, true, kNanStays},
    {"softshrink", NAN, true, false, kNanStays},
    {"gelu", kInfinity, false, true, kLimit},
    {"gelu", -kInfinity, true, true, kLimit},
    {"gelu tanh", kInfinity, false, true, kLimit},
    {"gelu tanh", -kInfinity, true, true, kLimit},
    {"gelu tanh", kLargest, false, true, kLimit},
    {"gelu tanh", -kLargest, false, true, kLimit},
    {"silu", kInfinity, false, true, kLimit},
    {"silu", -kInfinity, true, true, kLimit},
    {"mish", kInfinity, false, true, kLimit},
    {"mish", -kInfinity, true, true, kLimit},
    {"hardswish", -kInfinity, true, false, kLimit},
    {"softsign", kInfinity, true, true, kLimit},
    {"softsign", -kInfinity, true, true, kLimit},
    {"pow(x, 0.5)", -kInfinity, true, true, "infinity, as the C library; PyTorch has its root"},
};

bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

const Difference* known_difference(const std::string& function, double at) {
  for (const Difference& difference : kDifferences) {
    if (difference.function == function && same(difference.at, at)) {
      return &difference;
    }
  }
  return nullptr;
}

bool agrees(double actual, double expected, double rtol = 1e-13) {
  return same(actual, expected) ||
         std::fabs(actual - expected) <= rtol * std::fabs(expected) + 1e-15;
}

const rg::StateDict& golden() {
  static const rg::StateDict file = rg::load(RETROGRAD_TEST_GOLDEN "/special_values.safetensors");
  return file;
}

}  // namespace

TEST_CASE("special values: functions of one number, values and gradients") {
  const Numbers values = golden().at("values").to_vector<double>();
  for (const auto& named : unary_functions()) {
    const auto& [name, function] = named;
    REQUIRE_MESSAGE(golden().contains(named.first), named.first);
    const Numbers expected = golden().at(name).to_vector<double>();
    const Tensor x = golden().at("values").clone().set_requires_grad();
    const Tensor y = function(x);
    rg::sum(y).backward();
    const Numbers actual = y.to_vector<double>();
    const Numbers slopes = x.grad().to_vector<double>();
    // PyTorch rounds 1/6 to float32.
    const double rtol = name == "hardsigmoid" ? 1e-7 : 1e-13;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double wanted = expected[i];
      const double slope = expected[values.size() + i];
      const Difference* known = known_difference(name, values[i]);
      INFO(named.first << " of " << values[i]);
      CHECK_MESSAGE(agrees(actual[i], wanted) != (known != nullptr && known->value),
                    actual[i] << ", PyTorch's is " << wanted);
      CHECK_MESSAGE(agrees(slopes[i], slope, rtol) != (known != nullptr && known->gradient),
                    "gradient " << slopes[i] << ", PyTorch's is " << slope);
    }
  }
}

TEST_CASE("special values: functions of two numbers, values and gradients of all pairs") {
  const Numbers values = golden().at("values").to_vector<double>();
  const std::size_t n = values.size();
  const auto size = static_cast<std::int64_t>(n);
  for (const auto& named : binary_functions()) {
    const auto& [name, function] = named;
    REQUIRE_MESSAGE(golden().contains(named.first), named.first);
    const Numbers expected = golden().at(name).to_vector<double>();
    const Tensor line = golden().at("values");
    Tensor a = rg::expand(rg::reshape(line, {size, 1}), {size, size}).clone();
    Tensor b = rg::expand(line, {size, size}).clone();
    a.set_requires_grad();
    b.set_requires_grad();
    const Tensor y = function(a, b);
    rg::sum(y).backward();
    const Numbers parts[] = {y.to_vector<double>(), a.grad().to_vector<double>(),
                             b.grad().to_vector<double>()};
    const std::string what[] = {"value", "first gradient", "second gradient"};
    for (std::size_t part = 0; part < 3; ++part) {
      for (std::size_t i = 0; i < n * n; ++i) {
        // PyTorch's quotient of fmod is infinite where its value is NaN.
        const bool stays_nan = name == "fmod" && part == 2 && std::isnan(expected[i]);
        const double wanted = stays_nan ? NAN : expected[part * n * n + i];
        CHECK_MESSAGE(agrees(parts[part][i], wanted),
                      named.first << " of " << values[i / n] << ", " << values[i % n] << ": "
                                  << what[part] << " " << parts[part][i] << ", PyTorch's "
                                  << wanted);
      }
    }
  }
}

TEST_CASE("special values: the file and the test name the same functions") {
  std::set<std::string> names{"values"};
  for (const auto& entry : unary_functions()) {
    names.insert(entry.first);
  }
  for (const auto& entry : binary_functions()) {
    names.insert(entry.first);
  }
  for (const auto& entry : golden()) {
    CHECK_MESSAGE(names.contains(entry.first), entry.first);
  }
}
