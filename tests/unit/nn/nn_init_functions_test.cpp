// nn::init: what is not random, and what is refused.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace init = rg::nn::init;
using init::Nonlinearity;
using rg::Tensor;

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::vector<float> values(const Tensor& x) {
  return x.to_vector<float>();
}

}  // namespace

TEST_CASE("init: gains") {
  CHECK(init::calculate_gain(Nonlinearity::linear) == 1);
  CHECK(init::calculate_gain(Nonlinearity::sigmoid) == 1);
  CHECK(init::calculate_gain(Nonlinearity::tanh) == doctest::Approx(5.0 / 3));
  CHECK(init::calculate_gain(Nonlinearity::relu) == doctest::Approx(std::sqrt(2.0)));
  CHECK(init::calculate_gain(Nonlinearity::leaky_relu) ==
        doctest::Approx(1.4141428569978354).epsilon(1e-15));
  CHECK(init::calculate_gain(Nonlinearity::leaky_relu, 0.2) ==
        doctest::Approx(std::sqrt(2 / 1.04)));
  CHECK(init::calculate_gain(Nonlinearity::selu) == 0.75);
  REFUSED(ValueError, init::calculate_gain(Nonlinearity::leaky_relu, kNaN), "calculate_gain",
          "negative_slope is");
}

TEST_CASE("init: fans count the kernel") {
  const auto matrix = init::calculate_fan_in_and_fan_out(rg::ones({5, 3}));
  CHECK(matrix.in == 3);
  CHECK(matrix.out == 5);
  const auto kernel = init::calculate_fan_in_and_fan_out(rg::ones({5, 3, 2, 4}));
  CHECK(kernel.in == 24);
  CHECK(kernel.out == 40);
  const Tensor bias = rg::ones({3});
  REFUSED(ShapeError, init::calculate_fan_in_and_fan_out(bias), "calculate_fan_in_and_fan_out",
          "at least 2 dimensions", "[3]");
}

TEST_CASE("init: constants, in place and unrecorded, on leaves that require gradients") {
  rg::nn::Linear layer(2, 3);
  const Tensor given = layer.weight;
  const Tensor back = init::constant_(layer.weight, 0.25);
  CHECK(back.impl_or_null() == given.impl_or_null());
  CHECK(values(layer.weight) == std::vector<float>(6, 0.25));
  CHECK(layer.weight.is_leaf());
  CHECK(layer.weight.requires_grad());
  CHECK(values(init::ones_(layer.bias)) == std::vector<float>(3, 1));
  CHECK(values(init::zeros_(layer.bias)) == std::vector<float>(3, 0));
  CHECK(init::constant_(rg::zeros({2}, {.dtype = rg::int64}), 7).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{7, 7});
}

TEST_CASE("init: eye_ for matrices of any shape, dtype and strides") {
  CHECK(values(init::eye_(rg::ones({2, 3}))) == std::vector<float>{1, 0, 0, 0, 1, 0});
  const Tensor turned = rg::transpose(rg::ones({2, 3}, {.dtype = rg::bfloat16}), 0, 1);
  CHECK(values(init::eye_(turned).to(rg::float32)) == std::vector<float>{1, 0, 0, 1, 0, 0});
  const Tensor cube = rg::ones({2, 2, 2});
  REFUSED(ShapeError, init::eye_(cube), "eye_", "2 dimensions are needed");
}

TEST_CASE("init: dirac_ makes a convolution pass its channels on") {
  const Tensor x = rg::randn({1, 2, 5, 6});
  const Tensor weight = init::dirac_(rg::ones({2, 2, 3, 3}));
  CHECK(values(rg::conv2d(x, weight, {}, {.padding = 1})) == values(x));
  // More outputs than inputs: those left over are zero.
  CHECK(values(init::dirac_(rg::ones({3, 2, 1}))) == std::vector<float>{1, 0, 0, 1, 0, 0});
  // Each group starts again; the middle of an even kernel is after the half.
  CHECK(values(init::dirac_(rg::ones({2, 1, 2}), 2)) == std::vector<float>{0, 1, 0, 1});
  CHECK(init::dirac_(rg::ones({2, 0, 3})).numel() == 0);
  const Tensor matrix = rg::ones({2, 2});
  REFUSED(ShapeError, init::dirac_(matrix), "dirac_", "3, 4 or 5 dimensions");
  const Tensor kernel = rg::ones({4, 2, 3});
  REFUSED(ValueError, init::dirac_(kernel, 3), "dirac_", "3 groups");
  REFUSED(ValueError, init::dirac_(kernel, 0), "dirac_", "0 groups");
}

