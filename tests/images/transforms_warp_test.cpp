// Rotated, sheared and tilted images: values by hand, annotations, the odds of random ones.
#include "unit/ops_errors.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

#include "images/transform_checks.h"

namespace rg = retrograd;
using namespace retrograd::transforms;
using rg::Tensor;
using test::annotated;
using test::check_follows;
using test::frequency_margin;
using test::same_values;

namespace {

constexpr auto kBilinear = rg::InterpolateMode::bilinear;

Tensor bytes(const rg::Shape& shape) {
  return rg::randint(0, 256, shape).to(rg::uint8);
}

}  // namespace

TEST_CASE("rotate and affine: whole turns and distances are exact") {
  rg::manual_seed(20);
  for (const rg::DType dtype : {rg::uint8, rg::float32, rg::bfloat16}) {
    const Tensor square = bytes({3, 7, 7}).to(dtype);
    const Tensor wide = bytes({2, 1, 6, 9}).to(dtype);
    for (const auto mode : {rg::InterpolateMode::nearest, kBilinear}) {
      const auto near = [&](const Tensor& a, const Tensor& b) {
        return a.shape() == b.shape() &&
               rg::max(rg::abs(a.to(rg::float64) - b.to(rg::float64))).item<double>() < 0.01;
      };
      const Tensor left = rg::flip(rg::transpose(square, 1, 2), {1});
      CHECK(near(rotate(square, 90, {.interpolation = mode}), left));
      CHECK(near(rotate(wide, 180, {.interpolation = mode}), rg::flip(wide, {2, 3})));
      // As torchvision, expand adds a row if one side is odd and the other one is not.
      const Tensor even = crop(wide, {0, 0, 6, 8});
      const Tensor turned = rg::flip(rg::transpose(even, 2, 3), {2});
      CHECK(near(rotate(even, 90, {.interpolation = mode, .expand = true}), turned));
      CHECK(rotate(wide, 90, {.expand = true}).shape() == rg::Shape{2, 1, 10, 7});
      const Tensor moved = affine(wide, {.translate = {2, -1}, .interpolation = mode, .fill = {9}});
      const Tensor padded = pad(wide, {2, 0, 0, 1}, {.fill = 9});
      CHECK(near(moved, crop(padded, {1, 0, 6, 9})));
      const Corners same = {{{0, 0}, {8, 0}, {8, 5}, {0, 5}}};
      CHECK(near(perspective(wide, same, same, {.interpolation = mode}), wide));
    }
  }
}

