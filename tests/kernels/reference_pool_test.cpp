// Pools against the references.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "pool_rows.h"
#include "reference_checks.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

constexpr rg::DType kFloating[] = {rg::float32, rg::float64, rg::bfloat16};

using Function = std::function<Tensor(const Tensor&)>;

struct Results {
  Tensor y;
  Tensor x_grad;
  Tensor y_grad_grad;  // of the product of x_grad with x
};

// The gradients for the output's gradient `of_y`, which is filled with small integers times
// `scale`.
Results run(const Function& pool, const Tensor& input, std::int64_t scale) {
  const Tensor x = input.detach().set_requires_grad();
  const Tensor y = pool(x);
  const Tensor of_y = rg::mul(integers(y.shape(), y.dtype(), 6), scale).set_requires_grad();
  const Tensor x_grad = rg::grad({y}, {x}, {.grad_outputs = {of_y}, .create_graph = true})[0];
  const Tensor again = rg::grad({x_grad}, {of_y}, {.grad_outputs = {input}})[0];
  return {y.detach(), x_grad.detach(), again};
}

// Returns the number of comparisons.
long long check_same(const Function& pool, const Tensor& input, std::int64_t scale = 1) {
  const Results expected = by_reference(3, [&] { return run(pool, input, scale); });
  const Results actual = run(pool, input, scale);
  CHECK(same(actual.y, expected.y));
  CHECK(same(actual.x_grad, expected.x_grad));
  CHECK(same(actual.y_grad_grad, expected.y_grad_grad));
  return 3;
}

}  // namespace

TEST_CASE("max pools equal the reference exactly") {
  long long comparisons = 0;
  for (const rg::DType dtype : kFloating) {
    for (const PoolRow& row : pool_rows()) {
      const Tensor x = input_of(row, dtype);
      const Function pool = [&](const Tensor& input) { return max_pool(row, input); };
      comparisons += check_same(pool, x);
      Tensor special = x.clone();
      for (std::int64_t i = 0; i + 4 < x.numel(); i += 5) {
        rg::select(rg::reshape(special, {-1}), 0, i).fill_(i % 2 == 0 ? NAN : INFINITY);
        rg::select(rg::reshape(special, {-1}), 0, i + 1).fill_(-INFINITY);
      }
      CHECK(!same(special, x));
      comparisons += check_same(pool, special);
    }
    for (const std::int64_t out : {1, 3, 5, 8}) {
      const Tensor x = integers({2, 13, 6, 7}, dtype, 7);
      comparisons += check_same(
          [&](const Tensor& input) {
            return rg::adaptive_max_pool2d(input, {out, out + 1});
          },
          x);
    }
    // Winners in large windows are kept as positions.
    comparisons += check_same([](const Tensor& input) { return rg::max_pool2d(input, 17); },
                              integers({1, 3, 20, 21}, dtype, 8));
  }
  MESSAGE(comparisons << " exact comparisons of max pools with references");
}

TEST_CASE("the winners of max pools are the reference's") {
  long long comparisons = 0;
  for (const PoolRow& row : pool_rows()) {
    if (row.depth) {
      continue;
    }
    const Tensor x = input_of(row, rg::float32);
    const auto find = [&] {
      return rg::max_pool2d_with_indices(x, {row.kernel[0], row.kernel[1]},
                                         {.stride = {row.stride[0], row.stride[1]},
                                          .padding = {row.padding[0], row.padding[1]},
                                          .dilation = {row.dilation[0], row.dilation[1]},
                                          .ceil_mode = row.ceil_mode})
          .indices;
    };
    CHECK(same(find(), by_reference(1, find)));
    ++comparisons;
  }
  MESSAGE(comparisons << " exact comparisons of winners with references");
}

TEST_CASE("average pools equal the reference exactly") {
  // A multiple of the number of elements in each window: all shares are integers.
  constexpr std::int64_t kScale = 5 * 7 * 8 * 9;
  long long comparisons = 0;
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    for (const PoolRow& row : pool_rows()) {
      if (row.dilation != Pair{1, 1} || (row.depth && row.depth->dilation > 1)) {
        continue;
      }
      const Tensor x = input_of(row, dtype);
      for (const bool with_padding : {true, false}) {
        comparisons += check_same(
            [&](const Tensor& input) { return avg_pool(row, input, with_padding); }, x, kScale);
      }
    }
    for (const std::int64_t out : {1, 3, 5, 8}) {
      const Tensor x = integers({2, 13, 6, 7}, dtype, 7);
      comparisons += check_same(
          [&](const Tensor& input) {
            return rg::adaptive_avg_pool2d(input, {out, out + 1});
          },
          x, kScale);
    }
    // Large windows are added up by parts.
    comparisons += check_same([](const Tensor& input) { return rg::avg_pool2d(input, 17); },
                              integers({1, 3, 20, 35}, dtype, 8), 17 * 17);
  }
  MESSAGE(comparisons << " exact comparisons of average pools with references");
}

// Means are exact up to their one rounding. A gradient is the sum of at most 27 shares of at most
// 2, each rounded once, in float32.
TEST_CASE("average pools in bfloat16 differ from the reference by roundings") {
  for (const PoolRow& row : pool_rows()) {
    if (row.dilation != Pair{1, 1} || (row.depth && row.depth->dilation > 1)) {
      continue;
    }
    const Tensor x = input_of(row, rg::bfloat16);
    for (const bool with_padding : {true, false}) {
      const Function pool = [&](const Tensor& input) { return avg_pool(row, input, with_padding); };
      const Results expected = by_reference(3, [&] { return run(pool, x, 1); });
      const Results actual = run(pool, x, 1);
      CHECK(same(actual.y, expected.y));
      CHECK(same(actual.y_grad_grad, expected.y_grad_grad));
      CHECK(within(actual.x_grad, expected.x_grad, (27 + 1) * 27 * 2));
    }
  }
}
