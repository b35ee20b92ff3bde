// Values of reductions and running sums: dtypes, special values, accuracy, large tensors.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/threads.h>

using namespace retrograd;

namespace {

using Numbers = std::vector<double>;
using Int64s = std::vector<std::int64_t>;
using Flags = std::vector<bool>;

Numbers values(const Tensor& x) {
  return x.to_vector<double>();
}

bool is_nan(const Tensor& x) {
  return std::isnan(x.item<double>());
}

const double kNan = std::numeric_limits<double>::quiet_NaN();

// Whole numbers, so that sums are exact in any order.
Tensor whole(const Shape& shape, DType dtype) {
  return randint(-8, 9, shape).to(dtype);
}

// Sums and extremes by plain loops over (outer, reduced, inner).
struct Expected {
  Numbers sum, largest, smallest;
  Int64s first_largest;
};
Expected by_loops(const Tensor& x, std::int64_t outer, std::int64_t length, std::int64_t inner) {
  const Numbers v = values(x);
  Expected e;
  for (std::int64_t o = 0; o < outer; ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      const auto at = [&](std::int64_t j) {
        return v[static_cast<std::size_t>((o * length + j) * inner + i)];
      };
      double total = 0;
      double most = at(0);
      double least = at(0);
      std::int64_t best = 0;
      for (std::int64_t j = 0; j < length; ++j) {
        total += at(j);
        best = at(j) > most ? j : best;
        most = std::fmax(most, at(j));
        least = std::fmin(least, at(j));
      }
      e.sum.push_back(total);
      e.largest.push_back(most);
      e.smallest.push_back(least);
      e.first_largest.push_back(best);
    }
  }
  return e;
}

}  // namespace

TEST_CASE("the largest along the dimension of a scalar is a copy") {
  const Tensor x = tensor(2.0);
  CHECK_FALSE(retrograd::max(x, 0).values.shares_memory_with(x));
  CHECK(retrograd::min(x, -1, true).values.item<double>() == 2);
}

TEST_CASE("reductions of every layout and size agree with plain loops, for 1 and 4 threads") {
  struct Sizes {
    std::int64_t outer, length, inner;
  };
  const int before = get_num_threads();
  for (const int threads : {1, 4}) {
    set_num_threads(threads);
    for (const Sizes& sizes :
         {Sizes{1, 300001, 1}, Sizes{3, 70001, 1}, Sizes{700, 333, 1}, Sizes{1, 5000, 3},
          Sizes{1, 90001, 3}, Sizes{1, 1003, 1500}, Sizes{2, 50001, 5}, Sizes{70, 33, 65},
          Sizes{9, 31, 700}, Sizes{5, 3, 40000}}) {
      for (const DType dtype : {float32, float64, bfloat16, int64}) {
        const auto& [outer, length, inner] = sizes;
        CAPTURE(sizes.outer);
        CAPTURE(sizes.length);
        CAPTURE(sizes.inner);
        const Tensor x = whole({outer, length, inner}, dtype);
        const Expected e = by_loops(x, outer, length, inner);
        if (dtype != bfloat16) {
          CHECK(values(sum(x, 1)) == e.sum);
        }
        CHECK(values(amax(x, 1)) == e.largest);
        CHECK(values(amin(x, 1)) == e.smallest);
        CHECK(argmax(x, 1).to_vector<std::int64_t>() == e.first_largest);
        CHECK(argmin(0 - x, 1).to_vector<std::int64_t>() == e.first_largest);
        const Tensor moved = permute(permute(x, {1, 2, 0}).contiguous(), {2, 0, 1});
        CHECK(values(amax(moved, 1)) == e.largest);
        CHECK(argmax(moved, 1).to_vector<std::int64_t>() == e.first_largest);
        CHECK(values(sum(slice(x, 1, 0, {}, 2), 1)) ==
              values(sum(slice(x, 1, 0, {}, 2).contiguous(), 1)));
      }
    }
  }
  set_num_threads(before);
}

TEST_CASE("the number of threads changes no sum") {
  const Tensor x = randn({3, 200003});
  const int before = get_num_threads();
  set_num_threads(1);
  const Numbers one = values(sum(x, 1));
  const double norm_one = norm(x).item<double>();
  set_num_threads(4);
  CHECK(values(sum(x, 1)) == one);
  CHECK(norm(x).item<double>() == norm_one);
  set_num_threads(before);
}

