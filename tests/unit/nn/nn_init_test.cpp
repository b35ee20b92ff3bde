// PyTorch's default start: weights and biases uniform in [-1/sqrt(fan_in), 1/sqrt(fan_in)).
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

// With n values from U[-1, 1), all stay below 1 - t with probability (1 - t / 2)^n < exp(-n t / 2):
// for n >= 2000 and t = 0.025 that is 1.4e-11, and the same on the other side. By Hoeffding the
// mean is off by 0.15 or more with probability at most 2 exp(-n 0.15^2 / 2) = 3.4e-10.
void check_uniform(const Tensor& x, double bound) {
  const auto values = x.to_vector<double>();
  REQUIRE(values.size() >= 2000);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  CHECK(*least >= -bound);
  CHECK(*most <= bound);
  CHECK(*least < -0.975 * bound);
  CHECK(*most > 0.975 * bound);
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  CHECK(std::abs(sum / static_cast<double>(values.size())) < 0.15 * bound);
}

}  // namespace

TEST_CASE("initialisation: Linear by its inputs") {
  rg::manual_seed(1);
  const nn::Linear layer(100, 2000);
  CHECK(layer.weight.shape() == rg::Shape{2000, 100});
  CHECK(layer.bias.shape() == rg::Shape{2000});
  check_uniform(layer.weight, 0.1);
  check_uniform(layer.bias, 0.1);
}

TEST_CASE("initialisation: convolutions by channels of a group times kernel size") {
  rg::manual_seed(2);
  const nn::Conv2d conv2d(8, 2000, {2, 4}, {.groups = 2});
  CHECK(conv2d.weight.shape() == rg::Shape{2000, 4, 2, 4});
  check_uniform(conv2d.weight, 1 / std::sqrt(32));
  check_uniform(conv2d.bias, 1 / std::sqrt(32));
  const nn::Conv1d conv1d(3, 2000, 7);
  CHECK(conv1d.weight.shape() == rg::Shape{2000, 3, 7});
  check_uniform(conv1d.weight, 1 / std::sqrt(21));
}

TEST_CASE("initialisation: parameters are leaves that require gradients, of the dtype asked for") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    nn::Linear linear(3, 2, {.dtype = dtype});
    nn::Conv2d conv(1, 2, 3, {.dtype = dtype});
    for (const Tensor& x : {linear.weight, linear.bias, conv.weight, conv.bias}) {
      CHECK(x.dtype() == dtype);
      CHECK(x.is_leaf());
      CHECK(x.requires_grad());
    }
  }
}

TEST_CASE("initialisation: the same inside a NoGradGuard") {
  const rg::NoGradGuard unrecorded;
  CHECK(nn::Linear(2, 2).weight.requires_grad());
}

TEST_CASE("initialisation: the seed decides") {
  rg::manual_seed(3);
  const auto first = nn::Linear(4, 4).weight.to_vector<float>();
  CHECK(nn::Linear(4, 4).weight.to_vector<float>() != first);
  rg::manual_seed(3);
  CHECK(nn::Linear(4, 4).weight.to_vector<float>() == first);
}
