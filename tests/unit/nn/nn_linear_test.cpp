// Bilinear layers.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

using namespace retrograd;

TEST_CASE("layers: Bilinear is bilinear(), with and without bias") {
  const Tensor x1 = randn({2, 5, 3});
  const Tensor x2 = randn({2, 5, 4});
  nn::Bilinear layer(3, 4, 6);
  CHECK(layer(x1, x2).shape() == Shape{2, 5, 6});
  CHECK(layer(x1, x2).to_vector<float>() ==
        bilinear(x1, x2, layer.weight, layer.bias).to_vector<float>());
  nn::Bilinear bare(3, 4, 6, {.bias = false, .dtype = float64});
  CHECK_FALSE(bare.bias.defined());
  CHECK(bare.weight.dtype() == float64);
  CHECK(bare(x1.to(float64), x2.to(float64)).to_vector<double>() ==
        bilinear(x1.to(float64), x2.to(float64), bare.weight).to_vector<double>());
  CHECK(layer.describe() == "Bilinear(3, 4, 6)");
}

TEST_CASE("layers: Bilinear's parameters have PyTorch's names and start within its bounds") {
  nn::Bilinear layer(16, 3, 40);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : layer.state_dict()) {
    names.push_back(name);
    CHECK(amax(retrograd::abs(tensor)).item<double>() <= 0.25);
  }
  CHECK(names == std::vector<std::string>{"weight", "bias"});
  CHECK(layer.weight.shape() == Shape{40, 16, 3});
  CHECK(layer.bias.shape() == Shape{40});
  CHECK(amax(layer.weight).item<double>() > 0.2);
  CHECK(amin(layer.weight).item<double>() < -0.2);
}

TEST_CASE("layers: Bilinear refuses sizes below 1 and inputs that do not fit") {
  REFUSED(ValueError, nn::Bilinear(0, 1, 1), "Bilinear", "in1_features is 0");
  REFUSED(ValueError, nn::Bilinear(1, -2, 1), "Bilinear", "in2_features is -2");
  REFUSED(ValueError, nn::Bilinear(1, 1, 0), "Bilinear", "out_features is 0");
  nn::Bilinear layer(3, 4, 2);
  const Tensor x1 = zeros({5, 3});
  const Tensor x2 = zeros({5, 3});
  REFUSED(ShapeError, layer(x1, x2), "bilinear", "3 and 3 features", "expects 3 and 4");
}
