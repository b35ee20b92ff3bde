// Refused calls of transposed and locally connected convolutions, pools and unpools.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "unit/ops_errors.h"

using namespace retrograd;

namespace {

constexpr std::int64_t kHuge = std::int64_t{1} << 40;
const Tensor kUndefined;

Tensor places(const Shape& shape, std::int64_t value = 0) {
  return full(shape, value, {.dtype = int64});
}

}  // namespace

TEST_CASE("conv3d refuses what does not fit") {
  const Tensor x = zeros({1, 2, 3, 4, 5});
  const Tensor weight = zeros({3, 2, 1, 2, 2});
  REFUSED(ShapeError, conv3d(x, zeros({3, 4, 1, 2, 2})), "conv3d",
          "input has 2 channels but weight expects 4", "float32 [3, 4, 1, 2, 2]");
  REFUSED(ShapeError, conv3d(zeros({2, 3, 4}), weight), "conv3d", "5 dimensions", "[2, 3, 4]");
  REFUSED(ShapeError, conv3d(x, zeros({3, 2, 4, 1, 1})), "conv3d", "spans 4", "only 3",
          "dimension 0");
  REFUSED(ShapeError, conv3d(x, weight, zeros({2})), "conv3d", "each of the 3 filters");
  REFUSED(ValueError, conv3d(x, weight, {}, {.stride = {1, 1, 0}}), "conv3d", "stride 0",
          "dimension 2");
  REFUSED(ValueError, conv3d(x, weight, {}, {.stride = {1, 2, 1}, .padding = same}), "conv3d",
          "'same' needs stride 1");
}

TEST_CASE("separable_conv2d_relu refuses what does not fit") {
  const char* const op = "separable_conv2d_relu";
  const Tensor x = zeros({1, 4, 5, 5});
  const Tensor depthwise = zeros({4, 1, 3, 3});
  const Tensor pointwise = zeros({6, 4, 1, 1});
  REFUSED(ValueError, separable_conv2d_relu(x, depthwise, pointwise, {}, {}, {.groups = 4}), op,
          "must stay 1, not 4");
  REFUSED(ShapeError, separable_conv2d_relu(x, zeros({4, 2, 3, 3}), pointwise), op,
          "input has 4 channels but weight expects 8");
  REFUSED(ShapeError, separable_conv2d_relu(zeros({4, 5}), depthwise, pointwise), op,
          "4 dimensions", "[4, 5]");
  REFUSED(ShapeError, separable_conv2d_relu(x, zeros({4, 1, 9, 3}), pointwise), op, "spans 9");
  REFUSED(ShapeError, separable_conv2d_relu(x, depthwise, pointwise, zeros({6})), op,
          "each of the 4 filters", "[6]");
  REFUSED(ShapeError, separable_conv2d_relu(x, depthwise, zeros({6, 3, 1, 1})), op,
          "must be (O, 4, 1, 1)", "[6, 3, 1, 1]");
  REFUSED(ShapeError, separable_conv2d_relu(x, depthwise, zeros({6, 4, 3, 3})), op,
          "must be (O, 4, 1, 1)");
  REFUSED(ShapeError, separable_conv2d_relu(x, depthwise, zeros({6, 4})), op,
          "must be (O, 4, 1, 1)");
  REFUSED(ShapeError, separable_conv2d_relu(x, depthwise, pointwise, {}, zeros({4})), op,
          "each of the 6 filters");
  REFUSED(ValueError, separable_conv2d_relu(x, depthwise, pointwise, {}, {}, {.stride = 0}), op,
          "stride 0");
  REFUSED(GraphError, separable_conv2d_relu(x, depthwise, kUndefined), op, "pointwise");
  REFUSED(DTypeError, separable_conv2d_relu(x, depthwise, zeros({6, 4, 1, 1}, {.dtype = float64})),
          op, "float64");
}