TEST_CASE("ten million tenths add up, along a dimension and in running sums") {
  const Tensor tenths = full({10'000'000, 1}, 0.1F);
  CHECK(std::fabs(sum(tenths, 0).item<double>() - 1e6) < 1);
  CHECK(std::fabs(sum(transpose(tenths, 0, 1), 1).item<double>() - 1e6) < 1);
  CHECK(std::fabs(mean(tenths, 0).item<double>() - 0.1) < 1e-8);
  CHECK(std::fabs(cumsum(tenths, 0).at({9'999'999, 0}) - 1e6) < 1);
  CHECK(std::fabs(norm(tenths).item<double>() - std::sqrt(1e5)) < 1e-3);
  // A mean that is no overflow though the sum would be one.
  CHECK(mean(full({100}, 3e38F)).item<double>() == doctest::Approx(3e38));
  CHECK(norm(full({100}, 1e30F)).item<double>() == doctest::Approx(1e31));
}

TEST_CASE("the variance of numbers far from 0 is accurate") {
  const Tensor x = tensor({1e6 + 1, 1e6 + 2, 1e6 + 3, 1e6 + 4}, {.dtype = float32});
  CHECK(var(x).item<double>() == doctest::Approx(5.0 / 3).epsilon(1e-6));
  CHECK(var(x, {}, {.unbiased = false}).item<double>() == doctest::Approx(1.25).epsilon(1e-6));
  const Tensor y = tensor({1e9 + 1, 1e9 + 2, 1e9 + 3}, {.dtype = float64});
  CHECK(retrograd::std(y).item<double>() == doctest::Approx(1).epsilon(1e-9));
  // More numbers than one thread gets.
  const Tensor many = arange(200000).to(float64);
  CHECK(var(many).item<double>() == doctest::Approx(200000.0 * 200001 / 12).epsilon(1e-12));
}

TEST_CASE("var and std of too few elements are PyTorch's") {
  CHECK(is_nan(var(tensor({3.0}))));
  CHECK(is_nan(retrograd::std(tensor({3.0}))));
  CHECK(is_nan(var(zeros({0}))));
  CHECK(var(tensor({3.0}), {}, {.unbiased = false}).item<double>() == 0);
  CHECK(var(tensor({1.0, 3.0}), {}, {.correction = 2}).item<double>() == INFINITY);
  CHECK(var(tensor({1.0, 3.0}), {}, {.correction = 5}).item<double>() == INFINITY);
  CHECK(var(zeros({2, 0})).shape().empty());
  CHECK(is_nan(var(tensor({1.0, kNan, 2.0}))));
  CHECK(is_nan(var(tensor({1.0, INFINITY}))));
}

TEST_CASE("products: dtypes, nothing, zeros, overflow") {
  CHECK(prod(zeros({0})).item<double>() == 1);
  CHECK(values(prod(zeros({2, 0}), 1)) == Numbers{1, 1});
  const Tensor bytes = tensor({200, 100, 3}).to(uint8);
  CHECK(prod(bytes).dtype() == int64);
  CHECK(prod(bytes).item<std::int64_t>() == 60000);
  CHECK(prod(tensor({1, 1, 0}).to(boolean)).item<std::int64_t>() == 0);
  CHECK(cumsum(tensor({1, 0, 1}).to(boolean), 0).to_vector<std::int64_t>() == Int64s{1, 1, 2});
  CHECK(cumprod(tensor({2, 3, 4}), 0).to_vector<std::int64_t>() == Int64s{2, 6, 24});
  CHECK(cumsum(tensor({{1, 2}, {3, 4}}), 0).to_vector<std::int64_t>() == Int64s{1, 2, 4, 6});
  CHECK(cumsum(tensor({{1, 2}, {3, 4}}), -1).to_vector<std::int64_t>() == Int64s{1, 3, 3, 7});
  CHECK(std::signbit(cumprod(tensor({-0.0, 1.0}), 0).at({1})));
  // 2^63 wraps around, as in PyTorch.
  CHECK(prod(full({63}, 2, {.dtype = int64})).item<std::int64_t>() ==
        std::numeric_limits<std::int64_t>::min());
  // Ones in bfloat16 would stop counting at 256.
  CHECK(cumsum(ones({1000}, {.dtype = bfloat16}), 0).at({999}) == 1000);
}

TEST_CASE("norms of every kind") {
  const Tensor x = tensor({{3.0, -4.0}, {0.0, 2.0}});
  CHECK(values(norm(x, 2, 1)) == Numbers{5, 2});
  CHECK(values(norm(x, 1, 0)) == Numbers{3, 6});
  CHECK(values(norm(x, 0, 1, true)) == Numbers{2, 1});
  CHECK(norm(x, INFINITY).item<double>() == 4);
  CHECK(values(norm(x, -INFINITY, 1)) == Numbers{3, 0});
  CHECK(norm(x, 3, 1).at({0}) == doctest::Approx(std::cbrt(91.0)));
  CHECK(norm(zeros({0})).item<double>() == 0);
  CHECK(is_nan(norm(tensor({1.0, kNan}))));
  CHECK(is_nan(norm(tensor({1.0, kNan}), INFINITY)));
  CHECK(is_nan(norm(tensor({kNan, 1.0}), -INFINITY)));
  CHECK(norm(tensor({1.0, -INFINITY})).item<double>() == INFINITY);
}

