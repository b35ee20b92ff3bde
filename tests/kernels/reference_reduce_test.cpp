// Reductions and scans against their formulas, exactly on small integers.
#include <cmath>
#include <limits>

#include "comparisons.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

// Some dimensions of a tensor: all, the first, the last, and every second one.
std::vector<rg::Dims> dims_of(const Tensor& x) {
  std::vector<rg::Dims> all{rg::Dims()};
  if (x.dim() > 0) {
    all.push_back({0});
    all.push_back({-1});
  }
  if (x.dim() > 2) {
    all.push_back({0, 2});
  }
  return all;
}

std::vector<Named> integers_of(rg::DType dtype, unsigned seed) {
  return family([&](const rg::Shape& shape) {
    const Tensor x = integers(shape, rg::int64, seed);
    return (dtype == rg::uint8 ? x + 2 : x).to(dtype);
  });
}

std::vector<rg::DType> all_dtypes() {
  return {rg::float32, rg::float64, rg::bfloat16, rg::int64, rg::uint8};
}

}  // namespace

TEST_CASE("sums, products, extremes and their positions are their formulas, exactly") {
  Comparisons comparisons;
  for (const rg::DType dtype : all_dtypes()) {
    for (const Named& named : integers_of(dtype, 1)) {
      const Tensor& x = named.tensor;
      const Tensor signs = rg::sign(x * 2 + 1);  // products stay small
      for (const rg::Dims& dims : dims_of(x)) {
        INFO(about(dtype, named) << " over " << to_string(dims));
        comparisons.exact_of([&] { return rg::sum(x, dims); });
        if (rg::is_floating(dtype)) {
          comparisons.exact_of([&] { return rg::mean(x, dims); });
          for (const double p : {0.0, 1.0, 3.0, HUGE_VAL}) {
            if (x.numel() > 0) {
              comparisons.exact_of([&] { return rg::norm(x, p, dims); });
            }
          }
        }
        if (x.numel() > 0) {
          comparisons.exact_of([&] { return rg::amax(x, dims); });
          comparisons.exact_of([&] { return rg::amin(x, dims); });
        }
      }
      for (std::int64_t dim = 0; dim < x.dim(); ++dim) {
        INFO(about(dtype, named) << " along " << dim);
        comparisons.exact_of([&] { return rg::prod(signs, dim); });
        comparisons.exact_of([&] { return rg::cumprod(signs, dim); });
        comparisons.exact_of([&] { return rg::cumsum(x, dim); });
        comparisons.exact_of([&] { return rg::flip(rg::cumsum(rg::flip(x, {dim}), dim), {dim}); });
        if (x.numel() > 0) {
          comparisons.exact_of([&] { return rg::argmax(x, dim); });
          comparisons.exact_of([&] { return rg::argmin(x, dim); });
          comparisons.exact_of([&] { return rg::max(x, dim).values; });
          comparisons.exact_of([&] { return rg::min(x, dim).indices; });
        }
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("slopes of scans are recurrences, exactly") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& named : layouts(integers({3, 6, 5}, dtype, 2))) {
      for (std::int64_t dim = 0; dim < 3; ++dim) {
        INFO(about(dtype, named) << " along " << dim);
        for (const auto scan : {rg::cumprod, rg::cumsum}) {
          comparisons.exact_of([&] {
            const Tensor x = named.tensor.detach().set_requires_grad(true);
            return rg::grad({rg::sum(scan(x, dim, {}))}, {x})[0];
          });
        }
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("NaN and infinities are extremes as the formulas say") {
  Comparisons comparisons;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const rg::DType dtype : kFloating) {
    for (const Named& named : layouts(rg::tensor({{1.0, nan, 3.0, nan, 2.0},
                                                  {-inf, -inf, -inf, -inf, -inf},
                                                  {inf, 1.0, -inf, 2.0, inf}},
                                                 {.dtype = dtype}))) {
      const Tensor& x = named.tensor;
      for (const std::int64_t dim : {0, 1}) {
        INFO(about(dtype, named) << " along " << dim);
        comparisons.exact_of([&] { return rg::amax(x, {dim}); });
        comparisons.exact_of([&] { return rg::amin(x, {dim}); });
        comparisons.exact_of([&] { return rg::argmax(x, dim); });
        comparisons.exact_of([&] { return rg::argmin(x, dim); });
        comparisons.exact_of([&] { return rg::norm(x, inf, {dim}); });
        comparisons.exact_of([&] { return rg::cumsum(x, dim); });
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("means, spreads and norms of any numbers are their formulas, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& named :
         family([&](const rg::Shape& shape) { return numbers(shape, dtype, 3); })) {
      const Tensor& x = named.tensor;
      if (x.numel() == 0) {
        continue;
      }
      const Tensor wide = x.to(rg::float64);
      for (const rg::Dims& dims : dims_of(x)) {
        INFO(about(dtype, named) << " over " << to_string(dims));
        const Tensor largest = rg::amax(rg::abs(wide), dims);
        const Tensor total = rg::sum(rg::abs(wide), dims);
        // All is added in double. There a sum of n terms is off by n roundings of their sizes.
        const double n = static_cast<double>(x.numel()) / static_cast<double>(total.numel());
        const double added = dtype == rg::float64 ? n : 0;
        const auto sum = [&] { return rg::sum(x, dims); };
        comparisons.within(sum(), by_reference(1, sum), added, total);
        const auto mean = [&] { return rg::mean(x, dims); };
        comparisons.within(mean(), by_reference(1, mean), added + 2, total / n);
        // A mean off by n roundings changes each squared deviation by 4 n of the largest square.
        const auto variance = [&] { return rg::var(x, dims, {.correction = 0}); };
        const Tensor square = rg::square(largest);
        comparisons.within(variance(), by_reference(1, variance), 5 * added, square);
        // A root halves relative errors, which are those of its result's square; powers by pow are
        // off by 2 roundings and more for the exponent 1 / p.
        const auto root = [&](const auto& of_sum) { return rg::norm(of_sum, 2.0, dims); };
        comparisons.within_of([&] { return root(x); }, added > 0 ? added / 2 + 8 : 0);
        comparisons.within_of([&] { return rg::norm(x, 3.0, dims); }, added > 0 ? added + 16 : 0);
        const Tensor spread = rg::std(wide, dims, {.correction = 0});
        const auto deviation = [&] { return rg::std(x, dims, {.correction = 0}); };
        comparisons.within(deviation(), by_reference(1, deviation), 3 * added,
                           rg::where(spread > 0.0, square / spread, largest));
      }
    }
  }
  MESSAGE(comparisons.summary());
}

TEST_CASE("logsumexp and its slope are their formulas, rounded") {
  Comparisons comparisons;
  for (const rg::DType dtype : kFloating) {
    for (const Named& named :
         family([&](const rg::Shape& shape) { return numbers(shape, dtype, 4, 3); })) {
      const Tensor& x = named.tensor;
      if (x.dim() == 0 || x.numel() == 0) {
        continue;
      }
      INFO(about(dtype, named));
      // As in reference_softmax_test.cpp: the sum of exp(z) is off by |z| and 5, and by n in
      // float64.
      const Tensor wide = x.to(rg::float64);
      const Tensor size = rg::abs(wide) + rg::amax(rg::abs(wide), {0}, true) + 16.0 +
                          (dtype == rg::float64 ? static_cast<double>(x.size(0)) : 0.0);
      const auto value = [&] { return rg::logsumexp(x, {0}, true); };
      comparisons.within(value(), by_reference(1, value), 4, rg::amax(size, {0}, true));
      const auto slope = [&] {
        const Tensor at = x.detach().set_requires_grad(true);
        return rg::grad({rg::sum(rg::logsumexp(at, {0}))}, {at})[0];
      };
      const double stored = rounding(dtype) / rounding_within(dtype);  // of the value
      comparisons.within(slope(), by_reference(1, slope), 4 + 4 * stored,
                         rg::softmax(wide, 0) * rg::amax(size, {0}, true));
    }
  }
  MESSAGE(comparisons.summary());
}
