// Sampling at points that are not ordinary: far outside, infinite, NaN, beside infinite values.
#include <cmath>
#include <limits>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

using rg::GridPadding;
using rg::Tensor;
using Mode = rg::InterpolateMode;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// 0 1 2 / 3 4 5 / 6 7 8
Tensor image(rg::DType dtype) {
  return rg::reshape(rg::arange(9.0), {1, 1, 3, 3}).to(dtype);
}

Tensor point(double x, double y, rg::DType dtype) {
  return rg::tensor({{{{x, y}}}}, {.dtype = rg::float64}).to(dtype);
}

template <class F>
void for_each_setting(F&& f) {
  for (const Mode mode : {Mode::bilinear, Mode::nearest}) {
    for (const GridPadding padding :
         {GridPadding::zeros, GridPadding::border, GridPadding::reflection}) {
      for (const bool align_corners : {false, true}) {
        for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
          f(
              rg::GridSampleOptions{
                  .mode = mode, .padding_mode = padding, .align_corners = align_corners},
              dtype);
        }
      }
    }
  }
}

bool all_finite(const Tensor& x) {
  for (const double value : x.to_vector<double>()) {
    if (!std::isfinite(value)) {
      return false;
    }
  }
  return true;
}

}  // namespace

TEST_CASE("grid_sample: infinitely far outside lies the border, or 0") {
  for_each_setting([](const rg::GridSampleOptions& options, rg::DType dtype) {
    const bool zeros = options.padding_mode == GridPadding::zeros;
    const auto at = [&](double x, double y) {
      return rg::grid_sample(image(dtype), point(x, y, dtype), options).item<double>();
    };
    CHECK(at(kInfinity, 0) == (zeros ? 0 : 5));
    CHECK(at(-kInfinity, 0) == (zeros ? 0 : 3));
    CHECK(at(0, kInfinity) == (zeros ? 0 : 7));
    CHECK(at(-kInfinity, -kInfinity) == 0);
    CHECK(at(kInfinity, kInfinity) == (zeros ? 0 : 8));
    CHECK(at(kNaN, 0) == (zeros ? 0 : 3));
    CHECK(at(0, kNaN) == (zeros ? 0 : 1));
    if (options.padding_mode == GridPadding::border) {
      CHECK(at(1e30, 0) == 5);
      CHECK(at(-1e30, 1e30) == 6);
    }
  });
}

TEST_CASE("grid_sample: any coordinate gives a value of the image or 0, and finite gradients") {
  const double extreme[] = {1e30,       -1e30, 1e9,   -1e9, 123456.7, 3e38, -3e38, kInfinity,
                            -kInfinity, kNaN,  1e-40, -1,   1,        1.5,  -3,    0x1p31};
  for_each_setting([&](const rg::GridSampleOptions& options, rg::DType dtype) {
    for (const double x : extreme) {
      CAPTURE(x);
      Tensor picture = image(dtype).set_requires_grad(true);
      Tensor grid = point(x, 0.25, dtype).set_requires_grad(true);
      const Tensor y = rg::grid_sample(picture, grid, options);
      CHECK(y.item<double>() >= 0);
      CHECK(y.item<double>() <= 8);
      const std::vector<Tensor> first =
          rg::grad({rg::sum(y * y)}, {picture, grid}, {.create_graph = true});
      CHECK(all_finite(first[0]));
      CHECK(all_finite(first[1]));
      for (const Tensor& second : rg::grad({rg::sum(first[0]) + rg::sum(first[1])}, {picture, grid},
                                           {.allow_unused = true})) {
        if (second.defined()) {
          CHECK(all_finite(second));
        }
      }
    }
  });
}

TEST_CASE("grid_sample: places outside do not see what the first place holds") {
  Tensor picture = image(rg::float64);
  rg::select(rg::reshape(picture, {9}), 0, 0).fill_(kInfinity);
  for (const Mode mode : {Mode::bilinear, Mode::nearest}) {
    const Tensor grid = rg::tensor({{{{5.0, 5.0}, {1.2, 1.2}}}}, {.dtype = rg::float64});
    CHECK(all_finite(rg::grid_sample(picture, grid, {.mode = mode})));
    CHECK(all_finite(
        rg::grid_sample(picture, grid, {.mode = mode, .padding_mode = GridPadding::border})));
  }
}
