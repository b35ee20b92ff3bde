// Pooling layers over one to three dimensions, adaptive ones, p-norms, unpooling.
#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/nn_check_layer.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;

namespace {

using test::check_layer;
using test::check_same;

struct Inputs {
  Tensor line = rg::randn({2, 3, 9});
  Tensor image = rg::randn({2, 3, 7, 8});
  Tensor volume = rg::randn({1, 2, 5, 6, 7});
};

}  // namespace

TEST_CASE_FIXTURE(Inputs, "max and average pools of one and three dimensions pass on options") {
  const rg::MaxPool1dOptions max1{.stride = 2, .padding = 1, .dilation = 2, .ceil_mode = true};
  check_layer(nn::MaxPool1d(3, max1), line, rg::max_pool1d(line, 3, max1), "MaxPool1d(3)");
  const rg::MaxPool3dOptions max3{
      .stride = {1, 2, 3}, .padding = {1, 0, 1}, .dilation = {1, 2, 1}, .ceil_mode = true};
  check_layer(nn::MaxPool3d({2, 3, 2}, max3), volume, rg::max_pool3d(volume, {2, 3, 2}, max3),
              "MaxPool3d(2x3x2)");
  const rg::AvgPool1dOptions avg1{
      .stride = 2, .padding = 1, .ceil_mode = true, .count_include_pad = false};
  check_layer(nn::AvgPool1d(4, avg1), line, rg::avg_pool1d(line, 4, avg1), "AvgPool1d(4)");
  const rg::AvgPool3dOptions avg3{.stride = {1, 2, 3}, .padding = 1, .divisor_override = 3};
  check_layer(nn::AvgPool3d(2, avg3), volume, rg::avg_pool3d(volume, 2, avg3), "AvgPool3d(2)");
  check_layer(nn::AvgPool2d(2, {.divisor_override = 5}), image,
              rg::avg_pool2d(image, 2, {.divisor_override = 5}), "AvgPool2d(2)");
}

TEST_CASE_FIXTURE(Inputs, "adaptive pools and pools of p-norms") {
  check_layer(nn::AdaptiveMaxPool1d(4), line, rg::adaptive_max_pool1d(line, 4),
              "AdaptiveMaxPool1d(4)");
  check_layer(nn::AdaptiveMaxPool2d({3, 5}), image, rg::adaptive_max_pool2d(image, {3, 5}),
              "AdaptiveMaxPool2d(3x5)");
  check_layer(nn::AdaptiveMaxPool3d(2), volume, rg::adaptive_max_pool3d(volume, 2),
              "AdaptiveMaxPool3d(2)");
  check_layer(nn::AdaptiveAvgPool1d(12), line, rg::adaptive_avg_pool1d(line, 12),
              "AdaptiveAvgPool1d(12)");
  check_layer(nn::AdaptiveAvgPool2d(1), image, rg::adaptive_avg_pool2d(image, 1),
              "AdaptiveAvgPool2d(1)");
  check_layer(nn::AdaptiveAvgPool3d({1, 2, 3}), volume, rg::adaptive_avg_pool3d(volume, {1, 2, 3}),
              "AdaptiveAvgPool3d(1x2x3)");
  check_layer(nn::LPPool1d(2, 3, {.stride = 2, .ceil_mode = true}), line,
              rg::lp_pool1d(line, 2, 3, {.stride = 2, .ceil_mode = true}), "LPPool1d(2, 3)");
  const Tensor positive = rg::abs(image);
  check_layer(nn::LPPool2d(1.5, {2, 3}), positive, rg::lp_pool2d(positive, 1.5, {2, 3}),
              "LPPool2d(1.5, 2x3)");
}

TEST_CASE_FIXTURE(Inputs, "a max pool's indices lead its values back") {
  nn::MaxPool2d pool(2, {.stride = {2, 3}});
  nn::MaxUnpool2d unpool(2, {2, 3});
  const rg::ValuesAndIndices found = pool.with_indices(image);
  check_same(found.values, pool(image));
  const Tensor back = unpool(found.values, found.indices, {7, 8});
  CHECK(back.shape() == image.shape());
  check_same(pool(back), rg::maximum(found.values, 0.0));
  check_same(rg::where(rg::ne(back, 0.0), image, 0.0), back);
  CHECK(unpool(found.values, found.indices).shape() == rg::Shape{2, 3, 6, 8});
  CHECK(unpool.describe() == "MaxUnpool2d(2)");
  const rg::ValuesAndIndices short_ones = nn::MaxPool1d(3).with_indices(line);
  check_same(nn::MaxUnpool1d(3)(short_ones.values, short_ones.indices),
             rg::max_unpool1d(short_ones.values, short_ones.indices, 3));
  const rg::ValuesAndIndices deep = nn::MaxPool3d(2, {.padding = {1, 0, 1}}).with_indices(volume);
  check_same(nn::MaxUnpool3d(2, {}, {1, 0, 1})(deep.values, deep.indices, {5, 6, 7}),
             rg::max_unpool3d(deep.values, deep.indices, 2,
                              {.padding = {1, 0, 1}, .output_size = {5, 6, 7}}));
}

TEST_CASE("pooling layers refuse sizes out of range") {
  using rg::ValueError;
  CHECK_THROWS_WITH_AS(nn::MaxPool1d(0), Contains("MaxPool1d: kernel_size is 0"), ValueError);
  CHECK_THROWS_WITH_AS(nn::MaxPool3d(2, {.padding = {0, 2, 0}}),
                       Contains("MaxPool3d: padding 2 is more than half the kernel 2"), ValueError);
  CHECK_THROWS_WITH_AS(nn::AvgPool3d(2, {.stride = {1, 0, 1}}), Contains("AvgPool3d: stride is 0"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::AvgPool2d(2, {.divisor_override = 0}),
                       Contains("AvgPool2d: divisor_override is 0"), ValueError);
  CHECK_THROWS_WITH_AS(nn::AdaptiveMaxPool2d({1, -1}),
                       Contains("AdaptiveMaxPool2d: output_size is -1"), ValueError);
  CHECK_THROWS_WITH_AS(nn::AdaptiveAvgPool1d(-3), Contains("AdaptiveAvgPool1d: output_size is -3"),
                       ValueError);
  CHECK_THROWS_WITH_AS(nn::LPPool2d(0, 2), Contains("LPPool2d: norm_type is 0"), ValueError);
  CHECK_THROWS_WITH_AS(nn::LPPool1d(NAN, 2), Contains("LPPool1d: norm_type is nan"), ValueError);
  CHECK_THROWS_WITH_AS(nn::MaxUnpool2d(2, 0), Contains("MaxUnpool2d: stride is 0"), ValueError);
}
