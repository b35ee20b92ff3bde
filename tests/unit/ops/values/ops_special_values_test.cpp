// Zeros of both signs, infinities, NaN, denormals and the largest numbers, against the C library.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/special_values.h"

namespace rg = retrograd;

namespace {

template <class T>
bool within_two_ulps(T actual, T expected) {
  if (std::isnan(expected) || std::isinf(expected)) {
    return std::isnan(expected) ? std::isnan(actual) : actual == expected;
  }
  const T next = std::nextafter(std::fabs(expected), std::numeric_limits<T>::infinity());
  return std::signbit(actual) == std::signbit(expected) &&
         std::fabs(actual - expected) <= 2 * (next - std::fabs(expected));
}

template <class T>
struct Unary {
  const char* name;
  rg::Tensor (*op)(const rg::Tensor&, rg::Where);
  std::function<T(T)> expected;
};

template <class T>
std::vector<Unary<T>> unary_functions() {
  return {
      {"neg", rg::neg, [](T x) { return -x; }},
      {"abs", rg::abs, [](T x) { return std::fabs(x); }},
      {"sign", rg::sign, [](T x) { return std::isnan(x) ? x : static_cast<T>((x > 0) - (x < 0)); }},
      {"exp", rg::exp, [](T x) { return std::exp(x); }},
      {"log", rg::log, [](T x) { return std::log(x); }},
      {"log1p", rg::log1p, [](T x) { return std::log1p(x); }},
      {"sqrt", rg::sqrt, [](T x) { return std::sqrt(x); }},
      {"square", rg::square, [](T x) { return x * x; }},
      {"tanh", rg::tanh, [](T x) { return std::tanh(x); }},
      {"sigmoid", rg::sigmoid,
       [](T x) { return static_cast<T>(1 / (1 + std::exp(-static_cast<long double>(x)))); }},
      {"relu", rg::relu, [](T x) { return x > 0 || std::isnan(x) ? x : T{0}; }},
      {"expm1", rg::expm1, [](T x) { return std::expm1(x); }},
      {"log2", rg::log2, [](T x) { return std::log2(x); }},
      {"erf", rg::erf, [](T x) { return std::erf(x); }},
      {"rsqrt", rg::rsqrt, [](T x) { return 1 / std::sqrt(x); }},
      {"reciprocal", rg::reciprocal, [](T x) { return 1 / x; }},
      {"floor", rg::floor, [](T x) { return std::floor(x); }},
      {"ceil", rg::ceil, [](T x) { return std::ceil(x); }},
      {"round", rg::round, [](T x) { return std::nearbyint(x); }},
      {"sin", rg::sin, [](T x) { return std::sin(x); }},
      {"cos", rg::cos, [](T x) { return std::cos(x); }},
      {"tan", rg::tan, [](T x) { return std::tan(x); }},
      {"asin", rg::asin, [](T x) { return std::asin(x); }},
      {"acos", rg::acos, [](T x) { return std::acos(x); }},
      {"atan", rg::atan, [](T x) { return std::atan(x); }},
      {"sinh", rg::sinh, [](T x) { return std::sinh(x); }},
      {"cosh", rg::cosh, [](T x) { return std::cosh(x); }},
      {"logsigmoid", rg::logsigmoid,
       [](T x) {
         const long double wide = x;
         return static_cast<T>(wide < 0 ? wide - std::log1p(std::exp(wide))
                                        : -std::log1p(std::exp(-wide)));
       }},
      {"silu", rg::silu,
       [](T x) {
         const long double wide = x;
         return x == -std::numeric_limits<T>::infinity()
                    ? -T{0}
                    : static_cast<T>(wide / (1 + std::exp(-wide)));
       }},
      {"softsign", rg::softsign,
       [](T x) {
         const long double wide = x;
         return std::isinf(x) ? std::copysign(T{1}, x)
                              : static_cast<T>(wide / (1 + std::fabs(wide)));
       }},
      {"tanhshrink", rg::tanhshrink, [](T x) { return x - std::tanh(x); }},
      {"relu6", rg::relu6, [](T x) { return x < 0 ? T{0} : (x > 6 ? T{6} : x); }},
      {"hardsigmoid", rg::hardsigmoid,
       [](T x) { return x < -3 ? T{0} : (x > 3 ? T{1} : (x + 3) / 6); }},
      {"hardswish", rg::hardswish,
       [](T x) { return x < -3 ? -T{0} : (x > 3 ? x : x * (x + 3) / 6); }},
  };
}

template <class T>
struct Binary {
  const char* name;
  rg::Tensor (*op)(const rg::Operand&, const rg::Operand&, rg::Where);
  std::function<T(T, T)> expected;
};

template <class T>
std::vector<Binary<T>> binary_functions() {
  return {
      {"add", rg::add, [](T a, T b) { return a + b; }},
      {"sub", rg::sub, [](T a, T b) { return a - b; }},
      {"mul", rg::mul, [](T a, T b) { return a * b; }},
      {"div", rg::div, [](T a, T b) { return a / b; }},
      {"pow", rg::pow, [](T a, T b) { return std::pow(a, b); }},
      {"maximum", rg::maximum,
       [](T a, T b) { return std::isnan(a) ? a : (std::isnan(b) || !(a > b) ? b : a); }},
      {"minimum", rg::minimum,
       [](T a, T b) { return std::isnan(a) ? a : (std::isnan(b) || !(a < b) ? b : a); }},
      {"eq", rg::eq, [](T a, T b) { return static_cast<T>(a == b); }},
      {"ne", rg::ne, [](T a, T b) { return static_cast<T>(a != b); }},
      {"lt", rg::lt, [](T a, T b) { return static_cast<T>(a < b); }},
      {"le", rg::le, [](T a, T b) { return static_cast<T>(a <= b); }},
      {"gt", rg::gt, [](T a, T b) { return static_cast<T>(a > b); }},
      {"ge", rg::ge, [](T a, T b) { return static_cast<T>(a >= b); }},
  };
}

}  // namespace

