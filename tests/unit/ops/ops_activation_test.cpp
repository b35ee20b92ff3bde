// Activations: what they do at their kinks (PyTorch's choices) and far out, and what they refuse.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/ops_errors.h"

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;
using Function = std::function<Tensor(const Tensor&)>;

Tensor vector(const Numbers& values, DType dtype = float64) {
  return tensor(values, {.dtype = dtype});
}

Numbers values(const Numbers& x, const Function& f) {
  return f(vector(x)).to_vector<double>();
}

Numbers gradient(const Numbers& at, const Function& f) {
  Tensor x = vector(at).set_requires_grad();
  sum(f(x)).backward();
  return x.grad().to_vector<double>();
}

// Every activation of single elements.
std::vector<std::pair<std::string, Function>> all_activations() {
  return {
      {"logsigmoid", [](const Tensor& x) { return logsigmoid(x); }},
      {"softplus", [](const Tensor& x) { return softplus(x); }},
      {"softplus without threshold", [](const Tensor& x) { return softplus(x, 2, INFINITY); }},
      {"leaky_relu", [](const Tensor& x) { return leaky_relu(x); }},
      {"prelu", [](const Tensor& x) { return prelu(x, full({1}, 0.25, {.dtype = x.dtype()})); }},
      {"elu", [](const Tensor& x) { return elu(x); }},
      {"celu", [](const Tensor& x) { return celu(x, 0.1); }},
      {"selu", [](const Tensor& x) { return selu(x); }},
      {"gelu", [](const Tensor& x) { return gelu(x); }},
      {"gelu, tanh", [](const Tensor& x) { return gelu(x, GeluApproximation::tanh); }},
      {"silu", [](const Tensor& x) { return silu(x); }},
      {"mish", [](const Tensor& x) { return mish(x); }},
      {"hardtanh", [](const Tensor& x) { return hardtanh(x); }},
      {"relu6", [](const Tensor& x) { return relu6(x); }},
      {"hardsigmoid", [](const Tensor& x) { return hardsigmoid(x); }},
      {"hardswish", [](const Tensor& x) { return hardswish(x); }},
      {"softsign", [](const Tensor& x) { return softsign(x); }},
      {"tanhshrink", [](const Tensor& x) { return tanhshrink(x); }},
      {"softshrink", [](const Tensor& x) { return softshrink(x); }},
      {"hardshrink", [](const Tensor& x) { return hardshrink(x); }},
  };
}

}  // namespace

TEST_CASE("activations: kinks at 0 belong to the left") {
  const Numbers x{-1, 0, 1};
  CHECK(gradient(x, [](const Tensor& t) { return leaky_relu(t, 0.25); }) == Numbers{0.25, 0.25, 1});
  CHECK(gradient(x, [](const Tensor& t) { return leaky_relu(t, 0); }) == Numbers{0, 0, 1});
  CHECK(gradient(x, [](const Tensor& t) { return leaky_relu(t, -2); }) == Numbers{-2, -2, 1});
  CHECK(gradient({0, 1}, [](const Tensor& t) { return elu(t, 0.5); }) == Numbers{0.5, 1});
  CHECK(gradient({0, 1}, [](const Tensor& t) { return elu(t, -2); }) == Numbers{-2, 1});
  CHECK(gradient({0, 1}, [](const Tensor& t) { return elu(t, 0); }) == Numbers{0, 1});
  CHECK(gradient({0, 1}, [](const Tensor& t) { return celu(t, -2); }) == Numbers{1, 1});
  const Numbers slopes = gradient({0, 1}, [](const Tensor& t) { return selu(t); });
  CHECK(slopes[0] == doctest::Approx(1.7580993408473766).epsilon(1e-14));
  CHECK(slopes[1] == doctest::Approx(1.0507009873554805).epsilon(1e-14));
  Tensor weight = tensor({0.25}, {.dtype = float64}).set_requires_grad();
  CHECK(gradient(x, [&](const Tensor& t) { return prelu(t, weight); }) == Numbers{0.25, 0.25, 1});
  CHECK(weight.grad().item<double>() == -1);
}

TEST_CASE("activations: at the bounds of straight pieces") {
  CHECK(gradient({-2, -1, 0, 1, 2}, [](const Tensor& t) { return hardtanh(t); }) ==
        Numbers{0, 0, 1, 0, 0});
  CHECK(gradient({-1, 0, 3, 6, 7}, [](const Tensor& t) { return relu6(t); }) ==
        Numbers{0, 0, 1, 0, 0});
  CHECK(gradient({-3, 0, 3}, [](const Tensor& t) { return hardsigmoid(t); }) ==
        Numbers{0, 1.0 / 6, 0});
  CHECK(gradient({-4, -3, 0, 3, 4}, [](const Tensor& t) { return hardswish(t); }) ==
        Numbers{0, -0.5, 0.5, 1.5, 1});
  CHECK(gradient({-1, -0.5, 0, 0.5, 1}, [](const Tensor& t) { return softshrink(t); }) ==
        Numbers{1, 0, 0, 0, 1});
  CHECK(gradient({-1, -0.5, 0, 0.5, 1}, [](const Tensor& t) { return hardshrink(t); }) ==
        Numbers{1, 0, 0, 0, 1});
  CHECK(gradient({0, 1}, [](const Tensor& t) { return hardshrink(t, -1); }) == Numbers{1, 1});
  CHECK(gradient({-1, 0, 1}, [](const Tensor& t) { return softsign(t); }) ==
        Numbers{0.25, 1, 0.25});
}

