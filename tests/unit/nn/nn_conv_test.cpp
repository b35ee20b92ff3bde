// Convolutions over one to three dimensions, transposed ones, locally connected layers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;

namespace {

void check_same(const Tensor& a, const Tensor& b) {
  CHECK(a.shape() == b.shape());
  CHECK(a.to_vector<float>() == b.to_vector<float>());
}

std::vector<std::string> names(nn::Module& module) {
  std::vector<std::string> all;
  for (const auto& [name, value] : module.named_parameters()) {
    all.push_back(name);
  }
  return all;
}

// Uniform in [-bound, bound): inside, and filling it.
void check_uniform(const Tensor& x, double bound) {
  double largest = 0;
  for (const double value : x.to_vector<double>()) {
    largest = std::max(largest, std::abs(value));
  }
  CHECK(largest <= bound);
  CHECK(largest > 0.97 * bound);
}

const std::vector<std::string> kWeightAndBias{"weight", "bias"};

}  // namespace

TEST_CASE("Conv3d passes on every option") {
  const Tensor volume = rg::randn({2, 4, 5, 7, 6});
  const rg::ConvOptions<3> options{
      .stride = {1, 2, 1}, .padding = {1, 0, 2}, .dilation = {2, 1, 3}, .groups = 2};
  nn::Conv3d layer(4, 6, {2, 3, 2},
                   {.stride = options.stride,
                    .padding = options.padding,
                    .dilation = options.dilation,
                    .groups = options.groups});
  check_same(layer(volume), rg::conv3d(volume, layer.weight, layer.bias, options));
  CHECK(layer.weight.shape() == rg::Shape{6, 2, 2, 3, 2});
  CHECK(layer.describe() == "Conv3d(4, 6, 2x3x2)");
  CHECK(names(layer) == kWeightAndBias);
  nn::Conv3d keeping(4, 2, {1, 2, 3}, {.padding = rg::same, .bias = false});
  check_same(keeping(volume), rg::conv3d(volume, keeping.weight, {}, {.padding = rg::same}));
  CHECK(names(keeping) == std::vector<std::string>{"weight"});
}

TEST_CASE("convolutions fill their padding as padding_mode says") {
  using enum rg::PaddingMode;
  const Tensor image = rg::randn({2, 2, 5, 6});
  for (const rg::PaddingMode mode : {reflect, replicate, circular}) {
    nn::Conv2d layer(2, 3, 3, {.stride = 2, .padding = {1, 2}, .padding_mode = mode});
    const Tensor padded = rg::pad(image, {2, 2, 1, 1}, {.mode = mode});
    check_same(layer(image), rg::conv2d(padded, layer.weight, layer.bias, {.stride = 2}));
    nn::Conv2d keeping(2, 3, {2, 3},
                       {.padding = rg::same, .dilation = {3, 1}, .padding_mode = mode});
    const Tensor wide = rg::pad(image, {1, 1, 1, 2}, {.mode = mode});
    check_same(keeping(image),
               rg::conv2d(wide, keeping.weight, keeping.bias, {.dilation = {3, 1}}));
    CHECK(keeping(image).shape() == rg::Shape{2, 3, 5, 6});
  }
  nn::Conv1d valid(2, 1, 3, {.padding = rg::valid, .padding_mode = circular});
  const Tensor line = rg::randn({1, 2, 5});
  check_same(valid(line), rg::conv1d(line, valid.weight, valid.bias));
}

TEST_CASE("transposed convolutions pass on every option") {
  const Tensor line = rg::randn({2, 4, 5});
  nn::ConvTranspose1d one(
      4, 6, 3, {.stride = 3, .padding = 1, .output_padding = 2, .groups = 2, .dilation = 2});
  check_same(one(line),
             rg::conv_transpose1d(
                 line, one.weight, one.bias,
                 {.stride = 3, .padding = 1, .output_padding = 2, .groups = 2, .dilation = 2}));
  CHECK(one.weight.shape() == rg::Shape{4, 3, 3});
  CHECK(one.bias.shape() == rg::Shape{6});
  CHECK(one.describe() == "ConvTranspose1d(4, 6, 3)");
  const Tensor image = rg::randn({2, 3, 4, 5});
  nn::ConvTranspose2d two(3, 2, {2, 3},
                          {.stride = {2, 1}, .padding = {0, 1}, .output_padding = {1, 0}});
  check_same(two(image),
             rg::conv_transpose2d(image, two.weight, two.bias,
                                  {.stride = {2, 1}, .padding = {0, 1}, .output_padding = {1, 0}}));
  CHECK(names(two) == kWeightAndBias);
  const Tensor volume = rg::randn({1, 2, 3, 2, 4});
  nn::ConvTranspose3d three(2, 3, 2, {.stride = 2, .bias = false});
  check_same(three(volume), rg::conv_transpose3d(volume, three.weight, {}, {.stride = 2}));
  CHECK(three.describe() == "ConvTranspose3d(2, 3, 2x2x2)");
  CHECK(names(three) == std::vector<std::string>{"weight"});
}

