// Which dtype results have, integers and booleans, and how exact sums are.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;
using Int64s = std::vector<std::int64_t>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

Tensor vector_of(DType dtype) {
  return ones({2}, {.dtype = dtype});
}
Tensor scalar_of(DType dtype) {
  return ones({}, {.dtype = dtype});
}

}  // namespace

TEST_CASE("two tensors take the higher dtype") {
  const DType ascending[] = {boolean, uint8, int64, bfloat16, float32, float64};
  for (const DType a : ascending) {
    for (const DType b : ascending) {
      CAPTURE(name(a));
      CAPTURE(name(b));
      const DType higher = std::max(a, b, [&](DType x, DType y) {
        return std::find(ascending, ascending + 6, x) < std::find(ascending, ascending + 6, y);
      });
      CHECK((vector_of(a) + vector_of(b)).dtype() == higher);
      CHECK(maximum(vector_of(a), vector_of(b)).dtype() == higher);
      CHECK((vector_of(a) / vector_of(b)).dtype() == (is_floating(higher) ? higher : float32));
      CHECK((vector_of(a) < vector_of(b)).dtype() == boolean);
    }
  }
}

TEST_CASE("a tensor with dimensions leads one without, and that a number, within a kind") {
  CHECK((vector_of(float32) + scalar_of(float64)).dtype() == float32);
  CHECK((scalar_of(float64) * vector_of(bfloat16)).dtype() == bfloat16);
  CHECK((vector_of(int64) + scalar_of(float32)).dtype() == float32);
  CHECK((vector_of(uint8) + scalar_of(int64)).dtype() == uint8);
  CHECK((vector_of(boolean) + scalar_of(uint8)).dtype() == uint8);
  CHECK((vector_of(float64) + 0.5).dtype() == float64);
  CHECK((vector_of(bfloat16) * 2.5).dtype() == bfloat16);
  CHECK((scalar_of(bfloat16) - 0.5).dtype() == bfloat16);
  CHECK((vector_of(uint8) + 1).dtype() == uint8);
  CHECK((vector_of(int64) * 0.5).dtype() == float32);
  CHECK((vector_of(boolean) + 1).dtype() == int64);
  CHECK((vector_of(boolean) * 0.5).dtype() == float32);
  const Tensor condition = vector_of(boolean);
  CHECK(where(condition, vector_of(float32), vector_of(float64)).dtype() == float64);
  CHECK(where(condition, vector_of(float64), 0.5).dtype() == float64);
}

TEST_CASE("integers add, multiply and compare as integers, and wrap around") {
  const Tensor x = tensor({-3, 0, 7});
  CHECK(values(x * x - 1) == Numbers{8, -1, 48});
  CHECK(values(x / 2) == Numbers{-1.5, 0, 3.5});
  CHECK(values(neg(x)) == Numbers{3, 0, -7});
  CHECK(values(retrograd::abs(x)) == Numbers{3, 0, 7});
  CHECK(values(sign(x)) == Numbers{-1, 0, 1});
  CHECK(values(square(x)) == Numbers{9, 0, 49});
  CHECK(values(retrograd::pow(x, 3)) == Numbers{-27, 0, 343});
  CHECK(values(maximum(x, 1)) == Numbers{1, 1, 7});
  CHECK(values(x >= 0) == Numbers{0, 1, 1});
  const Tensor bytes = tensor({250, 10}, {.dtype = uint8});
  CHECK(values(bytes + 10) == Numbers{4, 20});
  CHECK(values(neg(bytes)) == Numbers{6, 246});
  const Tensor large = full({1}, INT64_MAX);
  CHECK((large + 1).item<std::int64_t>() == INT64_MIN);
  CHECK((large - 1).item<std::int64_t>() == INT64_MAX - 1);  // beyond what a double holds
  CHECK(retrograd::abs(-large - 1).item<std::int64_t>() == INT64_MIN);
}

TEST_CASE("a floating bound makes integers floating in clamp, as in arithmetic") {
  const Tensor x = tensor({1, 2, 5});
  CHECK(values(clamp(x, 2, 3)) == Numbers{2, 2, 3});
  CHECK(clamp(x, 2).dtype() == int64);
  CHECK(values(clamp(x, 1.5, 3.5)) == Numbers{1.5, 2, 3.5});
  CHECK(clamp(x, 1.5).dtype() == float32);
}

TEST_CASE("bounds that bytes cannot hold limit nothing") {
  const Tensor bytes = tensor({0, 5, 255}, {.dtype = uint8});
  CHECK(values(clamp(bytes, -3, 300)) == Numbers{0, 5, 255});
  CHECK(values(clamp(bytes, 1, 300)) == Numbers{1, 5, 255});
  CHECK(values(clamp(bytes, -3, 7)) == Numbers{0, 5, 7});
}

TEST_CASE("sums of integers and booleans are int64") {
  const Tensor bytes = full({300}, 255, {.dtype = uint8});
  CHECK(sum(bytes).dtype() == int64);
  CHECK(sum(bytes).item<std::int64_t>() == 300 * 255);
  CHECK(sum(bytes > 3).item<std::int64_t>() == 300);
  CHECK(amax(bytes).dtype() == uint8);
  CHECK(values(matmul(tensor({{1, 2}}), tensor({{3}, {4}}))) == Numbers{11});
}

