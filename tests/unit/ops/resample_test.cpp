// Interpolation, pixel shuffles and grids: values by hand, special places, refused calls.
#include "unit/ops_errors.h"

#include <cmath>
#include <vector>

#include <retrograd/retrograd.h>

using namespace retrograd;
using Mode = InterpolateMode;

namespace {

void check_near(const Tensor& actual, const std::vector<double>& expected, double tolerance) {
  const auto values = actual.to_vector<double>();
  REQUIRE(values.size() == expected.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    CAPTURE(i);
    CHECK(std::fabs(values[i] - expected[i]) <= tolerance);
  }
}

Tensor line(const TensorData& values) {
  return reshape(tensor(values, {.dtype = float64}), {1, 1, -1});
}

}  // namespace

TEST_CASE("interpolate: hand-computed lines") {
  const Tensor x = line({0.0, 4.0, 8.0});
  check_near(interpolate(x, {.size = {6}}), {0, 0, 4, 4, 8, 8}, 0);
  check_near(interpolate(x, {.size = {6}, .mode = Mode::linear}), {0, 1, 3, 5, 7, 8}, 1e-15);
  check_near(interpolate(x, {.size = {5}, .mode = Mode::linear, .align_corners = true}),
             {0, 2, 4, 6, 8}, 1e-15);
  check_near(interpolate(x, {.size = {2}, .mode = Mode::area}), {2, 6}, 1e-15);
  check_near(interpolate(x, {.size = {2}}), {0, 4}, 0);
  check_near(interpolate(x, {.size = {2}, .mode = Mode::nearest_exact}), {0, 8}, 0);
  // floor(3 * 1.5) = 4 places, computed by the factor or by the sizes.
  check_near(interpolate(x, {.scale_factor = 1.5, .mode = Mode::linear}),
             {0, 2, 4 * 7.0 / 6, 4 * 11.0 / 6}, 1e-14);
  check_near(
      interpolate(x, {.scale_factor = 1.5, .mode = Mode::linear, .recompute_scale_factor = true}),
      {0, 2.5, 5.5, 8}, 1e-14);
}

TEST_CASE("interpolate: every mode keeps constants, bilinear a slope inside") {
  const Tensor ramp = expand(reshape(arange(8, {.dtype = float64}), {1, 1, 1, 8}), {2, 3, 8, 8});
  for (const Mode mode :
       {Mode::nearest, Mode::nearest_exact, Mode::bilinear, Mode::bicubic, Mode::area}) {
    const Tensor flat = interpolate(full({2, 3, 8, 8}, 2.5), {.size = {13, 5}, .mode = mode});
    check_near(flat, std::vector<double>(2 * 3 * 13 * 5, 2.5), 1e-5);
  }
  const Tensor y = interpolate(ramp, {.scale_factor = 2, .mode = Mode::bilinear});
  for (std::int64_t i = 1; i < 15; ++i) {
    CHECK(y.at({1, 2, 7, i}) ==
          doctest::Approx((static_cast<double>(i) + 0.5) / 2 - 0.5).epsilon(1e-12));
  }
}