TEST_CASE("warps: bytes follow floating images, in any layout") {
  rg::manual_seed(21);
  const Tensor whole = bytes({2, 3, 31, 24});
  const Tensor pixels = rg::permute(rg::permute(whole, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  const Corners start = {{{0, 0}, {23, 0}, {23, 30}, {0, 30}}};
  const Corners end = {{{4, 3}, {20, 1}, {22, 26}, {1, 29}}};
  for (const std::vector<double>& fill : {std::vector<double>{}, {50}, {10, 20, 30}}) {
    const std::vector<std::function<Tensor(const Tensor&)>> functions = {
        [&](const Tensor& x) {
          return affine(x, {.angle = 21,
                            .translate = {2, 3},
                            .scale = 0.8,
                            .shear = {10, -5},
                            .interpolation = kBilinear,
                            .fill = fill});
        },
        [&](const Tensor& x) {
          return rotate(x, 33, {.interpolation = kBilinear, .expand = true, .fill = fill});
        },
        [&](const Tensor& x) { return perspective(x, start, end, {.fill = fill}); }};
    for (const auto& f : functions) {
      const Tensor result = f(whole);
      const Tensor exact = f(whole.to(rg::float64));
      CHECK(rg::max(rg::abs(result.to(rg::float64) - exact)).item<double>() <= 0.501);
      CHECK(same_values(f(pixels), result));
      CHECK(same_values(f(rg::select(pixels, 0, 1)), rg::select(result, 0, 1)));
      const CropBox box{3, 2, 20, 17};
      CHECK(same_values(f(crop(pixels, box)), f(crop(whole, box).contiguous())));
    }
  }
  CHECK(rg::gradcheck(
      [&](const std::vector<Tensor>& in) {
        return rotate(in[0], 20, {.interpolation = kBilinear, .fill = {0.5}});
      },
      {rg::rand({1, 4, 5}, {.dtype = rg::float64, .requires_grad = true})}));
}

TEST_CASE("warps: masks and boxes move with their image") {
  rg::manual_seed(22);
  const AnnotatedImage input = annotated(60, 80, {30, 22, 52, 40});
  for (const auto mode : {rg::InterpolateMode::nearest, kBilinear}) {
    // Boxes are around moved corners: a pixel or two of slack at corners of one pixel.
    for (int i = 0; i < 20; ++i) {
      check_follows(RandomRotation(30, {.interpolation = mode}), input, 1.8);
      check_follows(RandomRotation(180, {.interpolation = mode, .expand = true}), input, 1.8);
      check_follows(RandomAffine(25, {.translate = Point{0.1, 0.1},
                                      .scale = Range{0.8, 1.3},
                                      .shear = 10,
                                      .shear_y = 10,
                                      .interpolation = mode}),
                    input, 2.5);
      check_follows(RandomPerspective({.distortion_scale = 0.4, .p = 1, .interpolation = mode}),
                    input, 2.5);
    }
  }
  // Labels of any dtype.
  for (const rg::DType dtype : {rg::boolean, rg::uint8, rg::bfloat16, rg::float32, rg::float64}) {
    AnnotatedImage other = input;
    other.mask = input.mask.to(dtype);
    rg::manual_seed(23);
    const AnnotatedImage a = RandomRotation(30)(other);
    rg::manual_seed(23);
    const AnnotatedImage b = RandomRotation(30)(input);
    CHECK(a.mask.dtype() == dtype);
    CHECK(same_values(a.mask.to(rg::int64), b.mask));
  }
}

TEST_CASE("RandomAffine and RandomPerspective: parameters are uniform") {
  rg::manual_seed(24);
  constexpr int kDraws = 20000;
  constexpr int kBins = 8;
  const RandomAffine map({-30, 50}, {.translate = Point{0.1, 0.2},
                                     .scale = Range{0.5, 2},
                                     .shear = Degrees{-10, 20},
                                     .shear_y = 5});
  const RandomPerspective tilt;
  std::vector<std::vector<int>> bins(6, std::vector<int>(kBins));
  std::vector<std::vector<int>> moves(8, std::vector<int>(4));
  const auto count = [](std::vector<int>& of, double part) {
    REQUIRE(part >= 0);
    REQUIRE(part <= 1);
    ++of[static_cast<std::size_t>(std::min(part * kBins, kBins - 1.0))];
  };
  for (int i = 0; i < kDraws; ++i) {
    const AffineOptions p = map.get_params(100000, 200000);
    count(bins[0], (p.angle + 30) / 80);
    count(bins[1], (p.translate.x + 20000) / 40000);
    count(bins[2], (p.translate.y + 20000) / 40000);
    count(bins[3], (p.scale - 0.5) / 1.5);
    count(bins[4], (p.shear.x + 10) / 30);
    count(bins[5], (p.shear.y + 5) / 10);
    const Corners corners = tilt.get_params(12, 13);  // each moves by 0 to 3 pixels
    for (std::size_t k = 0; k < 4; ++k) {
      const bool right = k == 1 || k == 2;
      ++moves[2 * k].at(static_cast<std::size_t>(right ? 12 - corners[k].x : corners[k].x));
      ++moves[2 * k + 1].at(static_cast<std::size_t>(k > 1 ? 11 - corners[k].y : corners[k].y));
    }
  }
  const double margin = frequency_margin(kDraws, 6 * kBins + 8 * 4);
  for (const auto& of : bins) {
    for (const int found : of) {
      CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= margin);
    }
  }
  for (const auto& of : moves) {
    for (const int found : of) {
      CHECK(std::abs(found / double{kDraws} - 1.0 / 4) <= margin);
    }
  }
}

TEST_CASE("RandomRotation: the angle is uniform") {
  rg::manual_seed(26);
  const RandomRotation turn({-60, 100});
  const AnnotatedImage input{.image = rg::zeros({1, 20, 20}, {.dtype = rg::uint8}),
                             .boxes = rg::tensor({15.0, 10.0, 15.0, 10.0}).to(rg::float64)};
  constexpr int kDraws = 20000;
  constexpr int kBins = 8;
  std::vector<int> bins(kBins);
  for (int i = 0; i < kDraws; ++i) {
    const Tensor at = turn(input).boxes;  // 5 pixels from the middle, and up for positive angles
    const double angle = std::atan2(10 - at.at({1}), at.at({0}) - 10) * 180 / std::numbers::pi;
    const double part = (angle + 60) / 160;
    REQUIRE(part >= -1e-9);
    REQUIRE(part <= 1 + 1e-9);
    ++bins[static_cast<std::size_t>(std::min(std::max(part, 0.0) * kBins, kBins - 1.0))];
  }
  for (const int found : bins) {
    CHECK(std::abs(found / double{kDraws} - 1.0 / kBins) <= frequency_margin(kDraws, kBins));
  }
}

TEST_CASE("RandomPerspective: corners that are on a line are drawn again") {
  rg::manual_seed(25);
  const RandomPerspective tilt({.distortion_scale = 1, .p = 1});
  for (const std::int64_t side : {2, 3, 8, 9}) {
    CAPTURE(side);
    const AnnotatedImage input = annotated(side, side + 1, {0, 0, 1, 1});
    for (int i = 0; i < 500; ++i) {
      const AnnotatedImage result = tilt(input);
      CHECK(result.image.shape() == input.image.shape());
    }
  }
  for (const rg::Shape& shape : {rg::Shape{3, 1, 9}, {3, 9, 1}, {1, 1, 1}}) {
    const Tensor line = bytes(shape);
    CHECK(same_values(tilt(line), line));
    const auto before = rg::default_generator().state().position;
    tilt.get_params(shape[1], shape[2]);
    CHECK(rg::default_generator().state().position == before);
  }
}

TEST_CASE("perspective: corners of any size, and an origin at infinity") {
  const Tensor x = rg::tensor({{{1.0, 2.0}, {3.0, 4.0}}});
  const auto near = [](const Tensor& a, const Tensor& b) {
    return rg::max(rg::abs(a - b)).item<double>() < 1e-6;
  };
  for (const double unit : {1e-9, 1.0, 1e9}) {
    const Corners square = {{{0, 0}, {unit, 0}, {unit, unit}, {0, unit}}};
    CHECK(near(perspective(x, square, square), x));
    const Corners line = {{{0, 0}, {unit / 3, unit / 3}, {unit, unit}, {0, unit}}};
    REFUSED(ValueError, perspective(x, line, square), "perspective", "on a line");
    REFUSED(ValueError, perspective(x, square, line), "perspective", "on a line");
  }
  // (x, y) to (1 / x, y / x), whose inverse is the map itself.
  const Corners from = {{{1, 1}, {2, 1}, {2, 2}, {1, 2}}};
  const Corners to = {{{1, 1}, {0.5, 0.5}, {0.5, 1}, {1, 2}}};
  const Tensor nine = rg::reshape(rg::arange(9.0), {1, 3, 3});
  const Tensor seen = perspective(nine, from, to, {.interpolation = rg::InterpolateMode::nearest});
  CHECK(seen.at({0, 0, 2}) == 0);  // (2.5, 0.5) to (0.4, 0.2)
  CHECK(seen.at({0, 2, 1}) == 3);  // (1.5, 2.5) to (0.7, 1.7)
}

TEST_CASE("warps refuse what has no meaning") {
  const Tensor x = rg::rand({3, 8, 9});
  REFUSED(ValueError, affine(x, {.scale = 0}), "affine", "scale");
  REFUSED(ValueError, rotate(x, 3, {.interpolation = rg::InterpolateMode::area}), "rotate",
          "nearest nor bilinear");
  REFUSED(ShapeError, rotate(x, 3, {.fill = {1, 2}}), "rotate", "2 values");
  const Corners line = {{{0, 0}, {1, 1}, {2, 2}, {3, 3}}};
  REFUSED(ValueError, perspective(x, line, line), "perspective", "on a line");
  REFUSED(ValueError, RandomAffine({3, 2}), "RandomAffine", "degrees");
  REFUSED(ValueError, RandomAffine(3, {.translate = Point{2, 0}}), "RandomAffine", "translate");
  REFUSED(ValueError, RandomPerspective({.distortion_scale = 2}), "RandomPerspective",
          "distortion");
  constexpr auto kArea = rg::InterpolateMode::area;
  REFUSED(ValueError, RandomRotation(3, {.interpolation = kArea}), "RandomRotation", "nearest");
  REFUSED(ValueError, RandomAffine(3, {.interpolation = kArea}), "RandomAffine", "nearest");
  REFUSED(ValueError, RandomPerspective({.interpolation = kArea}), "RandomPerspective", "nearest");
  REFUSED(ValueError, RandAugment({.augment = {kArea}}), "RandAugment", "nearest");
  REFUSED(ValueError, TrivialAugmentWide({.augment = {kArea}}), "TrivialAugmentWide", "nearest");
  REFUSED(ValueError, rotate(rg::zeros({3, 0, 9}), 3), "rotate", "no pixels");
}
