// Copies of short rows that lie side by side in both tensors.
#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using rg::Tensor;

namespace {

// Numbers that every dtype holds.
Tensor numbered(const rg::Shape& shape, rg::DType dtype) {
  const Tensor x = rg::empty(shape, {.dtype = rg::int64});
  std::int64_t* const values = x.data<std::int64_t>();
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    values[i] = (7 * i) % 101;
  }
  return x.to(dtype);
}

// Columns from `start` on, moved into a wider tensor, and what is beside them.
void check_rows(std::int64_t rows, std::int64_t width, std::int64_t start, rg::DType dtype) {
  const Tensor source = numbered({rows, 2 * width + 3}, dtype);
  Tensor target = rg::zeros({rows, width + start + 2}, {.dtype = dtype});
  Tensor inner = rg::narrow(target, 1, start, width);
  inner.copy_(rg::narrow(source, 1, 1, width));
  const auto from = source.to(rg::int64).to_vector<std::int64_t>();
  const auto to = target.to(rg::int64).to_vector<std::int64_t>();
  std::int64_t wrong = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < target.size(1); ++j) {
      const bool copied = j >= start && j < start + width;
      const auto at = static_cast<std::size_t>(i * source.size(1) + 1 + j - start);
      const std::int64_t expected = copied ? from[at] : 0;
      wrong += to[static_cast<std::size_t>(i * target.size(1) + j)] != expected ? 1 : 0;
    }
  }
  CAPTURE(rows);
  CAPTURE(width);
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("copies of rows leave what is beside them, for all lengths") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16, rg::int64, rg::uint8}) {
    for (std::int64_t width = 1; width <= 70; ++width) {
      check_rows(3, width, 2, dtype);
    }
    for (const std::int64_t width : {127, 128, 129, 255, 256, 257, 1023, 1024, 1025}) {
      check_rows(5, width, 1, dtype);
    }
  }
  check_rows(5000, 16, 3, rg::float32);  // in several threads
}

TEST_CASE("rows of a repeated source are copied to each place") {
  const Tensor row = numbered({24}, rg::float32);
  Tensor target = rg::zeros({50, 3, 40});
  rg::narrow(target, 2, 8, 24).copy_(rg::expand(row, {50, 3, 24}));
  for (const std::int64_t i : {0, 1, 49}) {
    CHECK(rg::narrow(target[i][2], 0, 8, 24).to_vector<float>() == row.to_vector<float>());
  }
  CHECK(rg::sum(target).item<double>() == 150 * rg::sum(row).item<double>());
}

TEST_CASE("channels-last parts are joined by channel") {
  const Tensor x = numbered({2, 16, 5, 7}, rg::float32);
  const Tensor last = rg::permute(rg::permute(x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
  const Tensor joined = rg::cat({last, 2.0 * last}, 1);
  CHECK(joined.to_vector<float>() == rg::cat({x, 2.0 * x}, 1).to_vector<float>());
}
