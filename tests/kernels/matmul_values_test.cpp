// Matrix products against their definition, written as loops.
#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <vector>

#include "conv_rows.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

struct Sizes {
  std::int64_t batch_a;
  std::int64_t batch_b;
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;
};

// Below and above the size from which BLAS computes; vectors; a depth of zero.
const std::vector<Sizes> kSizes{{1, 1, 1, 1, 1},    {1, 1, 2, 3, 4},    {3, 3, 5, 4, 3},
                                {1, 4, 3, 7, 2},    {4, 1, 3, 7, 2},    {1, 1, 33, 17, 40},
                                {2, 2, 20, 31, 18}, {5, 1, 20, 31, 9},  {1, 5, 20, 31, 9},
                                {1, 1, 1, 300, 70}, {1, 1, 70, 300, 1}, {2, 1, 3, 0, 4},
                                {1, 1, 0, 3, 4},    {1, 1, 3, 4, 0},    {0, 0, 3, 4, 5}};

std::vector<double> by_definition(const Tensor& a, const Tensor& b) {
  const auto x = a.to_vector<double>();
  const auto y = b.to_vector<double>();
  const std::int64_t batch = a.size(0) == 1 ? b.size(0) : a.size(0);
  const std::int64_t depth = a.size(2);
  std::vector<double> result;
  for (std::int64_t i = 0; i < batch; ++i)
    for (std::int64_t r = 0; r < a.size(1); ++r)
      for (std::int64_t c = 0; c < b.size(2); ++c) {
        double sum = 0;
        for (std::int64_t k = 0; k < depth; ++k) {
          const std::int64_t in_a = a.size(0) == 1 ? 0 : i;
          const std::int64_t in_b = b.size(0) == 1 ? 0 : i;
          sum += x[static_cast<std::size_t>((in_a * a.size(1) + r) * depth + k)] *
                 y[static_cast<std::size_t>((in_b * depth + k) * b.size(2) + c)];
        }
        result.push_back(sum);
      }
  return result;
}

Tensor transposed_in_memory(const Tensor& x) {
  return rg::permute(rg::permute(x, {0, 2, 1}).contiguous(), {0, 2, 1});
}
// Rows with a gap between them.
Tensor part_of_wider(const Tensor& x) {
  return rg::slice(rg::cat({x, x}, 2), 2, 0, x.size(2));
}
Tensor every_second(const Tensor& x) {
  return rg::select(rg::stack({x, x}, 3).contiguous(), 3, 0);
}
Tensor as_it_is(const Tensor& x) {
  return x;
}

}  // namespace

TEST_CASE("matmul is its definition for every dtype and layout") {
  const auto layouts = {as_it_is, transposed_in_memory, part_of_wider, every_second};
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64}) {
    for (const Sizes& s : kSizes) {
      const Tensor a = integers({s.batch_a, s.rows, s.depth}, dtype, 1);
      const Tensor b = integers({s.batch_b, s.depth, s.columns}, dtype, 2);
      const Tensor expected = rg::tensor(by_definition(a, b), {.dtype = dtype});
      for (const auto& layout_a : layouts) {
        for (const auto& layout_b : layouts) {
          const Tensor product = rg::matmul(layout_a(a), layout_b(b));
          INFO(rg::describe(a) << " . " << rg::describe(b));
          CHECK(product.to_vector<double>() == expected.to_vector<double>());
        }
      }
    }
  }
}

TEST_CASE("matmul of expanded matrices") {
  const Tensor row = integers({1, 1, 40}, rg::float32, 1);
  const Tensor column = integers({1, 40, 1}, rg::float32, 2);
  const Tensor a = rg::expand(row, {2, 50, 40});
  const Tensor b = rg::expand(column, {2, 40, 30});
  CHECK(rg::matmul(a, b).to_vector<double>() == by_definition(a, b));
}

TEST_CASE("integer products wrap around") {
  const std::int64_t large = std::int64_t{1} << 62;
  const Tensor a = rg::tensor({{large, large}, {1, 2}});
  const Tensor b = rg::tensor({{2, 1}, {2, 1}});
  CHECK(rg::matmul(a, b).to_vector<std::int64_t>() ==
        std::vector<std::int64_t>{0, std::numeric_limits<std::int64_t>::min(), 6, 3});
}