TEST_CASE("sums of short floating numbers are added up in a longer one") {
  const Tensor tenths = full({10'000'000}, 0.1F);
  CHECK(std::fabs(sum(tenths).item<double>() - 1e6) < 1);
  CHECK(std::fabs(mean(tenths).item<double>() - 0.1) < 1e-8);
  // Added one by one in bfloat16, ones stop counting at 256.
  const Tensor ones_16 = ones({4096}, {.dtype = bfloat16});
  CHECK(sum(ones_16).item<double>() == 4096);
  CHECK(matmul(ones_16, ones_16).item<double>() == 4096);
  CHECK(avg_pool2d(reshape(ones_16, {1, 64, 64}), 64).item<double>() == 1);
  CHECK(conv1d(reshape(ones_16, {1, -1}), reshape(ones_16, {1, 1, -1})).item<double>() == 4096);
}

TEST_CASE("softmax adds up many small terms without losing them") {
  Tensor x = full({1'000'000}, std::log(0.1F));
  select(x, 0, 0).fill_(0);
  const double sum = 1 + 999'999 * static_cast<double>(std::exp(std::log(0.1F)));
  CHECK(std::fabs(softmax(x, 0).at({0}) * sum - 1) < 1e-5);
  CHECK(std::fabs(log_softmax(x, 0).at({0}) + std::log(sum)) < 1e-5);
  CHECK(std::fabs(logsumexp(x).item<double>() - std::log(sum)) < 1e-5);
}

TEST_CASE("argmax names the first of equals") {
  const Tensor x = tensor({{1, 3, 3}, {3, 0, 3}});
  CHECK(argmax(x).item<std::int64_t>() == 1);
  CHECK(argmax(x, 1).to_vector<std::int64_t>() == Int64s{1, 0});
  CHECK(argmax(x, 0).to_vector<std::int64_t>() == Int64s{1, 0, 0});
  CHECK(argmax(transpose(x, 0, 1)).item<std::int64_t>() == 1);  // in the order one sees
  CHECK(argmax(x, 1, true).shape() == Shape{2, 1});
  CHECK(argmax(x, {}, true).shape() == Shape{1, 1});
  CHECK(max(x, 1).indices.to_vector<std::int64_t>() == Int64s{1, 0});
}

TEST_CASE("reductions of no elements") {
  const Tensor nothing = zeros({2, 0});
  CHECK(values(sum(nothing, 1)) == Numbers{0, 0});
  CHECK(sum(nothing, 0).shape() == Shape{0});
  CHECK(std::isnan(mean(nothing).item<double>()));
  CHECK(logsumexp(nothing).item<double>() == -INFINITY);
  CHECK(values(softmax(nothing, 1)).empty());
  CHECK(std::isnan(mse_loss(nothing, nothing).item<double>()));
  CHECK(mse_loss(nothing, nothing, {Reduction::sum}).item<double>() == 0);
}

TEST_CASE("gradients in bfloat16 of what subtracts nearly equal numbers are rounded once") {
  const auto differs = [](const Tensor& actual, const Tensor& exact) {
    const auto a = actual.to_vector<double>();
    const auto e = exact.to_vector<double>();
    std::size_t count = 0;
    for (std::size_t i = 0; i < e.size(); ++i) {
      count += std::fabs(a[i] - e[i]) > std::fabs(e[i]) / 256 + 1e-6 ? 1U : 0U;
    }
    return count;
  };
  Generator generator(1);
  const Tensor x = (randn({40, 7}, {}, generator) * 2).to(bfloat16).set_requires_grad();
  const Tensor seed = rand({40, 7}, {}, generator).to(bfloat16);
  const Tensor g = seed.to(float64);
  const auto gradient = [&](const Tensor& y) {
    return grad({y}, {x}, {.grad_outputs = {seed}})[0];
  };
  {
    const Tensor y = softmax(x, 1);
    const Tensor p = y.detach().to(float64);
    CHECK(differs(gradient(y), p * g - p * sum(p * g, 1, true)) == 0);
  }
  {
    const Tensor y = log_softmax(x, 1);
    const Tensor p = retrograd::exp(y.detach().to(float64));
    CHECK(differs(gradient(y), g - p * sum(g, 1, true)) == 0);
  }
  {
    const Tensor y = retrograd::tanh(x);
    CHECK(differs(gradient(y), g * (1.0 - square(y.detach().to(float64)))) == 0);
  }
  {
    const Tensor far = (x.detach() + 100).set_requires_grad();
    const Tensor y = logsumexp(far, 1, true);
    const Tensor exact = softmax(far.detach().to(float64), 1);
    CHECK(differs(grad({y}, {far}, {.grad_outputs = {ones_like(y)}})[0], exact) == 0);
    const Tensor wide = far.detach().to(float64);
    const Tensor spread = (wide - mean(wide, 1, true)) / 3.0;
    CHECK(differs(grad({sum(var(far, 1))}, {far})[0], spread) == 0);
  }
}
