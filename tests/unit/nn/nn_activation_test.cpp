#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;

namespace {

// Numbers in all parts of every function.
Tensor input() {
  return rg::reshape(rg::linspace(-7, 7, 24), {2, 4, 3});
}

void check(nn::Module& layer, const Tensor& expected, const std::string& text) {
  CHECK(layer.describe() == text);
  const Tensor y = layer(input());
  CHECK(y.shape() == expected.shape());
  CHECK(y.to_vector<float>() == expected.to_vector<float>());
}
void check(nn::Module&& layer, const Tensor& expected, const std::string& text) {
  check(layer, expected, text);
}

}  // namespace

TEST_CASE("activations: those without parameters are their functions") {
  const Tensor x = input();
  check(nn::ReLU(), rg::relu(x), "ReLU()");
  check(nn::ReLU6(), rg::relu6(x), "ReLU6()");
  check(nn::SELU(), rg::selu(x), "SELU()");
  check(nn::Sigmoid(), rg::sigmoid(x), "Sigmoid()");
  check(nn::LogSigmoid(), rg::logsigmoid(x), "LogSigmoid()");
  check(nn::Tanh(), rg::tanh(x), "Tanh()");
  check(nn::Softsign(), rg::softsign(x), "Softsign()");
  check(nn::SiLU(), rg::silu(x), "SiLU()");
  check(nn::Mish(), rg::mish(x), "Mish()");
  check(nn::Hardsigmoid(), rg::hardsigmoid(x), "Hardsigmoid()");
  check(nn::Hardswish(), rg::hardswish(x), "Hardswish()");
  check(nn::Tanhshrink(), rg::tanhshrink(x), "Tanhshrink()");
  check(nn::Identity(), x, "Identity()");
}

TEST_CASE("activations: parameters are passed on, and PyTorch's by default") {
  const Tensor x = input();
  check(nn::LeakyReLU(), rg::leaky_relu(x, 0.01), "LeakyReLU(0.01)");
  check(nn::LeakyReLU(0.2), rg::leaky_relu(x, 0.2), "LeakyReLU(0.2)");
  check(nn::ELU(), rg::elu(x, 1), "ELU(1)");
  check(nn::ELU(0.5), rg::elu(x, 0.5), "ELU(0.5)");
  check(nn::CELU(), rg::celu(x, 1), "CELU(1)");
  check(nn::CELU(2), rg::celu(x, 2), "CELU(2)");
  check(nn::Softplus(), rg::softplus(x, 1, 20), "Softplus(1, 20)");
  check(nn::Softplus(2, 5), rg::softplus(x, 2, 5), "Softplus(2, 5)");
  check(nn::GELU(), rg::gelu(x), "GELU()");
  check(nn::GELU(rg::GeluApproximation::tanh), rg::gelu(x, rg::GeluApproximation::tanh),
        "GELU(tanh)");
  check(nn::GLU(1), rg::glu(x, 1), "GLU(1)");
  check(nn::Hardtanh(), rg::hardtanh(x, -1, 1), "Hardtanh(-1, 1)");
  check(nn::Hardtanh(-2, 0.5), rg::hardtanh(x, -2, 0.5), "Hardtanh(-2, 0.5)");
  check(nn::Softshrink(), rg::softshrink(x, 0.5), "Softshrink(0.5)");
  check(nn::Softshrink(1), rg::softshrink(x, 1), "Softshrink(1)");
  check(nn::Hardshrink(), rg::hardshrink(x, 0.5), "Hardshrink(0.5)");
  check(nn::Hardshrink(1), rg::hardshrink(x, 1), "Hardshrink(1)");
  check(nn::Softmax(1), rg::softmax(x, 1), "Softmax(1)");
  check(nn::LogSoftmax(-1), rg::log_softmax(x, -1), "LogSoftmax(-1)");
}

TEST_CASE("activations: GLU halves the last dimension unless told otherwise") {
  nn::GLU layer;
  const Tensor x = rg::randn({3, 4});
  CHECK(layer(x).to_vector<float>() == rg::glu(x, 1).to_vector<float>());
}

TEST_CASE("activations: PReLU trains its slopes") {
  nn::PReLU one;
  CHECK(one.weight.to_vector<float>() == std::vector<float>{0.25F});
  check(one, rg::leaky_relu(input(), 0.25), "PReLU(1)");
  nn::PReLU layer(4, 0.5, rg::float64);
  CHECK(layer.weight.dtype() == rg::float64);
  CHECK(layer.describe() == "PReLU(4)");
  rg::sum(layer(input().to(rg::float64))).backward();
  const Tensor x = rg::minimum(input().to(rg::float64), 0);
  const Tensor expected = rg::sum(x, {0, 2});
  CHECK(rg::amax(rg::abs(layer.weight.grad() - expected)).item<double>() < 1e-14);
  const auto named = layer.named_parameters();
  REQUIRE(named.size() == 1);
  CHECK(named.front().first == "weight");
}

TEST_CASE("activations: constructors refuse parameters out of range, with layer, value and line") {
  CHECK_THROWS_WITH_AS(
      nn::LeakyReLU(NAN),
      Contains("LeakyReLU: negative_slope is nan; a number is needed   at nn_activation_test.cpp"),
      rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::ELU(NAN), Contains("ELU: alpha is nan"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::CELU(0), Contains("CELU: alpha is 0; a finite number other than 0"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Softplus(0), Contains("Softplus: beta is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Softplus(1, NAN), Contains("Softplus: threshold is nan"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Hardtanh(1, 1), Contains("Hardtanh: min_val is 1; less than max_val"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Hardtanh(0, NAN), Contains("Hardtanh: max_val is nan"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Softshrink(-1), Contains("Softshrink: lambd is -1; at least 0"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Hardshrink(NAN), Contains("Hardshrink: lambd is nan"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::PReLU(0), Contains("PReLU: num_parameters is 0; at least 1 is needed"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::PReLU(1, NAN), Contains("PReLU: init is nan"), rg::ValueError);
  CHECK_THROWS_AS(nn::PReLU(1, 0.25, rg::int64), rg::DTypeError);
}

TEST_CASE("activations: errors and tapes name the line of the call") {
  nn::GLU odd;
  nn::Mish mish;
  nn::PReLU three(3);
  CHECK_THROWS_WITH_AS(odd(rg::ones({3})), Contains("   at nn_activation_test.cpp"),
                       rg::ShapeError);
  CHECK_THROWS_WITH_AS(mish(rg::arange(3)), Contains("   at nn_activation_test.cpp"),
                       rg::DTypeError);
  CHECK_THROWS_WITH_AS(three(rg::ones({2, 2})), Contains("   at nn_activation_test.cpp"),
                       rg::ShapeError);
}
