// Padding layers, Unflatten, Unfold and Fold.
#include <doctest/doctest.h>

#include <vector>

#include <retrograd/retrograd.h>

#include "unit/nn_check_layer.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

using test::check_layer;
using test::check_same;

Tensor padded(const Tensor& x, const std::vector<std::int64_t>& sides, rg::PaddingMode mode) {
  return rg::pad(x, sides, {.mode = mode});
}

}  // namespace

TEST_CASE("padding layers pass on sides and values") {
  const Tensor line = rg::randn({2, 3, 5});
  const Tensor image = rg::randn({2, 3, 5, 4});
  const Tensor volume = rg::randn({1, 2, 4, 5, 3});
  check_layer(nn::ConstantPad1d({1, 2}, 3.5), line, rg::pad(line, {1, 2}, {.value = 3.5}),
              "ConstantPad1d(1, 2)");
  check_layer(nn::ConstantPad2d(1, -1), image, rg::pad(image, {1, 1, 1, 1}, {.value = -1}),
              "ConstantPad2d(1)");
  check_layer(nn::ConstantPad3d({1, 0, 0, 1, 2, 0}, 2), volume,
              rg::pad(volume, {1, 0, 0, 1, 2, 0}, {.value = 2}), "ConstantPad3d(1, 0, 0, 1, 2, 0)");
  check_layer(nn::ZeroPad2d({1, -1, 0, 2}), image, rg::pad(image, {1, -1, 0, 2}),
              "ZeroPad2d(1, -1, 0, 2)");
  using enum rg::PaddingMode;
  check_layer(nn::ReflectionPad1d({2, 1}), line, padded(line, {2, 1}, reflect),
              "ReflectionPad1d(2, 1)");
  check_layer(nn::ReflectionPad2d({1, 2, 3, 0}), image, padded(image, {1, 2, 3, 0}, reflect),
              "ReflectionPad2d(1, 2, 3, 0)");
  check_layer(nn::ReflectionPad3d(1), volume, padded(volume, {1, 1, 1, 1, 1, 1}, reflect),
              "ReflectionPad3d(1)");
  check_layer(nn::ReplicationPad1d(7), line, padded(line, {7, 7}, replicate),
              "ReplicationPad1d(7)");
  check_layer(nn::ReplicationPad2d({0, 1, 2, 3}), image, padded(image, {0, 1, 2, 3}, replicate),
              "ReplicationPad2d(0, 1, 2, 3)");
  check_layer(nn::ReplicationPad3d({1, 2, 0, 1, 2, 0}), volume,
              padded(volume, {1, 2, 0, 1, 2, 0}, replicate), "ReplicationPad3d(1, 2, 0, 1, 2, 0)");
  check_layer(nn::CircularPad1d(5), line, padded(line, {5, 5}, circular), "CircularPad1d(5)");
  check_layer(nn::CircularPad2d({1, 2, 3, 0}), image, padded(image, {1, 2, 3, 0}, circular),
              "CircularPad2d(1, 2, 3, 0)");
  check_layer(nn::CircularPad3d(1), volume, padded(volume, {1, 1, 1, 1, 1, 1}, circular),
              "CircularPad3d(1)");
}

TEST_CASE("Unflatten, Unfold and Fold pass on every option") {
  const Tensor image = rg::randn({2, 3, 7, 8});
  check_layer(nn::Unflatten(1, {3, -1}), rg::flatten(image, 1), rg::reshape(image, {2, 3, 56}),
              "Unflatten(1, [3, -1])");
  check_layer(nn::Permute({0, 2, 3, 1}), image, rg::permute(image, {0, 2, 3, 1}),
              "Permute([0, 2, 3, 1])");
  const rg::UnfoldOptions options{.dilation = {1, 2}, .padding = {2, 1}, .stride = {2, 1}};
  const Tensor columns = rg::unfold(image, {3, 2}, options);
  check_layer(nn::Unfold(rg::Size<2>(3, 2), options), image, columns, "Unfold(3x2)");
  check_layer(nn::Fold(rg::Size<2>(7, 8), rg::Size<2>(3, 2), options), columns,
              rg::fold(columns, {7, 8}, {3, 2}, options), "Fold(7x8, 3x2)");
}

TEST_CASE("Unflatten, Unfold and Fold refuse bad sizes, and name the caller's line") {
  REFUSED(ValueError, nn::Unflatten(1, {}), "Unflatten", "[]");
  REFUSED(ValueError, nn::Unflatten(1, {2, -2}), "Unflatten", "[2, -2]");
  REFUSED(ValueError, nn::Unflatten(1, {-1, -1}), "Unflatten", "[-1, -1]");
  REFUSED(ValueError, nn::Unfold(0), "Unfold", "kernel_size is 0");
  REFUSED(ValueError, nn::Unfold(2, {.stride = {1, 0}}), "Unfold", "stride is 0");
  REFUSED(ValueError, nn::Unfold(2, {.padding = -1}), "Unfold", "padding is -1");
  REFUSED(ValueError, nn::Fold(4, 2, {.dilation = 0}), "Fold", "dilation is 0");
  REFUSED(ValueError, nn::Fold(0, 2), "Fold", "output_size is 0");
  nn::ReflectionPad2d layer(3);
  const Tensor small = rg::zeros({1, 1, 3, 3});
  REFUSED(ShapeError, layer(small), "pad", "padding of 3", "length 3");
}
