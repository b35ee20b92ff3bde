// Matrix products and interpolation against their formulas: exactly on small integers, and with
// weights of a few binary digits.
#include <cmath>

#include "comparisons.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

struct Sizes {
  std::int64_t batch_a, batch_b, rows, depth, columns;
};
const std::vector<Sizes> kSizes{{1, 1, 1, 1, 1},    {3, 3, 5, 4, 3},    {1, 4, 3, 7, 2},
                                {4, 1, 3, 7, 2},    {1, 1, 33, 17, 40}, {2, 2, 20, 31, 18},
                                {1, 1, 1, 300, 70}, {1, 1, 70, 300, 1}, {2, 1, 3, 0, 4},
                                {1, 1, 0, 3, 4},    {0, 0, 3, 4, 5},    {1, 1, 160, 90, 130}};

struct Resampled {
  rg::Shape x;
  rg::InterpolateOptions options;
};

using enum rg::InterpolateMode;
// Positions and weights are multiples of 1/64, or means of 2 or 4.
const std::vector<Resampled> kDyadic{
    {{2, 3, 8}, {.scale_factor = 2, .mode = nearest}},
    {{2, 3, 8}, {.size = {5}, .mode = nearest}},
    {{2, 3, 8}, {.size = {11}, .mode = nearest_exact}},
    {{2, 3, 8}, {.scale_factor = 2, .mode = linear}},
    {{2, 3, 5}, {.size = {9}, .mode = linear, .align_corners = true}},
    {{2, 3, 1}, {.size = {4}, .mode = linear}},
    {{2, 3, 4, 6}, {.scale_factor = 2, .mode = bilinear}},
    {{2, 3, 4, 6}, {.scale_factor = 0.5, .mode = bilinear}},
    {{1, 2, 70, 60}, {.scale_factor = 2, .mode = bilinear}},
    {{2, 3, 4, 6}, {.scale_factor = 2, .mode = bicubic}},
    {{2, 3, 5, 9}, {.size = {9, 17}, .mode = bicubic, .align_corners = true}},
    {{2, 3, 4, 8}, {.size = {2, 2}, .mode = area}},
    {{2, 3, 4, 6}, {.size = {6, 3}, .mode = nearest}},
    {{1, 2, 3, 4, 5}, {.scale_factor = 2, .mode = trilinear}},
    {{0, 3, 4, 6}, {.scale_factor = 2, .mode = bilinear}}};
const std::vector<Resampled> kOther{
    {{2, 3, 8}, {.size = {11}, .mode = linear}},
    {{2, 3, 7, 6}, {.size = {5, 13}, .mode = bilinear}},
    {{2, 3, 7, 6}, {.size = {5, 13}, .mode = bilinear, .align_corners = true}},
    {{2, 3, 7, 6}, {.size = {5, 13}, .mode = bicubic}},
    {{2, 3, 7, 6}, {.scale_factor = {1.3, 0.7}, .mode = bicubic}},
    {{2, 3, 7, 6}, {.size = {5, 4}, .mode = area}},
    {{2, 3, 7, 17}, {.size = {5, 4}, .mode = bilinear, .antialias = true}},
    {{2, 3, 7, 6}, {.size = {3, 13}, .mode = bicubic, .antialias = true}},
    {{1, 3, 90, 70}, {.scale_factor = {0.3, 1.7}, .mode = bicubic, .antialias = true}},
    {{1, 3, 9, 7}, {.size = {1, 3}, .mode = bilinear, .align_corners = true, .antialias = true}},
    {{1, 2, 3, 4, 5}, {.size = {5, 5, 3}, .mode = trilinear}}};

template <class F>
Tensor slope(const F& f, const Tensor& x, unsigned seed) {
  const Tensor at = x.detach().set_requires_grad(true);
  const Tensor y = f(at);
  return rg::grad({y}, {at}, {.grad_outputs = {integers(y.shape(), y.dtype(), seed)}})[0];
}

}  // namespace