TEST_CASE_TEMPLATE("functions of one number agree with the C library", T, float, double) {
  const std::vector<T> values = special_values<T>();
  // With a gradient wanted, too: recording must not change a value.
  const rg::Tensor x = rg::tensor(values, {.dtype = rg::dtype_of<T>(), .requires_grad = true});
  for (const Unary<T>& f : unary_functions<T>()) {
    const rg::Tensor y = f.op(x, {});
    const std::vector<T> results = y.template to_vector<T>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      INFO(doctest::String(f.name) << " of " << values[i] << " is " << results[i]);
      CHECK(within_two_ulps(results[i], f.expected(values[i])));
    }
    CHECK_NOTHROW(rg::sum(y).backward());
  }
}

TEST_CASE_TEMPLATE("functions of two numbers agree with the C library", T, float, double) {
  const std::vector<T> values = special_values<T>();
  const rg::Tensor x = rg::tensor(values, {.dtype = rg::dtype_of<T>()});
  for (const Binary<T>& f : binary_functions<T>()) {
    const std::vector<T> results =
        f.op(rg::unsqueeze(x, 1), x, {}).template to_vector<T>();  // all pairs
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::vector<T> by_number = f.op(values[i], x, {}).template to_vector<T>();
      const std::vector<T> with_number = f.op(x, values[i], {}).template to_vector<T>();
      for (std::size_t j = 0; j < values.size(); ++j) {
        const T result = results[i * values.size() + j];
        INFO(doctest::String(f.name)
             << " of " << values[i] << ", " << values[j] << " is " << result);
        CHECK(within_two_ulps(result, f.expected(values[i], values[j])));
        CHECK(within_two_ulps(by_number[j], f.expected(values[i], values[j])));
        CHECK(within_two_ulps(with_number[j], f.expected(values[j], values[i])));
      }
    }
  }
}

TEST_CASE("NaN wins every comparison for the largest and the smallest") {
  const rg::Tensor x = rg::tensor({{1.0, NAN, 3.0}, {1.0, 2.0, -INFINITY}});
  CHECK(std::isnan(rg::max(x).item<float>()));
  CHECK(std::isnan(rg::amin(x).item<float>()));
  const auto [values, indices] = rg::max(x, 1);
  CHECK(std::isnan(values.at({0})));
  CHECK(values.at({1}) == 2.0);
  CHECK(indices.to_vector<std::int64_t>() == std::vector<std::int64_t>{1, 1});
  CHECK(rg::argmax(x).item<std::int64_t>() == 1);
  const rg::Tensor image = rg::reshape(x, {1, 2, 3});
  CHECK(std::isnan(rg::max_pool2d(image, {1, 3}).at({0, 0, 0})));
  CHECK(rg::max_pool2d(image, {1, 3}).at({0, 1, 0}) == 2.0);
}

TEST_CASE("clamp keeps NaN, and its maximum wins over its minimum") {
  const rg::Tensor x = rg::tensor({NAN, -5.0, 0.0, 5.0});
  const auto clamped = rg::clamp(x, -1, 1).to_vector<float>();
  CHECK(std::isnan(clamped[0]));
  CHECK(std::vector<float>(clamped.begin() + 1, clamped.end()) ==
        std::vector<float>{-1.0F, 0.0F, 1.0F});
  CHECK(rg::clamp(rg::tensor({0.0, 9.0}), 3, 2).to_vector<float>() == std::vector<float>{2, 2});
}
