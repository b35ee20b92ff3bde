// Gradients where a function has a kink, a tie or a pole: PyTorch's choices.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;

// The gradient of the sum of f(x).
Numbers gradient(const Tensor& values, const std::function<Tensor(const Tensor&)>& f) {
  const Tensor x = values.clone().set_requires_grad();
  sum(f(x)).backward();
  return x.grad().to_vector<double>();
}

}  // namespace

TEST_CASE("kinks at 0") {
  const Tensor x = tensor({-1.0, 0.0, 1.0});
  CHECK(gradient(x, [](const Tensor& t) { return relu(t); }) == Numbers{0, 0, 1});
  CHECK(gradient(x, [](const Tensor& t) { return retrograd::abs(t); }) == Numbers{-1, 0, 1});
  CHECK(gradient(x, [](const Tensor& t) { return sign(t); }) == Numbers{0, 0, 0});
}

TEST_CASE("clamp passes the gradient at its bounds") {
  const Tensor x = tensor({-2.0, -1.0, 0.0, 1.0, 2.0});
  CHECK(gradient(x, [](const Tensor& t) { return clamp(t, -1, 1); }) == Numbers{0, 1, 1, 1, 0});
  CHECK(gradient(x, [](const Tensor& t) { return clamp(t, 0); }) == Numbers{0, 0, 1, 1, 1});
  CHECK(gradient(x, [](const Tensor& t) { return clamp(t, {}, 0); }) == Numbers{1, 1, 1, 0, 0});
}

TEST_CASE("maximum and minimum share a tie evenly") {
  const Tensor x = tensor({1.0, 2.0, 3.0});
  const Tensor y = tensor({2.0, 2.0, 2.0});
  CHECK(gradient(x, [&](const Tensor& t) { return maximum(t, y); }) == Numbers{0, 0.5, 1});
  CHECK(gradient(x, [&](const Tensor& t) { return maximum(y, t); }) == Numbers{0, 0.5, 1});
  CHECK(gradient(x, [&](const Tensor& t) { return minimum(t, y); }) == Numbers{1, 0.5, 0});
  CHECK(gradient(x, [](const Tensor& t) { return minimum(2, t); }) == Numbers{1, 0.5, 0});
  CHECK(gradient(x, [](const Tensor& t) { return maximum(t, t); }) == Numbers{1, 1, 1});
}

TEST_CASE("equal largest values: the first is named, or all share") {
  const Tensor x = tensor({{3.0, 1.0, 3.0}, {2.0, 2.0, 2.0}});
  const auto named = [](const Tensor& t) { return max(t, 1).values; };
  CHECK(gradient(x, named) == Numbers{1, 0, 0, 1, 0, 0});
  const double third = 1.0F / 3.0F;
  const auto shared = [](const Tensor& t) { return amax(t, 1); };
  CHECK(gradient(x, shared) == Numbers{0.5, 0, 0.5, third, third, third});
  CHECK(gradient(x, [](const Tensor& t) { return max(t); }) == Numbers{0.5, 0, 0.5, 0, 0, 0});
  CHECK(gradient(x, [](const Tensor& t) { return amin(t); }) == Numbers{0, 1, 0, 0, 0, 0});
}

TEST_CASE("max_pool2d gives the gradient to the first of equals") {
  const Tensor x = reshape(tensor({5.0, 5.0, 1.0, 5.0, 5.0, 1.0}), {1, 2, 3});
  const auto pooled = [](const Tensor& t) { return max_pool2d(t, 2, {.stride = 1}); };
  // Both windows: the first at the top left, the second at the top middle.
  CHECK(gradient(x, pooled) == Numbers{1, 1, 0, 0, 0, 0});
  // Padding never wins, even over negative values.
  const Tensor negative = reshape(tensor({-1.0, -2.0, -3.0, -4.0}), {1, 2, 2});
  const auto padded = [](const Tensor& t) { return max_pool2d(t, 2, {.padding = 1}); };
  CHECK(gradient(negative, padded) == Numbers{1, 1, 1, 1});
}

TEST_CASE("powers at 0") {
  const Tensor zero = tensor({0.0});
  const auto by_exponent = [&](double exponent) {
    return gradient(zero, [=](const Tensor& base) { return retrograd::pow(base, exponent); });
  };
  CHECK(by_exponent(0) == Numbers{0});
  CHECK(by_exponent(1) == Numbers{1});
  CHECK(by_exponent(2) == Numbers{0});
  CHECK(by_exponent(0.5) == Numbers{INFINITY});
  // x^y with both as tensors: no NaN from 0 times log(0).
  const Tensor exponents = tensor({0.0, 1.0, 2.0});
  CHECK(gradient(exponents, [&](const Tensor& t) { return retrograd::pow(zero, t); }) ==
        Numbers{0, 0, 0});
  CHECK(gradient(zero, [&](const Tensor& t) { return retrograd::pow(t, exponents); }) ==
        Numbers{1});
  CHECK(gradient(exponents, [](const Tensor& t) { return retrograd::pow(0, t); }) ==
        Numbers{0, 0, 0});
}

TEST_CASE("poles give infinite gradients, not errors") {
  const Tensor zero = tensor({0.0});
  CHECK(gradient(zero, [](const Tensor& t) { return retrograd::sqrt(t); }) == Numbers{INFINITY});
  CHECK(gradient(zero, [](const Tensor& t) { return retrograd::log(t); }) == Numbers{INFINITY});
  CHECK(gradient(zero, [](const Tensor& t) { return 1 / t; }) == Numbers{-INFINITY});
}

TEST_CASE("where keeps the gradient of the branch not taken at 0") {
  const Tensor x = tensor({0.0, 4.0});
  const auto guarded = [](const Tensor& t) {
    return where(t > 0, retrograd::sqrt(where(t > 0, t, 1)), 0);
  };
  CHECK(gradient(x, guarded) == Numbers{0, 0.25});
}

TEST_CASE("a largest value that is NaN: max gives its gradient to all NaN, amax NaN to all") {
  const Tensor x = tensor({1.0, NAN, 3.0, NAN});
  const Numbers shared = {0, 0.5, 0, 0.5};
  CHECK(gradient(x, [](const Tensor& t) { return retrograd::max(t); }) == shared);
  CHECK(gradient(x, [](const Tensor& t) { return retrograd::min(t); }) == shared);
  for (const double value : gradient(x, [](const Tensor& t) { return amax(t); })) {
    CHECK(std::isnan(value));
  }
}

TEST_CASE("hardtanh: a bound that bfloat16 rounds still passes no gradient") {
  for (const double bound : {0.7, 0.701, 0.702, 0.703}) {
    CAPTURE(bound);
    const Tensor x = tensor({-2.0, -0.9, 0.5, 2.0}).to(bfloat16);
    const auto limited = [&](const Tensor& t) { return hardtanh(t, -bound, bound); };
    CHECK(gradient(x, limited) == Numbers{0, 0, 1, 0});
    CHECK(gradient(x.to(float32), limited) == Numbers{0, 0, 1, 0});
  }
}