TEST_CASE("transposed convolutions refuse what does not fit") {
  const Tensor x = zeros({1, 4, 3, 5});
  const Tensor weight = zeros({4, 2, 3, 3});
  REFUSED(ShapeError, conv_transpose2d(x, zeros({2, 4, 3, 3})), "conv_transpose2d",
          "input has 4 channels but weight expects 2 (weight.size(0))", "float32 [2, 4, 3, 3]");
  REFUSED(ShapeError, conv_transpose2d(x, weight, {}, {.groups = 3}), "conv_transpose2d",
          "4 channels do not split into 3 groups");
  REFUSED(ShapeError, conv_transpose2d(x, weight, zeros({4}), {.groups = 4}), "conv_transpose2d",
          "each of the 8 output channels (weight.size(1) x groups = 2 x 4)", "bias", "[4]");
  REFUSED(ShapeError, conv_transpose2d(zeros({3, 5}), weight), "conv_transpose2d", "4 dimensions");
  REFUSED(ShapeError, conv_transpose2d(x, weight, {}, {.padding = {3, 0}}), "conv_transpose2d",
          "the result has size -1", "padding 3");
  REFUSED(ShapeError, conv_transpose2d(zeros({1, 4, 0, 5}), weight), "conv_transpose2d",
          "must have positions in spatial dimension 0");
  REFUSED(ValueError, conv_transpose2d(x, weight, {}, {.stride = 2, .output_padding = {0, 2}}),
          "conv_transpose2d", "output_padding 2", "dimension 1", "stride 2");
  REFUSED(ValueError, conv_transpose1d(zeros({4, 3}), zeros({4, 1, 2}), {}, {.output_padding = -1}),
          "conv_transpose1d", "output_padding -1");
  REFUSED(ValueError, conv_transpose2d(x, weight, {}, {.stride = 0}), "conv_transpose2d",
          "stride 0");
  REFUSED(ValueError, conv_transpose2d(x, weight, {}, {.padding = kHuge}), "conv_transpose2d",
          "below 2^31");
  REFUSED(ValueError, conv_transpose2d(x, weight, {}, {.groups = 0}), "conv_transpose2d",
          "groups 0");
  REFUSED(DTypeError, conv_transpose3d(places({1, 1, 1, 1, 1}), zeros({1, 1, 1, 1, 1})),
          "conv_transpose3d", "floating");
  REFUSED(DTypeError, conv_transpose2d(x, weight.to(float64)), "conv_transpose2d",
          "float64 [4, 2, 3, 3]");
  REFUSED(GraphError, conv_transpose2d(x, kUndefined), "conv_transpose2d", "weight is undefined");
}

TEST_CASE("locally connected convolutions refuse what does not fit") {
  const Tensor x = zeros({2, 3, 5});
  const Tensor weight = zeros({4, 6, 3, 2});
  REFUSED(ShapeError, locally_connected1d(x, zeros({4, 6, 2, 2})), "locally_connected1d",
          "input has 3 channels but weight expects 2 (weight.size(2))");
  REFUSED(ShapeError, locally_connected1d(x, weight, {}, {.stride = 2}), "locally_connected1d",
          "the output has 2 positions in spatial dimension 0 but weight has filters for 4");
  REFUSED(ShapeError, locally_connected1d(x, weight, zeros({6})), "locally_connected1d",
          "bias must have the shape [6, 4]");
  REFUSED(ShapeError, locally_connected1d(x, zeros({1, 6, 3, 6})), "locally_connected1d", "spans 6",
          "only 5");
  REFUSED(ShapeError, locally_connected2d(zeros({1, 1, 3, 3}), zeros({3, 3, 1, 1})),
          "locally_connected2d", "a weight of 6");
  REFUSED(ValueError, locally_connected1d(x, weight, {}, {.padding = -1}), "locally_connected1d",
          "padding -1");
  REFUSED(DTypeError, locally_connected1d(x.to(int64), weight), "locally_connected1d", "floating");
}

