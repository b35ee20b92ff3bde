// Checks of transforms of images.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/images/transforms.h>
#include <retrograd/retrograd.h>

namespace test {

namespace rg = retrograd;

inline bool same_values(const rg::Tensor& a, const rg::Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         a.to_vector<double>() == b.to_vector<double>();
}

// How far a frequency may be from its probability. By Hoeffding, "Probability inequalities for sums
// of bounded random variables", 1963, one of `checks` frequencies of n draws is farther away with a
// probability of at most 1e-9 in all: checks * 2 exp(-2 n t^2) = 1e-9.
inline double frequency_margin(int n, int checks) {
  return std::sqrt(std::log(2.0 * checks / 1e-9) / (2.0 * n));
}

// A bright box in a dark image, its mask, and the box: left, top, right, bottom.
inline rg::transforms::AnnotatedImage annotated(std::int64_t height, std::int64_t width,
                                                const std::vector<std::int64_t>& box) {
  const rg::Tensor mask = rg::zeros({height, width}, {.dtype = rg::int64});
  rg::Tensor inside =
      rg::narrow(rg::narrow(mask, 0, box[1], box[3] - box[1]), 1, box[0], box[2] - box[0]);
  inside.fill_(1);
  const rg::Tensor image = rg::expand(250 * mask, {3, height, width}).to(rg::uint8).contiguous();
  std::vector<double> sides(box.begin(), box.end());
  return {.image = image, .mask = mask, .boxes = rg::reshape(rg::tensor(sides), {1, 4})};
}

// The box around the pixels that are set: left, top, right, bottom; empty without any.
inline std::vector<double> box_around(const rg::Tensor& mask) {
  const rg::Tensor set = rg::reshape(mask, {mask.size(-2), mask.size(-1)}) != 0;
  std::vector<double> box;
  for (std::int64_t y = 0; y < set.size(0); ++y) {
    for (std::int64_t x = 0; x < set.size(1); ++x) {
      if (set.at({y, x}) != 0) {
        const auto at_x = static_cast<double>(x);
        const auto at_y = static_cast<double>(y);
        if (box.empty()) {
          box = {at_x, at_y, at_x + 1, at_y + 1};
        }
        box = {std::min(box[0], at_x), std::min(box[1], at_y), std::max(box[2], at_x + 1),
               std::max(box[3], at_y + 1)};
      }
    }
  }
  return box;
}

// The mask of a box is still that of the bright pixels, and the box still around it: to one pixel,
// by which sides between pixels are rounded.
inline void check_follows(const rg::transforms::Transform& transform,
                          const rg::transforms::AnnotatedImage& input, double slack = 1) {
  INFO(transform.name());
  const rg::transforms::AnnotatedImage result = transform(input);
  REQUIRE(result.image.size(-2) == result.mask.size(-2));
  REQUIRE(result.image.size(-1) == result.mask.size(-1));
  const rg::Tensor bright = rg::select(result.image, 0, 0) > 125;
  const std::vector<double> by_mask = box_around(result.mask);
  const std::vector<double> by_pixels = box_around(bright.to(rg::int64));
  const auto box = result.boxes.to_vector<double>();
  REQUIRE(box.size() == 4);
  // Either may vanish alone where less than a pixel is left.
  const auto is_thin = [&](const std::vector<double>& sides) {
    return sides.empty() || sides[2] - sides[0] <= 1 || sides[3] - sides[1] <= 1;
  };
  if (by_mask.empty() || by_pixels.empty()) {
    CHECK(is_thin(by_mask));
    CHECK(is_thin(by_pixels));
    CHECK((box[2] - box[0] <= slack || box[3] - box[1] <= slack));
    return;
  }
  for (std::size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    CHECK(std::abs(by_mask[i] - box[i]) <= slack);
    CHECK(std::abs(by_mask[i] - by_pixels[i]) <= 1);
  }
}

}  // namespace test