TEST_CASE("NaN is the largest and the smallest, wherever it stands") {
  for (const std::int64_t n : {3, 40, 1000}) {
    for (const std::int64_t at : {std::int64_t{0}, n / 2, n - 1}) {
      Tensor x = arange(n).to(float32);
      select(x, 0, at).fill_(kNan);
      CHECK(is_nan(amax(x)));
      CHECK(is_nan(amin(x)));
      CHECK(argmax(x).item<std::int64_t>() == at);
      CHECK(argmin(x).item<std::int64_t>() == at);
      CHECK(is_nan(min(x, 0).values));
      const Tensor columns = stack({x, ones({n}), x}, 1);
      CHECK(is_nan(select(amax(columns, 0), 0, 2)));
      CHECK(amin(columns, 0).at({1}) == 1);
      CHECK(argmax(columns, 0).to_vector<std::int64_t>() == Int64s{at, 0, at});
      CHECK(max(columns, 1).indices.at({at}) == 0);
    }
  }
  // Two are no more than one, and an infinity is no NaN.
  CHECK(argmin(tensor({1.0, kNan, kNan})).item<std::int64_t>() == 1);
  CHECK(amin(tensor({INFINITY, INFINITY})).item<double>() == INFINITY);
  CHECK(amax(tensor({-INFINITY, -INFINITY})).item<double>() == -INFINITY);
}

TEST_CASE("min and argmin name the first of equals") {
  const Tensor x = tensor({{3, 1, 1}, {0, 3, 0}});
  CHECK(min(x).item<std::int64_t>() == 0);
  CHECK(argmin(x).item<std::int64_t>() == 3);
  CHECK(argmin(x, 1).to_vector<std::int64_t>() == Int64s{1, 0});
  CHECK(argmin(x, 0, true).shape() == Shape{1, 3});
  CHECK(min(x, 1).indices.to_vector<std::int64_t>() == Int64s{1, 0});
  CHECK(min(x, 0, true).values.to_vector<std::int64_t>() == Int64s{0, 1, 0});
}

TEST_CASE("all and any") {
  const Tensor x = tensor({{1.0, 0.0}, {kNan, -2.0}});
  CHECK(all(x, 1).to_vector<bool>() == Flags{false, true});
  CHECK(any(x, 1, true).shape() == Shape{2, 1});
  CHECK(any(tensor({{0, 0}, {0, 7}}), 1).to_vector<bool>() == Flags{false, true});
  CHECK(all(x).dtype() == boolean);
  CHECK(all(zeros({0})).item<bool>());
  CHECK_FALSE(any(zeros({0})).item<bool>());
  CHECK(all(zeros({2, 0}), 1).to_vector<bool>() == Flags{true, true});
  CHECK_FALSE(any(ones({2}).set_requires_grad()).requires_grad());
}

TEST_CASE("standard deviations whose squares float32 cannot hold") {
  for (const double scale : {1e30, 1e-30}) {
    CAPTURE(scale);
    const Tensor x = (tensor({1.0, 2.0, 3.0}, {.dtype = float64}) * scale).to(float32);
    CHECK(retrograd::std(x).item<double>() / scale == doctest::Approx(1));
  }
}

TEST_CASE("reductions of many rows of few columns") {
  for (const std::int64_t columns : {1, 3, 6, 63}) {
    for (const std::int64_t rows : {1000, 4099}) {
      // Small integers, so that every sum is exact.
      const Tensor x = randint(-4, 5, {rows, columns}).to(float32);
      const Numbers all = values(x);
      Numbers sums(static_cast<std::size_t>(columns));
      Numbers largest(sums.size(), -5);
      for (std::size_t i = 0; i < all.size(); ++i) {
        double& most = largest[i % sums.size()];
        sums[i % sums.size()] += all[i];
        most = std::max(most, all[i]);
      }
      CAPTURE(columns);
      CAPTURE(rows);
      CHECK(values(sum(x, 0)) == sums);
      CHECK(values(amax(x, 0)) == largest);
      CHECK(values(sum(x.to(bfloat16).to(float64), 0)) == sums);
      CHECK(values(sum((x + 4).to(uint8), 0)) == values(sum(x + 4, 0)));
      CHECK(values(amax(x.to(bfloat16), 0)) == largest);
      const Tensor images = permute(reshape(x, {1, 1, rows, columns}), {0, 3, 1, 2});
      CHECK(values(sum(images, {0, 2, 3})) == sums);
    }
  }
}
