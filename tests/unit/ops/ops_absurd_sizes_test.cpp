// Sizes that no memory holds, and windows far larger than what they are over.
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

using rg::Tensor;

constexpr std::int64_t kMost = (std::int64_t{1} << 31) - 1;

// f() is refused before much memory is taken.
void check_refused(const std::function<Tensor()>& f) {
  const std::size_t before = rg::memory::stats().in_use;
  rg::memory::reset_peak();
  bool refused = false;
  try {
    f();
  } catch (const rg::ShapeError&) {
    refused = true;
  } catch (const rg::OutOfMemory&) {
    refused = true;
  }
  CHECK(refused);
  CHECK(rg::memory::stats().peak - before < 1 << 20);
}

}  // namespace

TEST_CASE("results that no memory holds are refused before anything is made for them") {
  const Tensor x = rg::ones({1, 1, 2, 2});
  const std::int64_t wide = std::int64_t{1} << 27;
  check_refused([&] { return rg::adaptive_avg_pool2d(x, {kMost, wide}); });
  check_refused([&] { return rg::adaptive_max_pool2d(x, {kMost, wide}); });
  using Mode = rg::InterpolateMode;
  for (const Mode mode :
       {Mode::nearest, Mode::nearest_exact, Mode::bilinear, Mode::bicubic, Mode::area}) {
    check_refused([&] { return rg::interpolate(x, {.size = {kMost, wide}, .mode = mode}); });
  }
}

TEST_CASE("windows may be far larger than their input") {
  const Tensor x = rg::reshape(rg::arange(10.0), {1, 1, 10}).set_requires_grad(true);
  const std::int64_t half = kMost / 2;
  rg::memory::reset_peak();
  const std::size_t before = rg::memory::stats().in_use;
  const Tensor largest = rg::max_pool1d(x, kMost, {.stride = 1, .padding = half});
  CHECK(largest.shape() == rg::Shape{1, 1, 10});
  CHECK(largest.to_vector<double>() == std::vector<double>(10, 9.0));
  CHECK(rg::grad({rg::sum(largest)}, {x})[0].to_vector<double>().back() == 10);
  const Tensor mean =
      rg::avg_pool1d(x, kMost, {.stride = kMost, .padding = half, .count_include_pad = false});
  CHECK(mean.to_vector<double>() == std::vector<double>{4.5});
  CHECK(rg::grad({rg::sum(mean)}, {x})[0].to_vector<double>() == std::vector<double>(10, 0.1F));
  const Tensor taps = rg::max_pool1d(x, 1, {.stride = kMost, .dilation = kMost});
  CHECK(taps.to_vector<double>() == std::vector<double>{0});
  CHECK(rg::memory::stats().peak - before < 1 << 20);
}

TEST_CASE("a window may lie in the padding alone") {
  const Tensor x = rg::ones({1, 1, 2, 2}).set_requires_grad(true);
  const Tensor y = rg::max_pool2d(x, 2, {.stride = 1, .padding = 1, .dilation = 3});
  CHECK(y.item<double>() == -std::numeric_limits<double>::infinity());
  CHECK(rg::grad({y}, {x})[0].to_vector<double>() == std::vector<double>(4, 0.0));
}

TEST_CASE("pools and interpolation of no images or channels, however large these would be") {
  const std::int64_t size = std::int64_t{1} << 30;
  for (const rg::Shape& shape : {rg::Shape{0, 3, size}, rg::Shape{2, 0, size}}) {
    const Tensor x = rg::zeros(shape).set_requires_grad(true);
    for (const Tensor& y :
         {rg::max_pool1d(x, 2), rg::avg_pool1d(x, 2), rg::adaptive_avg_pool1d(x, size - 1),
          rg::adaptive_max_pool1d(x, size - 1),
          rg::interpolate(x, {.size = {size - 1}, .mode = rg::InterpolateMode::linear})}) {
      CHECK(y.numel() == 0);
      CHECK(rg::grad({rg::sum(y)}, {x})[0].shape() == shape);
    }
  }
}

TEST_CASE("interpolate: a weight of 0 does not see an infinite neighbour") {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor line = rg::tensor({{{1.0, inf, 3.0}}});
  const auto at = [](const Tensor& y) { return y.to_vector<double>(); };
  using Mode = rg::InterpolateMode;
  const Tensor five =
      rg::interpolate(line, {.size = {5}, .mode = Mode::linear, .align_corners = true});
  CHECK(at(five) == std::vector<double>{1, inf, inf, inf, 3});
  const Tensor plane = rg::reshape(line, {1, 1, 1, 3});
  for (const Mode mode : {Mode::bilinear, Mode::bicubic}) {
    for (const bool align_corners : {false, true}) {
      const Tensor same =
          rg::interpolate(plane, {.size = {1, 3}, .mode = mode, .align_corners = align_corners});
      CHECK(at(same) == std::vector<double>{1, inf, 3});
    }
  }
  // The same in the gradient, of a seed that is infinite in one place.
  const Tensor x = rg::ones({1, 1, 3}).set_requires_grad(true);
  const Tensor y = rg::interpolate(x, {.size = {3}, .mode = Mode::linear, .align_corners = true});
  CHECK(at(rg::grad({y}, {x}, {.grad_outputs = {line.to(rg::float32)}})[0]) ==
        std::vector<double>{1, inf, 3});
}
