// The kernels of activations against their formulas in other operators.
#include "unit/twins.h"

namespace {

using namespace twins;

using Unary = Tensor (*)(const Tensor&);

void check_twins(Unary fused, Unary composed) {
  check_equal([=](const Tensors& in) { return fused(in[0]); },
              [=](const Tensors& in) { return composed(in[0]); }, {random({3, 4, 5}, 1)});
}

Tensor exponential(const Tensor& x, double factor, double scale, double rate) {
  return rg::where(x > 0, scale * x, factor * (rg::exp(rate * x) - 1.0));
}

}  // namespace

TEST_CASE("gelu is the input times the normal distribution, or tanh near it") {
  check_twins([](const Tensor& x) { return rg::gelu(x); },
              [](const Tensor& x) { return 0.5 * x * (1.0 + rg::erf(x * std::sqrt(0.5))); });
  check_twins([](const Tensor& x) { return rg::gelu(x, rg::GeluApproximation::tanh); },
              [](const Tensor& x) {
                const Tensor u = std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * rg::pow(x, 3));
                return 0.5 * x * (1.0 + rg::tanh(u));
              });
}

TEST_CASE("silu and mish are the input times a gate") {
  check_twins([](const Tensor& x) { return rg::silu(x); },
              [](const Tensor& x) { return x * rg::sigmoid(x); });
  check_twins([](const Tensor& x) { return rg::mish(x); },
              [](const Tensor& x) { return x * rg::tanh(rg::log(1.0 + rg::exp(x))); });
}

TEST_CASE("softplus and logsigmoid are logarithms") {
  check_twins([](const Tensor& x) { return rg::softplus(x, 3); },
              [](const Tensor& x) { return rg::log(1.0 + rg::exp(3.0 * x)) / 3.0; });
  check_twins([](const Tensor& x) { return rg::logsigmoid(x); },
              [](const Tensor& x) { return rg::log(rg::sigmoid(x)); });
}

TEST_CASE("elu, celu and selu are exponentials below 0") {
  check_twins([](const Tensor& x) { return rg::elu(x, 0.5); },
              [](const Tensor& x) { return exponential(x, 0.5, 1, 1); });
  check_twins([](const Tensor& x) { return rg::elu(x, -0.5); },
              [](const Tensor& x) { return exponential(x, -0.5, 1, 1); });
  check_twins([](const Tensor& x) { return rg::celu(x, 0.5); },
              [](const Tensor& x) { return exponential(x, 0.5, 1, 2); });
  check_twins([](const Tensor& x) { return rg::selu(x); },
              [](const Tensor& x) {
                return exponential(x, 1.0507009873554805 * 1.6732632423543772, 1.0507009873554805,
                                   1);
              });
}

TEST_CASE("softsign, tanhshrink, hardswish and leaky_relu are their formulas") {
  check_twins([](const Tensor& x) { return rg::softsign(x); },
              [](const Tensor& x) { return x / (1.0 + rg::abs(x)); });
  check_twins([](const Tensor& x) { return rg::tanhshrink(x); },
              [](const Tensor& x) { return x - rg::tanh(x); });
  check_equal(
      [](const Tensors& in) { return rg::hardswish(5.0 * in[0]); },
      [](const Tensors& in) { return 5.0 * in[0] * rg::clamp(5.0 * in[0] + 3.0, 0, 6) / 6.0; },
      {random({3, 4, 5}, 1)});
  check_equal([](const Tensors& in) { return in[1] * rg::leaky_relu(in[0], 0.2); },
              [](const Tensors& in) { return in[1] * (rg::relu(in[0]) - 0.2 * rg::relu(-in[0])); },
              {random({3, 4}, 1), random({3, 4}, 2)});
}

TEST_CASE("prelu and lerp are their formulas") {
  check_equal([](const Tensors& in) { return rg::prelu(in[0], in[1]); },
              [](const Tensors& in) {
                return rg::where(in[0] > 0, in[0], in[0] * rg::reshape(in[1], {-1, 1}));
              },
              {random({2, 3, 4}, 1), random({3}, 2)});
  check_equal([](const Tensors& in) { return rg::lerp(in[0], in[1], in[2]); },
              [](const Tensors& in) { return in[0] + in[2] * (in[1] - in[0]); },
              {random({2, 3}, 1), random({3}, 2), random({2, 1}, 3)});
}