TEST_CASE("activations: values of straight pieces") {
  CHECK(values({-3, -0.5, 2}, [](const Tensor& t) { return hardtanh(t, -2, 1); }) ==
        Numbers{-2, -0.5, 1});
  CHECK(values({-4, -1.5, 3}, [](const Tensor& t) { return hardsigmoid(t); }) ==
        Numbers{0, 0.25, 1});
  CHECK(values({-4, -1.5, 3}, [](const Tensor& t) { return hardswish(t); }) ==
        Numbers{0, -0.375, 3});
  CHECK(values({-2, 0.5, 3}, [](const Tensor& t) { return softshrink(t, 1); }) ==
        Numbers{-1, 0, 2});
  CHECK(values({-2, 0.5, 3}, [](const Tensor& t) { return hardshrink(t, 1); }) ==
        Numbers{-2, 0, 3});
  CHECK(values({21, 19}, [](const Tensor& t) { return softplus(t, 1, 20); })[0] == 21);
  CHECK(values({3}, [](const Tensor& t) { return softplus(t, 1, 2); }) == Numbers{3});
}

TEST_CASE("activations: relu and its gradient of every bfloat16") {
  const Tensor x = empty({1 << 16}, {.dtype = bfloat16});
  for (std::uint32_t bits = 0; bits < 1U << 16; ++bits) {
    x.data<BFloat16>()[bits].bits = static_cast<std::uint16_t>(bits);
  }
  const Tensor leaf = x.clone().set_requires_grad(true);
  const Tensor y = relu(leaf);
  y.backward(full({1 << 16}, 3, {.dtype = bfloat16}));
  const auto in = x.to_vector<float>();
  const auto out = y.to_vector<float>();
  const auto grad = leaf.grad().to_vector<float>();
  long long wrong = 0;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const bool keeps = in[i] > 0 || std::isnan(in[i]);
    const bool right = std::isnan(in[i]) ? std::isnan(out[i]) : out[i] == (keeps ? in[i] : 0.0F);
    wrong += right && !std::signbit(keeps ? 0.0F : out[i]) && grad[i] == (keeps ? 3 : 0) ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("activations: add_relu promotes as a sum does") {
  const Tensor a = vector({-2, 3}, float32);
  const Tensor b = vector({1, 1});
  CHECK(add_relu(a, b).dtype() == float64);
  CHECK(add_relu(a, b).to_vector<double>() == Numbers{0, 4});
  CHECK(add_relu(a.to(bfloat16), a).dtype() == float32);
  CHECK(add_relu(a, reshape(b, {2, 1})).shape() == Shape{2, 2});
}

TEST_CASE("activations: prelu takes a slope for each channel, whatever the layout") {
  const Tensor x = full({2, 3, 2}, -1.0);
  const Tensor y = prelu(x, tensor({1.0, 2.0, 3.0}));
  CHECK(sum(y, {0, 2}).to_vector<float>() == std::vector<float>{-4, -8, -12});
  const Tensor swapped = prelu(transpose(full({3, 2}, -1.0), 0, 1), tensor({1.0, 2.0, 3.0}));
  CHECK(swapped.to_vector<float>() == std::vector<float>{-1, -2, -3, -1, -2, -3});
}

TEST_CASE("activations: far out, values and both derivatives are finite") {
  for (const DType dtype : {float64, float32, bfloat16}) {
    for (const auto& named : all_activations()) {
      const Function& f = named.second;
      INFO(named.first << " in " << retrograd::name(dtype));
      for (const double at : {-1e30, -1e4, -700.0, -100.0, -30.0, 30.0, 100.0, 700.0, 1e4, 1e30}) {
        CAPTURE(at);
        Tensor x = vector({at}, dtype).set_requires_grad();
        const Tensor y = f(x);
        CHECK(std::isfinite(y.to_vector<double>()[0]));
        const Tensor first = grad({sum(y)}, {x}, {.create_graph = true}).front();
        CHECK(std::isfinite(first.to_vector<double>()[0]));
        if (first.requires_grad()) {
          const Tensor second = grad({sum(first)}, {x}, {.allow_unused = true}).front();
          CHECK((!second.defined() || std::isfinite(second.to_vector<double>()[0])));
        }
      }
    }
  }
}

TEST_CASE("activations: limits at infinity, and NaN stays") {
  for (const auto& named : all_activations()) {
    const Function& f = named.second;
    INFO(named.first);
    CHECK(std::isnan(values({NAN}, f)[0]));
    const Numbers slopes = gradient({-INFINITY, INFINITY}, f);
    CHECK_FALSE(std::isnan(slopes[0]));
    CHECK_FALSE(std::isnan(slopes[1]));
  }
  const auto at_minus_infinity = [](const Function& f) { return values({-INFINITY}, f)[0]; };
  CHECK(at_minus_infinity([](const Tensor& x) { return gelu(x); }) == 0);
  CHECK(at_minus_infinity([](const Tensor& x) { return gelu(x, GeluApproximation::tanh); }) == 0);
  CHECK(at_minus_infinity([](const Tensor& x) { return silu(x); }) == 0);
  CHECK(at_minus_infinity([](const Tensor& x) { return mish(x); }) == 0);
  CHECK(at_minus_infinity([](const Tensor& x) { return hardswish(x); }) == 0);
  CHECK(at_minus_infinity([](const Tensor& x) { return softsign(x); }) == -1);
}

TEST_CASE("activations: tails keep their digits") {
  // Where 1 + erf(x / sqrt 2) would be 0, P(X <= -10) = 7.6e-24.
  CHECK(values({-10}, [](const Tensor& x) { return gelu(x); })[0] ==
        doctest::Approx(-7.619853024160526e-23).epsilon(1e-12));
  CHECK(values({-50}, [](const Tensor& x) { return softplus(x); })[0] ==
        doctest::Approx(std::exp(-50.0)).epsilon(1e-12));
  CHECK(values({50}, [](const Tensor& x) { return logsigmoid(x); })[0] ==
        doctest::Approx(-std::exp(-50.0)).epsilon(1e-12));
  CHECK(values({-1e-12}, [](const Tensor& x) { return elu(x); })[0] ==
        doctest::Approx(-1e-12).epsilon(1e-11));
  CHECK(values({-40}, [](const Tensor& x) { return mish(x); })[0] ==
        doctest::Approx(-40 * std::exp(-40.0)).epsilon(1e-12));
}

TEST_CASE("activations: each refuses integers in its own name") {
  const Tensor integers = arange(4);
  REFUSED(DTypeError, gelu(integers), "gelu", "needs a floating input", "int64 [4]");
  REFUSED(DTypeError, silu(integers), "silu", "needs a floating input");
  REFUSED(DTypeError, elu(integers), "elu", "needs a floating input");
  REFUSED(DTypeError, relu6(integers), "relu6", "needs a floating input");
  REFUSED(DTypeError, glu(integers), "glu", "needs a floating input");
  REFUSED(DTypeError, softplus(integers), "softplus", "needs a floating input");
  REFUSED(GraphError, mish(Tensor()), "mish", "input is undefined");
}

TEST_CASE("activations: parameters out of range are refused by value") {
  const Tensor x = zeros({2, 3});
  REFUSED(ValueError, softplus(x, 0), "softplus", "beta is 0", "float32 [2, 3]");
  REFUSED(ValueError, softplus(x, 1, NAN), "softplus", "threshold is nan");
  REFUSED(ValueError, leaky_relu(x, NAN), "leaky_relu", "negative_slope is nan");
  REFUSED(ValueError, elu(x, NAN), "elu", "alpha is nan");
  REFUSED(ValueError, celu(x, 0), "celu", "alpha is 0", "other than 0");
  REFUSED(ValueError, hardtanh(x, 2, 1), "hardtanh", "min_val is 2", "max_val 1");
  REFUSED(ValueError, hardtanh(x, NAN, 1), "hardtanh", "min_val is nan");
  REFUSED(ValueError, softshrink(x, -0.5), "softshrink", "lambd is -0.5", "at least 0");
  REFUSED(ValueError, hardshrink(x, NAN), "hardshrink", "lambd is nan");
}

TEST_CASE("activations: shapes that do not fit are refused") {
  const Tensor x = zeros({2, 3});
  REFUSED(ShapeError, glu(x), "glu", "dimension 1 has length 3", "even");
  REFUSED(ShapeError, glu(zeros({})), "glu", "no dimension to halve");
  REFUSED(IndexError, glu(x, 2), "glu", "2");
  REFUSED(ShapeError, prelu(x, zeros({2})), "prelu", "one element", "3", "weight", "float32 [2]");
  REFUSED(ShapeError, prelu(x, zeros({1, 3})), "prelu", "one dimension or none");
  REFUSED(ShapeError, prelu(zeros({3}), zeros({3})), "prelu", "one element");
  REFUSED(DTypeError, prelu(x, zeros({3}, {.dtype = float64})), "prelu", "one dtype");
}