TEST_CASE("pools over one and three dimensions refuse windows that do not fit") {
  REFUSED(ShapeError, max_pool1d(zeros({4}), 2), "max_pool1d", "(N, C, L) or (C, L)", "[4]");
  REFUSED(ShapeError, max_pool3d(zeros({2, 4, 4}), 2), "max_pool3d",
          "(N, C, D, H, W) or (C, D, H, W)");
  REFUSED(ShapeError, avg_pool3d(zeros({1, 1, 2, 4, 4}), {3, 1, 1}), "avg_pool3d", "spans 3",
          "only 2", "dimension 0");
  REFUSED(ValueError, max_pool3d(zeros({1, 1, 4, 4, 4}), 2, {.padding = {0, 0, 2}}), "max_pool3d",
          "padding 2", "dimension 2", "half the kernel");
  REFUSED(ValueError, max_pool1d_with_indices(zeros({1, 4}), 0), "max_pool1d_with_indices",
          "kernel 0");
  REFUSED(ValueError, avg_pool1d(zeros({1, 4}), 2, {.divisor_override = 0}), "avg_pool1d",
          "divisor_override is 0");
  REFUSED(DTypeError, avg_pool1d(places({1, 4}), 2), "avg_pool1d", "floating");
  REFUSED(GraphError, max_pool1d(kUndefined, 2), "max_pool1d", "input is undefined");
}

TEST_CASE("adaptive pools and pools of p-norms refuse sizes out of range") {
  REFUSED(ValueError, adaptive_avg_pool2d(zeros({1, 4, 4}), {2, -1}), "adaptive_avg_pool2d",
          "output size -1", "dimension 1");
  REFUSED(ValueError, adaptive_max_pool1d(zeros({1, 4}), kHuge), "adaptive_max_pool1d",
          "below 2^31");
  REFUSED(ShapeError, adaptive_max_pool1d(zeros({1, 0}), 1), "adaptive_max_pool1d",
          "no positions in spatial dimension 0");
  REFUSED(ShapeError, adaptive_avg_pool3d(zeros({4, 4}), 1), "adaptive_avg_pool3d", "[4, 4]");
  REFUSED(ValueError, lp_pool1d(zeros({1, 4}), 0, 2), "lp_pool1d", "norm_type is 0");
  REFUSED(ValueError, lp_pool1d(zeros({1, 4}), NAN, 2), "lp_pool1d", "norm_type is nan");
  REFUSED(ValueError, lp_pool2d(zeros({1, 4, 4}), 2, {2, 0}), "lp_pool2d", "kernel 0");
  REFUSED(ShapeError, lp_pool2d(zeros({1, 4, 4}), 2, 5), "lp_pool2d", "spans 5", "only 4");
}

TEST_CASE("unpooling refuses indices and sizes that do not fit") {
  const Tensor x = zeros({1, 2, 3});
  REFUSED(ShapeError, max_unpool1d(x, places({1, 2, 2}), 2), "max_unpool1d", "int64 [1, 2, 2]");
  REFUSED(DTypeError, max_unpool1d(x, zeros({1, 2, 3}), 2), "max_unpool1d", "int64");
  REFUSED(IndexError, max_unpool1d(x, places({1, 2, 3}, 6), 2), "max_unpool1d", "index 6",
          "6 positions");
  REFUSED(IndexError, max_unpool1d(x, places({1, 2, 3}, -1), 2), "max_unpool1d", "index -1");
  REFUSED(ShapeError, max_unpool1d(x, places({1, 2, 3}), 2, {.output_size = 8}), "max_unpool1d",
          "output size 8", "from 5 to 7");
  REFUSED(ValueError, max_unpool1d(x, places({1, 2, 3}), 2, {.stride = 0}), "max_unpool1d",
          "stride 0");
  REFUSED(ValueError, max_unpool1d(x, places({1, 2, 3}), kHuge), "max_unpool1d", "below 2^31");
  const std::int64_t wide = (std::int64_t{1} << 31) - 1;
  REFUSED(ShapeError,
          max_unpool3d(zeros({1, 1, 2, 2, 2}), places({1, 1, 2, 2, 2}), wide, {.stride = wide}),
          "max_unpool3d", "more elements than memory can address");
}