TEST_CASE("interpolate: bytes are rounded once, in the layout and with the strides of any image") {
  manual_seed(2);
  const Tensor planes = randint(0, 256, {2, 3, 37, 41}).to(uint8);
  const Tensor pixels = permute(permute(planes, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  REQUIRE(pixels.is_channels_last());
  for (const Mode mode :
       {Mode::nearest, Mode::nearest_exact, Mode::bilinear, Mode::bicubic, Mode::area}) {
    for (const bool antialias : {false, true}) {
      if (antialias && mode != Mode::bilinear && mode != Mode::bicubic) {
        continue;
      }
      for (const Shape& size : {Shape{11, 60}, Shape{1, 1}, Shape{90, 7}, Shape{37, 41}}) {
        const InterpolateOptions how = {.size = size, .mode = mode, .antialias = antialias};
        const auto check = [&](const Tensor& x) {
          const Tensor y = interpolate(x, how);
          const Tensor exact = clamp(interpolate(x.to(float64), how), 0, 255);
          CHECK(y.dtype() == uint8);
          CHECK(max(abs(y.to(float64) - exact)).item<double>() <= 0.5 + 1e-4);  // of float32
          return y;
        };
        const Tensor of_planes = check(planes);
        CHECK(of_planes.is_contiguous());
        const Tensor of_pixels = check(pixels);
        CHECK(of_pixels.is_channels_last());
        CHECK(of_pixels.to_vector<std::uint8_t>() == of_planes.to_vector<std::uint8_t>());
        check(slice(slice(planes, 2, 3, 30), 3, 5, 40));
        check(slice(slice(pixels, 2, 3, 30), 3, 5, 40));
        check(slice(planes, 3, 0, 41, 2));
        check(transpose(planes, 2, 3));
        check(slice(pixels, 1, 0, 2));
      }
    }
  }
  CHECK(interpolate(zeros({0, 3, 4, 4}, {.dtype = uint8}), {.size = {2}}).shape() ==
        Shape{0, 3, 2, 2});
  const Tensor line_of_bytes = zeros({1, 3, 4}, {.dtype = uint8});
  REFUSED(DTypeError, interpolate(line_of_bytes, {.size = {2}}), "interpolate", "floating input");
}

TEST_CASE("interpolate: results are channels-last; bfloat16 is computed in float32") {
  Generator generator(1);
  const Tensor x = randn({2, 5, 6, 7}, {}, generator).to(bfloat16);
  const Tensor y = interpolate(x, {.scale_factor = 2, .mode = Mode::bilinear});
  CHECK(y.is_channels_last());
  CHECK(y.to_vector<float>() ==
        interpolate(x.to(float32), {.scale_factor = 2, .mode = Mode::bilinear})
            .to(bfloat16)
            .to_vector<float>());
}

TEST_CASE("pixel_shuffle takes blocks of channels, pixel_unshuffle brings them back") {
  const Tensor x = reshape(arange(8, {.dtype = float32}), {1, 4, 1, 2});
  const Tensor y = pixel_shuffle(x, 2);
  CHECK(y.shape() == Shape{1, 1, 2, 4});
  CHECK(y.to_vector<float>() == std::vector<float>{0, 2, 1, 3, 4, 6, 5, 7});
  CHECK(pixel_unshuffle(y, 2).to_vector<float>() == x.to_vector<float>());
}

TEST_CASE("grid_sample: the identity, corners and what lies outside") {
  const Tensor x = reshape(arange(6, {.dtype = float64}), {1, 1, 2, 3});
  for (const bool align_corners : {false, true}) {
    const Tensor theta = tensor({{{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}}}, {.dtype = float64});
    const Tensor grid = affine_grid(theta, {1, 1, 2, 3}, align_corners);
    check_near(grid_sample(x, grid, {.align_corners = align_corners}), {0, 1, 2, 3, 4, 5}, 1e-14);
  }
  // (x, y): the upper left corner of the image, its middle, far outside.
  const Tensor points = tensor({{{{-1.0, -1.0}, {0.0, 0.0}, {9.0, 0.0}}}}, {.dtype = float64});
  check_near(grid_sample(x, points), {0, 2.5, 0}, 1e-14);
  check_near(grid_sample(x, points, {.padding_mode = GridPadding::border}), {0, 2.5, 3.5}, 1e-14);
  check_near(grid_sample(x, points, {.align_corners = true}), {0, 2.5, 0}, 1e-14);
  const Tensor ones_image = ones({1, 1, 2, 3}, {.dtype = float64});
  check_near(grid_sample(ones_image, points), {0.25, 1, 0}, 1e-14);  // a quarter lies inside
  check_near(grid_sample(ones_image, points, {.padding_mode = GridPadding::reflection}), {1, 1, 1},
             1e-14);
}

TEST_CASE("grid_sample: nearest gives the grid a gradient of zeros") {
  const Tensor x = ones({1, 1, 2, 2});
  Tensor grid = zeros({1, 1, 3, 2}, {.requires_grad = true});
  sum(grid_sample(x, grid, {.mode = Mode::nearest})).backward();
  REQUIRE(grid.grad().defined());
  CHECK(grid.grad().to_vector<float>() == std::vector<float>(6, 0));
}

TEST_CASE("interpolate refuses what has no meaning") {
  const Tensor x = zeros({1, 2, 3, 4});
  REFUSED(ValueError, interpolate(x, {}), "interpolate", "either size or scale_factor");
  REFUSED(ValueError, interpolate(x, {.size = {2}, .scale_factor = 2}), "interpolate", "either");
  REFUSED(ValueError, interpolate(x, {.size = {2, 2, 2}}), "interpolate", "3 numbers", "2 spatial");
  REFUSED(ValueError, interpolate(x, {.size = {0}}), "interpolate", "cannot become 0");
  REFUSED(ValueError, interpolate(x, {.scale_factor = 0.1}), "interpolate", "length 3");
  REFUSED(ValueError, interpolate(x, {.scale_factor = -1.0}), "interpolate", "at least 1");
  REFUSED(ValueError, interpolate(x, {.scale_factor = NAN}), "interpolate", "nan");
  REFUSED(ValueError, interpolate(x, {.scale_factor = 1e300}), "interpolate", "below 2^31");
  for (const retrograd::DType dtype : {uint8, float32}) {
    const Tensor high = expand(zeros({1, 1, 1, 1}, {.dtype = dtype}), {1, 1, 2147483648, 1});
    REFUSED(ValueError, interpolate(high, {.size = {1}}), "interpolate", "length 2147483648",
            "below 2^31");
  }
  REFUSED(ShapeError, interpolate(x, {.size = {2147483647}}), "interpolate", "2147483647");
  REFUSED(ValueError, interpolate(zeros({1, 2, 0, 4}), {.size = {2}}), "interpolate", "length 0");
  REFUSED(ValueError, interpolate(x, {.size = {2}, .align_corners = true}), "interpolate",
          "align_corners");
  REFUSED(ValueError, interpolate(x, {.size = {2}, .mode = Mode::area, .antialias = true}),
          "interpolate", "antialias", "bilinear and bicubic");
  REFUSED(ShapeError, interpolate(x, {.size = {2}, .mode = Mode::linear}), "interpolate",
          "1 spatial dimensions, not 2");
  REFUSED(ShapeError, interpolate(zeros({2, 3}), {.size = {2}}), "interpolate", "3 to 5");
  REFUSED(DTypeError, interpolate(zeros({1, 2, 3}, {.dtype = int64}), {.size = {2}}), "interpolate",
          "int64");
}

TEST_CASE("pixel shuffles and grids refuse shapes that do not fit") {
  const Tensor x = zeros({1, 3, 4, 5});
  REFUSED(ShapeError, pixel_shuffle(x, 2), "pixel_shuffle", "3 channels", "2 x 2");
  REFUSED(ValueError, pixel_shuffle(x, 0), "pixel_shuffle", "factor is 0");
  REFUSED(ShapeError, pixel_shuffle(zeros({4, 4}), 2), "pixel_shuffle", "(..., C, H, W)");
  REFUSED(ShapeError, pixel_unshuffle(x, 2), "pixel_unshuffle", "blocks of 2 x 2");
  REFUSED(ValueError, pixel_unshuffle(x, -1), "pixel_unshuffle", "factor is -1");
  REFUSED(GraphError, pixel_unshuffle(Tensor(), 2), "pixel_unshuffle", "undefined");
  const Tensor grid = zeros({1, 2, 2, 2});
  REFUSED(ShapeError, grid_sample(x, zeros({1, 2, 2, 3})), "grid_sample", "[1, 2, 2, 3]");
  REFUSED(ShapeError, grid_sample(x, zeros({2, 2, 2, 2})), "grid_sample", "(N, Ho, Wo, 2)");
  REFUSED(ShapeError, grid_sample(zeros({1, 3, 0, 5}), grid), "grid_sample", "positions");
  REFUSED(ValueError, grid_sample(x, grid, {.mode = Mode::bicubic}), "grid_sample", "bilinear");
  REFUSED(DTypeError, grid_sample(x, zeros({1, 2, 2, 2}, {.dtype = float64})), "grid_sample",
          "one dtype");
  REFUSED(ShapeError, affine_grid(zeros({1, 2, 2}), {1, 1, 2, 2}), "affine_grid", "(N, 2, 3)");
  REFUSED(ShapeError, affine_grid(zeros({1, 2, 3}), {2, 1, 2, 2}), "affine_grid", "[2, 1, 2, 2]");
  REFUSED(DTypeError, affine_grid(zeros({1, 2, 3}, {.dtype = int64}), {1, 1, 2, 2}), "affine_grid",
          "int64");
}

TEST_CASE("nearest places are computed in float32, as PyTorch does") {
  // 41 * (2 / 82) falls just short of 1.
  for (const DType dtype : {float32, float64, bfloat16}) {
    const Tensor x = tensor({0, 1}).to(dtype);
    const Tensor y = interpolate(reshape(x, {1, 1, 1, 2}), {.size = {1, 82}});
    CHECK(y.at({0, 0, 0, 41}) == 0);
    CHECK(y.at({0, 0, 0, 42}) == 1);
  }
}