TEST_CASE("matrix products are their formula, exactly on integers") {
  Comparisons comparisons;
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64}) {
    for (const Sizes& s : kSizes) {
      const std::vector<Named> left = layouts(integers({s.batch_a, s.rows, s.depth}, dtype, 1));
      const std::vector<Named> right = layouts(integers({s.batch_b, s.depth, s.columns}, dtype, 2));
      for (std::size_t i = 0; i < left.size(); ++i) {
        for (const std::size_t j : {i, i + 1, i + 3}) {
          const Named& a = left[i];
          const Named& b = right[j % right.size()];
          INFO(rg::describe(a.tensor)
               << " " << a.name << " . " << rg::describe(b.tensor) << " " << b.name);
          comparisons.exact_of([&] { return rg::matmul(a.tensor, b.tensor); });
        }
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("matrix products of any numbers are their formula, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Sizes& s : kSizes) {
      const Tensor a = numbers({s.batch_a, s.rows, s.depth}, dtype, 3);
      const Tensor b = numbers({s.batch_b, s.depth, s.columns}, dtype, 4);
      INFO(rg::describe(a) << " . " << rg::describe(b));
      // In any order, with or without fused multiply-adds: Higham, "Accuracy and stability of
      // numerical algorithms", 2002, section 3.1.
      const Tensor size = rg::matmul(rg::abs(a.to(rg::float64)), rg::abs(b.to(rg::float64)));
      const auto product = [&] { return rg::matmul(a, b); };
      comparisons.within(product(), by_reference(1, product), static_cast<double>(s.depth), size);
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("interpolation is its formula, exactly where weights are") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Resampled& row : kDyadic) {
      for (const Named& x : layouts(integers(row.x, dtype, 5))) {
        INFO(rg::describe(x.tensor) << " " << x.name << " " << static_cast<int>(row.options.mode));
        const auto f = [&](const Tensor& at) { return rg::interpolate(at, row.options); };
        comparisons.exact_of([&] { return f(x.tensor); });
        comparisons.exact_of([&] { return slope(f, x.tensor, 6); });
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("interpolation of bytes is its formula, exactly where weights are") {
  Comparisons comparisons;
  for (const Resampled& row : kDyadic) {
    if (row.x.size() != 4) {
      continue;
    }
    const Tensor bytes = (8 * rg::abs(integers(row.x, rg::float32, 5))).to(rg::uint8);
    for (const Named& x : layouts(bytes)) {
      INFO(rg::describe(x.tensor) << " " << x.name << " " << static_cast<int>(row.options.mode));
      comparisons.exact_of([&] { return rg::interpolate(x.tensor, row.options); });
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("interpolation is its formula, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Resampled& row : kOther) {
      for (const Named& x : layouts(integers(row.x, dtype, 7))) {
        INFO(rg::describe(x.tensor) << " " << x.name << " " << static_cast<int>(row.options.mode));
        const auto f = [&](const Tensor& at) { return rg::interpolate(at, row.options); };
        // Of each dimension, at most 4 taps or as many as there are positions, whose weights are
        // off by 8 roundings for positions below 16 and add up to less than 2; inputs are at
        // most 2.
        const double dims = static_cast<double>(row.x.size()) - 2;
        const Tensor size = rg::full({}, 2 * std::pow(2.0, dims), {.dtype = rg::float64});
        const auto value = [&] { return f(x.tensor); };
        comparisons.within(value(), by_reference(1, value), dims * 16, size);
        // The adjoint adds as many terms as outputs see one input: at most 4 times the ratio of
        // sizes, which is below 3.
        const auto back = [&] { return slope(f, x.tensor, 8); };
        comparisons.within(back(), by_reference(1, back), dims * 32, size * std::pow(3.0, dims));
      }
    }
  }
  MESSAGE(comparisons.summary());
}
