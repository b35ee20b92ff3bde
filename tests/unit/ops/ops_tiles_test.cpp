// Products in the tiles of AMX against plain loops, of whole numbers that bfloat16 holds.
#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

#include <retrograd/ops/kernels/linalg/matmul_tiles.h>
#include <retrograd/ops/kernels/linalg/tiles.h>
#include <retrograd/retrograd.h>
#include <retrograd/tensor/loops/instructions.h>

#include "skip.h"

#if RETROGRAD_INSTRUCTIONS

using namespace retrograd;
using namespace retrograd::kernels;

namespace {

std::int64_t whole(std::int64_t size, std::int64_t step = tiles::kStep) {
  return (size + step - 1) / step * step;
}

Tensor whole_numbers(const Shape& shape, Generator& numbers) {
  return randint(-4, 5, shape, {}, numbers).to(bfloat16);
}

// Memory for a side of any layout, full of what no result may have.
template <class T>
struct Memory {
  explicit Memory(std::int64_t count) : tensor(full({count}, -77, {.dtype = dtype_of<T>()})) {}
  T* at() { return tensor.raw<T>(); }

  Tensor tensor;
};

struct Sides {
  Memory<BFloat16> left;
  Memory<BFloat16> right;
};

// a (rows, depth) . b (depth, columns), twice: once over what was there, then added to it.
Tensor twice_multiplied(const Shape& sizes, Sides& sides) {
  const std::int64_t rows = whole(sizes[0], tiles::kFewRows);
  const std::int64_t depth = whole(sizes[1]);
  const std::int64_t columns = whole(sizes[2]);
  Memory<float> product(rows * columns);
  {
    const tiles::Configured in_force;
    for (const Target target : {Target::overwritten, Target::added_to}) {
      tiles::multiply(rows, columns, depth, {sides.left.at(), depth}, {sides.right.at(), depth},
                      {product.at(), columns}, target);
    }
  }
  const Tensor all = view(product.tensor, {rows, columns});
  return slice(slice(all, 0, 0, sizes[0]), 1, 0, sizes[2]);
}

void check_product(std::int64_t rows, std::int64_t depth, std::int64_t columns, bool transposes) {
  CAPTURE(rows);
  CAPTURE(depth);
  CAPTURE(columns);
  CAPTURE(transposes);
  Generator numbers(3);
  const Tensor a = whole_numbers({rows, depth}, numbers);
  const Tensor b = whole_numbers({depth, columns}, numbers);
  Sides sides{Memory<BFloat16>(whole(rows) * whole(depth)),
              Memory<BFloat16>(whole(depth) * whole(columns))};
  const tiles::Rows<BFloat16> left{sides.left.at(), whole(depth)};
  const tiles::Right right{sides.right.at(), whole(depth)};
  if (transposes) {
    const Tensor a_columns = transpose(a, 0, 1).contiguous();
    const Tensor b_columns = transpose(b, 0, 1).contiguous();
    tiles::transpose_left(depth, rows, {a_columns.raw<BFloat16>(), rows}, left);
    tiles::transpose_right(columns, depth, {b_columns.raw<BFloat16>(), depth}, right);
  } else {
    tiles::copy_left(rows, depth, {a.raw<BFloat16>(), depth}, left);
    tiles::copy_right(depth, columns, {b.raw<BFloat16>(), columns}, right);
  }
  const Tensor expected = matmul(a.to(float64), b.to(float64)) * 2.0;
  CHECK(all(twice_multiplied({rows, depth, columns}, sides).to(float64) == expected).item<bool>());
}

// In memory row by row, column by column, or with gaps.
Tensor laid_out(const Tensor& x, int layout) {
  if (layout == 1) {
    return transpose(transpose(x, 1, 2).contiguous(), 1, 2);
  }
  return layout == 2 ? slice(cat({x, x}, 2), 2, 0, x.size(2)) : x;
}

void check_matmul(const Tensor& a, const Tensor& b) {
  const Tensor expected = matmul(a.to(float64), b.to(float64));
  for (int layout = 0; layout < 9; ++layout) {
    for (const DType dtype : {float32, bfloat16}) {
      INFO(a.shape() << b.shape() << dtype);
      CAPTURE(layout);
      const Tensor found = matmul_tiles(laid_out(a, layout % 3), laid_out(b, layout / 3), dtype);
      REQUIRE(found.defined());
      CHECK(found.dtype() == dtype);
      CHECK(all(found == expected.to(dtype)).item<bool>());
    }
  }
}

}  // namespace

TEST_CASE("matrices multiplied in tiles are exact for whole numbers, for any number of threads") {
  if (!detail::fast_tiles()) {
    test::skip(test::Lacks::hardware, "a processor with AMX, and a system that allows it");
    return;
  }
  Generator numbers(7);
  const int before = get_num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    for (const auto& [a, b] : {std::pair(Shape{1, 130, 1100}, Shape{1, 1100, 130}),
                               std::pair(Shape{1, 96, 544}, Shape{1, 544, 1120}),
                               std::pair(Shape{3, 67, 600}, Shape{3, 600, 150}),
                               std::pair(Shape{1, 70, 600}, Shape{4, 600, 130}),
                               std::pair(Shape{5, 65, 640}, Shape{1, 640, 96})}) {
      check_matmul(whole_numbers(a, numbers), whole_numbers(b, numbers));
    }
  }
  set_num_threads(before);
}

TEST_CASE("products in tiles are exact for whole numbers") {
  if (!detail::fast_tiles()) {
    test::skip(test::Lacks::hardware, "a processor with AMX, and a system that allows it");
    return;
  }
  for (const std::int64_t rows : {1, 32, 39, 60}) {
    for (const std::int64_t depth : {1, 31, 64, 97}) {
      for (const std::int64_t columns : {1, 17, 64, 70}) {
        check_product(rows, depth, columns, false);
        check_product(rows, depth, columns, true);
      }
    }
  }
}

TEST_CASE("sides that are rounded for tiles are rounded as bfloat16 is") {
  if (!detail::fast_tiles()) {
    test::skip(test::Lacks::hardware, "a processor with AMX, and a system that allows it");
    return;
  }
  constexpr std::int64_t kSize = 64;
  Generator numbers(5);
  const Tensor a = randn({kSize, kSize}, {}, numbers);
  const Tensor b = randn({kSize, kSize}, {}, numbers);
  Sides rounded{Memory<BFloat16>(kSize * kSize), Memory<BFloat16>(kSize * kSize)};
  tiles::round_left(kSize, kSize, {a.raw<float>(), kSize}, {rounded.left.at(), kSize});
  tiles::round_right(kSize, kSize, {b.raw<float>(), kSize}, {rounded.right.at(), kSize});
  const Tensor low_a = a.to(bfloat16);
  const Tensor low_b = b.to(bfloat16);
  Sides copied{Memory<BFloat16>(kSize * kSize), Memory<BFloat16>(kSize * kSize)};
  tiles::copy_left(kSize, kSize, {low_a.raw<BFloat16>(), kSize}, {copied.left.at(), kSize});
  tiles::copy_right(kSize, kSize, {low_b.raw<BFloat16>(), kSize}, {copied.right.at(), kSize});
  CHECK(all(rounded.left.tensor == copied.left.tensor).item<bool>());
  CHECK(all(rounded.right.tensor == copied.right.tensor).item<bool>());
  const Tensor turned = empty({kSize, kSize});
  tiles::transpose(kSize, kSize, {a.raw<float>(), kSize}, {turned.raw<float>(), kSize});
  CHECK(all(turned == transpose(a, 0, 1)).item<bool>());
}

#endif