TEST_CASE("locally connected layers pass on every option") {
  const Tensor line = rg::randn({2, 3, 7});
  nn::LocallyConnected1d one(3, 4, 7, 2, {.stride = 2, .padding = 1, .dilation = 3});
  check_same(one(line), rg::locally_connected1d(line, one.weight, one.bias,
                                                {.stride = 2, .padding = 1, .dilation = 3}));
  CHECK(one.weight.shape() == rg::Shape{3, 4, 3, 2});
  CHECK(one.bias.shape() == rg::Shape{4, 3});
  CHECK(names(one) == kWeightAndBias);
  const Tensor image = rg::randn({2, 2, 5, 6});
  nn::LocallyConnected2d two(2, 3, {5, 6}, {3, 2}, {.bias = false});
  check_same(two(image), rg::locally_connected2d(image, two.weight));
  CHECK(two.weight.shape() == rg::Shape{3, 5, 3, 2, 3, 2});
  CHECK(two.describe() == "LocallyConnected2d(2, 3, 3x2)");
}

TEST_CASE("initialisation of transposed and locally connected layers") {
  rg::manual_seed(3);
  const nn::ConvTranspose2d transposed(2000, 8, {2, 4}, {.groups = 2});
  check_uniform(transposed.weight, 1 / std::sqrt(32));  // 4 output channels a group
  check_uniform(nn::ConvTranspose1d(2, 2000, 1).bias, 1 / std::sqrt(2000));
  const nn::LocallyConnected1d local(3, 50, 20, 7);
  check_uniform(local.weight, 1 / std::sqrt(21));
  check_uniform(local.bias, 1 / std::sqrt(21));
}

TEST_CASE("multiply_adds: every product counts once") {
  // Each of the 2 * 3 * 5 inputs meets all the filter values of its channel.
  CHECK(nn::ConvTranspose1d(3, 4, 2).multiply_adds({{2, 3, 5}}, {2, 4, 6}) == 2 * 3 * 5 * 4 * 2);
  CHECK(nn::Conv3d(2, 4, 3, {.groups = 2}).multiply_adds({{1, 2, 3, 3, 3}}, {1, 4, 1, 1, 1}) ==
        4 * 27);
  CHECK(nn::LocallyConnected1d(3, 4, 5, 2).multiply_adds({{2, 3, 5}}, {2, 4, 4}) ==
        2 * 4 * 4 * 3 * 2);
}

TEST_CASE("convolution layers refuse sizes out of range") {
  using rg::ValueError;
  CHECK_THROWS_WITH_AS(nn::Conv3d(1, 1, {1, 0, 1}), Contains("Conv3d: kernel_size is 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv3d(1, 1, 2, {.stride = {1, 2, 1}, .padding = rg::same}),
                       Contains("Conv3d: padding 'same' needs stride 1, not 2"), ValueError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose2d(0, 1, 2), Contains("ConvTranspose2d: in_channels is 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose1d(3, 4, 2, {.groups = 2}),
                       Contains("3 input and 4 output channels do not split into 2 groups"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose2d(1, 1, 2, {.stride = 2, .output_padding = {1, 2}}),
                       Contains("output_padding is 2"), ValueError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose3d(1, 1, 2, {.output_padding = -1}),
                       Contains("ConvTranspose3d: output_padding is -1"), ValueError);
  CHECK_THROWS_WITH_AS(nn::ConvTranspose1d(1, 1, 2, {.padding = -1}), Contains("padding is -1"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::LocallyConnected2d(1, 1, {4, 0}, 1),
                       Contains("LocallyConnected2d: input_size is 0"), ValueError);
  CHECK_THROWS_WITH_AS(nn::LocallyConnected1d(1, 1, 4, 3, {.dilation = 2}),
                       Contains("the kernel spans 5 of a padded input of 4"), ValueError);
  CHECK_THROWS_WITH_AS(nn::LocallyConnected1d(1, 1, 4, 3, {.stride = 0}), Contains("stride is 0"),
                       ValueError);
}