TEST_CASE("init: tensors without elements stay") {
  const Tensor none = rg::ones({0, 3});
  rg::Generator generator(1);
  CHECK(init::uniform_(none, 0, 1, generator).numel() == 0);
  CHECK(init::xavier_uniform_(rg::ones({0, 0}), 1, generator).numel() == 0);
  CHECK(init::kaiming_normal_(none, {.mode = init::FanMode::fan_out}, generator).numel() == 0);
  CHECK(init::orthogonal_(none, 1, generator).numel() == 0);
  CHECK(init::sparse_(none, 0.5, 1, generator).numel() == 0);
}

TEST_CASE("init: random values need a floating tensor of enough dimensions") {
  const Tensor integers = rg::ones({2, 2}, {.dtype = rg::int64});
  REFUSED(DTypeError, init::uniform_(integers), "uniform_", "floating", "int64");
  REFUSED(DTypeError, init::normal_(integers), "normal_", "floating");
  REFUSED(DTypeError, init::trunc_normal_(integers), "trunc_normal_", "floating");
  REFUSED(DTypeError, init::xavier_normal_(integers), "xavier_normal_", "floating");
  REFUSED(DTypeError, init::kaiming_uniform_(integers), "kaiming_uniform_", "floating");
  REFUSED(DTypeError, init::orthogonal_(integers), "orthogonal_", "floating");
  REFUSED(DTypeError, init::sparse_(integers, 0.5), "sparse_", "floating");
  const Tensor bias = rg::ones({4});
  REFUSED(ShapeError, init::xavier_uniform_(bias), "xavier_uniform_", "2 dimensions", "[4]");
  REFUSED(ShapeError, init::kaiming_normal_(bias), "kaiming_normal_", "2 dimensions");
  REFUSED(ShapeError, init::orthogonal_(bias), "orthogonal_", "2 dimensions");
  REFUSED(ShapeError, init::sparse_(bias, 0.5), "sparse_", "2 dimensions");
  REFUSED(GraphError, init::normal_(Tensor()), "normal_", "undefined");
}

TEST_CASE("init: numbers out of range") {
  const Tensor x = rg::ones({2, 2});
  REFUSED(ValueError, init::uniform_(x, 1, 0), "uniform_", "from 1 to 0");
  REFUSED(ValueError, init::uniform_(x, kNaN, 0), "uniform_", "the range");
  REFUSED(ValueError, init::normal_(x, 0, -0.5), "normal_", "std is -0.5");
  REFUSED(ValueError, init::normal_(x, kNaN), "normal_", "mean is");
  REFUSED(ValueError, init::trunc_normal_(x, 0, kNaN), "trunc_normal_", "std is");
  REFUSED(ValueError, init::trunc_normal_(x, 0, 1, 2, -2), "trunc_normal_", "from 2 to -2");
  REFUSED(ValueError, init::xavier_normal_(x, kNaN), "xavier_normal_", "gain is");
  REFUSED(ValueError, init::kaiming_uniform_(x, {.a = kNaN}), "kaiming_uniform_", "a is");
  REFUSED(ValueError, init::orthogonal_(x, kNaN), "orthogonal_", "gain is");
  REFUSED(ValueError, init::sparse_(x, 1.5), "sparse_", "sparsity is 1.5");
  REFUSED(ValueError, init::sparse_(x, 0.5, -1), "sparse_", "std is -1");
  CHECK(values(x) == std::vector<float>(4, 1));
}
