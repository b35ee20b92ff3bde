// Gradients at zeros of both signs, infinities, NaN, denormals and the largest numbers, against
// formulas: where these have no value, they say what PyTorch's choice is.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/special_values.h"

namespace rg = retrograd;

namespace {

using Real = long double;

// `absolute` is in units of epsilon: for slopes that subtract two numbers near 1.
template <class T>
bool close(T actual, Real expected, double absolute) {
  const T rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isinf(rounded)) {
    return std::isnan(rounded) ? std::isnan(actual) : actual == rounded;
  }
  const Real epsilon = std::numeric_limits<T>::epsilon();
  const Real tolerance = epsilon * (8 * std::fabs(expected) + absolute) +
                         8 * static_cast<Real>(std::numeric_limits<T>::denorm_min());
  return std::fabs(static_cast<Real>(actual) - expected) <= tolerance;
}

struct Unary {
  const char* name;
  rg::Tensor (*op)(const rg::Tensor&, rg::Where);
  std::function<Real(Real)> slope;
  double absolute = 0;
};

const Unary kUnary[] = {
    {"neg", rg::neg, [](Real) { return -1; }},
    {"abs", rg::abs, [](Real x) { return x > 0   ? 1
                                         : x < 0 ? -1
                                                 : x; }},
    {"sign", rg::sign, [](Real) { return 0; }},
    {"exp", rg::exp, [](Real x) { return std::exp(x); }},
    {"log", rg::log, [](Real x) { return 1 / x; }},
    {"log1p", rg::log1p, [](Real x) { return 1 / (1 + x); }},
    {"log2", rg::log2, [](Real x) { return 1 / (x * std::log(Real{2})); }},
    {"sqrt", rg::sqrt, [](Real x) { return 1 / (2 * std::sqrt(x)); }},
    {"square", rg::square, [](Real x) { return 2 * x; }},
    {"tanh", rg::tanh, [](Real x) { return 1 - std::tanh(x) * std::tanh(x); }, 4},
    {"relu", rg::relu, [](Real x) { return x <= 0 ? 0 : 1; }},
    {"expm1", rg::expm1, [](Real x) { return std::exp(x); }, 4},
    {"erf", rg::erf, [](Real x) { return 2 / std::sqrt(std::acos(Real{-1})) * std::exp(-x * x); }},
    {"reciprocal", rg::reciprocal, [](Real x) { return -1 / (x * x); }},
    {"floor", rg::floor, [](Real) { return 0; }},
    {"ceil", rg::ceil, [](Real) { return 0; }},
    {"round", rg::round, [](Real) { return 0; }},
    {"sin", rg::sin, [](Real x) { return std::cos(x); }},
    {"cos", rg::cos, [](Real x) { return -std::sin(x); }},
    {"asin", rg::asin, [](Real x) { return 1 / std::sqrt((1 - x) * (1 + x)); }},
    {"acos", rg::acos, [](Real x) { return -1 / std::sqrt((1 - x) * (1 + x)); }},
    {"atan", rg::atan, [](Real x) { return 1 / (1 + x * x); }},
    {"sinh", rg::sinh, [](Real x) { return std::cosh(x); }},
    {"cosh", rg::cosh, [](Real x) { return std::sinh(x); }},
};

using Slopes = std::pair<Real, Real>;

struct Binary {
  const char* name;
  rg::Tensor (*op)(const rg::Operand&, const rg::Operand&, rg::Where);
  std::function<Slopes(Real, Real)> slopes;
};

const Binary kBinary[] = {
    {"add", rg::add,
     [](Real, Real) {
       return Slopes{1, 1};
     }},
    {"sub", rg::sub,
     [](Real, Real) {
       return Slopes{1, -1};
     }},
    {"mul", rg::mul,
     [](Real a, Real b) {
       return Slopes{b, a};
     }},
    {"div", rg::div,
     [](Real a, Real b) {
       return Slopes{1 / b, -(a / b) / b};
     }},
    // A tie is shared, and neither loses to NaN.
    {"maximum", rg::maximum,
     [](Real a, Real b) {
       return a == b ? Slopes{0.5, 0.5} : Slopes{a < b ? 0 : 1, b < a ? 0 : 1};
     }},
    {"minimum", rg::minimum,
     [](Real a, Real b) {
       return a == b ? Slopes{0.5, 0.5} : Slopes{a > b ? 0 : 1, b > a ? 0 : 1};
     }},
};

}  // namespace

TEST_CASE_TEMPLATE("slopes of functions of one number at special values", T, float, double) {
  const std::vector<T> values = special_values<T>();
  for (const Unary& f : kUnary) {
    const rg::Tensor x = rg::tensor(values, {.dtype = rg::dtype_of<T>(), .requires_grad = true});
    rg::sum(f.op(x, {})).backward();
    const std::vector<T> slopes = x.grad().template to_vector<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      INFO(doctest::String(f.name) << " at " << values[i] << ": " << slopes[i]);
      CHECK(close(slopes[i], f.slope(values[i]), f.absolute));
    }
  }
}

TEST_CASE_TEMPLATE("slopes of functions of two numbers at special values", T, float, double) {
  const std::vector<T> values = special_values<T>();
  const rg::TensorOptions leaf{.dtype = rg::dtype_of<T>(), .requires_grad = true};
  for (const Binary& f : kBinary) {
    for (const T other : values) {
      const rg::Tensor a = rg::tensor(values, leaf);
      const rg::Tensor b = rg::full({static_cast<std::int64_t>(values.size())}, other, leaf);
      rg::sum(f.op(a, b, {})).backward();
      const std::vector<T> to_a = a.grad().template to_vector<T>();
      const std::vector<T> to_b = b.grad().template to_vector<T>();
      for (std::size_t i = 0; i < values.size(); ++i) {
        INFO(doctest::String(f.name) << " at " << values[i] << ", " << other);
        const Slopes expected = f.slopes(values[i], other);
        CHECK(close(to_a[i], expected.first, 0));
        CHECK(close(to_b[i], expected.second, 0));
      }
    }
  }
}
