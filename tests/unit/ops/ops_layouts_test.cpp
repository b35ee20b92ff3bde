// Copies and reductions of every dtype and layout, of sizes above those of tiles and buffers,
// against loops over the elements.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/threads.h>

#include "same_bits.h"

using namespace retrograd;

namespace {

constexpr DType kDTypes[] = {float32, float64, bfloat16, int64, uint8, boolean};

// Small whole numbers, which every dtype but boolean holds.
Tensor numbers(const Shape& shape, DType dtype) {
  Generator generator(3);
  return randint(0, 5, shape, {}, generator).to(dtype);
}

std::vector<double> transposed(const std::vector<double>& values, std::int64_t rows,
                               std::int64_t columns) {
  std::vector<double> result;
  for (std::int64_t c = 0; c < columns; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      result.push_back(values[static_cast<std::size_t>(r * columns + c)]);
    }
  }
  return result;
}

// f of each slice of a (outer, length, inner) tensor along its middle.
template <class F>
std::vector<double> along_middle(const Tensor& x, F f) {
  const auto values = x.to_vector<double>();
  const std::int64_t length = x.size(1);
  const std::int64_t inner = x.size(2);
  std::vector<double> result;
  for (std::int64_t o = 0; o < x.size(0); ++o) {
    for (std::int64_t i = 0; i < inner; ++i) {
      std::vector<double> line;
      for (std::int64_t k = 0; k < length; ++k) {
        line.push_back(values[static_cast<std::size_t>((o * length + k) * inner + i)]);
      }
      result.push_back(f(line));
    }
  }
  return result;
}

double total(const std::vector<double>& line) {
  return std::accumulate(line.begin(), line.end(), 0.0);
}

// The same numbers in other layouts.
std::vector<Tensor> layouts(const Tensor& x) {
  const Tensor apart = cat({x, x}, 2);
  return {x, transpose(transpose(x, 0, 1).contiguous(), 0, 1),
          transpose(transpose(x, 1, 2).contiguous(), 1, 2), slice(apart, 2, 0, x.size(2)),
          squeeze(slice(cat({unsqueeze(x, 3), unsqueeze(x, 3)}, 3), 3, 1, 2), 3)};
}

}  // namespace

TEST_CASE("transposed copies of every size of element, whole tiles and rests") {
  for (const DType dtype : kDTypes) {
    for (const Shape& shape : {Shape{64, 128}, Shape{70, 131}, Shape{3, 200}, Shape{129, 5}}) {
      CAPTURE(name(dtype));
      const Tensor x = numbers(shape, dtype);
      const Tensor y = transpose(x, 0, 1).contiguous();
      CHECK(y.is_contiguous());
      CHECK(y.to_vector<double>() == transposed(x.to_vector<double>(), shape[0], shape[1]));
    }
  }
}

TEST_CASE("batches of transposed matrices, in one thread and in two") {
  const Tensor x = numbers({5, 67, 66}, float32);
  const int before = get_num_threads();
  for (const int threads : {1, 2}) {
    set_num_threads(threads);
    const Tensor y = transpose(x, 1, 2).contiguous();
    CHECK(transpose(y, 1, 2).to_vector<double>() == x.to_vector<double>());
    CHECK(y.at({4, 65, 3}) == x.at({4, 3, 65}));
  }
  set_num_threads(before);
}

TEST_CASE("conversions between all dtypes, of strided tensors too") {
  for (const DType from : kDTypes) {
    const Tensor x = numbers({6, 9}, from);
    for (const DType to : kDTypes) {
      CAPTURE(name(from));
      CAPTURE(name(to));
      const auto expected = x.to(float64).to(to).to_vector<double>();
      CHECK(x.to(to).to_vector<double>() == expected);
      CHECK(transpose(transpose(x, 0, 1).to(to), 0, 1).to_vector<double>() == expected);
      CHECK(expand(slice(x, 0, 0, 1), {4, 9}).to(to).to_vector<double>().size() == 36);
    }
  }
}

TEST_CASE("sums, products and extremes along any axis, in every layout and dtype") {
  for (const DType dtype : kDTypes) {
    for (const Shape& shape :
         {Shape{2, 5, 700}, Shape{3, 700, 5}, Shape{2, 37, 66}, Shape{1, 2100, 3}}) {
      const Tensor whole = numbers(shape, dtype);
      for (const Tensor& x : layouts(whole)) {
        CAPTURE(name(dtype));
        const auto close = [](const Tensor& found, const std::vector<double>& expected) {
          const auto values = found.to_vector<double>();
          REQUIRE(values.size() == expected.size());
          for (std::size_t i = 0; i < values.size(); ++i) {
            const double error = found.dtype() == bfloat16 ? std::fabs(expected[i]) / 256 : 0;
            CHECK(std::fabs(values[i] - expected[i]) <= error);
          }
        };
        close(sum(x, {1}), along_middle(x, total));
        close(amax(x, {1}), along_middle(x, [](const std::vector<double>& line) {
                return *std::max_element(line.begin(), line.end());
              }));
        close(
            argmin(x, 1), along_middle(x, [](const std::vector<double>& line) {
              return static_cast<double>(std::min_element(line.begin(), line.end()) - line.begin());
            }));
        close(sum(x), {total(x.to_vector<double>())});
        close(amin(x, {0, 2}), amin(whole.to(float64), {0, 2}).to_vector<double>());
      }
    }
  }
}

TEST_CASE("sums of a million float32 numbers are right to the last digit") {
  const Tensor x = full({1000, 1001}, 0.1);
  const double each = static_cast<double>(0.1F);
  CHECK(sum(x).item<float>() == static_cast<float>(each * 1001000));
  CHECK(sum(x, {0}).at({1000}) == static_cast<float>(each * 1000));
  CHECK(sum(x, {1}).at({999}) == static_cast<float>(each * 1001));
}

TEST_CASE("norms and variances of strided float32 tensors") {
  const Tensor x = transpose(numbers({600, 70}, float32), 0, 1);
  const Tensor exact = x.to(float64);
  for (const double p : {0.0, 1.0, 2.0, 3.0, double{INFINITY}}) {
    CHECK(norm(x, p).item<float>() == doctest::Approx(norm(exact, p).item<double>()).epsilon(1e-6));
  }
  const auto found = var(x, 1).to_vector<double>();
  const auto expected = var(exact, 1).to_vector<double>();
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-6));
  }
}

TEST_CASE("a million float32 numbers that meet in one place keep their digits") {
  const std::int64_t count = 1'000'000;
  const Tensor x = full({count}, 0.1);
  const double expected = static_cast<double>(0.1F) * static_cast<double>(count);
  const auto right = doctest::Approx(expected).epsilon(1e-7);
  const Tensor first = zeros({count}, {.dtype = int64});
  CHECK(scatter_add(zeros({1}), 0, first, x).item<float>() == right);
  CHECK(index_add(zeros({1}), 0, first, x).item<float>() == right);
  Tensor table = zeros({1, 1}, {.requires_grad = true});
  embedding(first, table).backward(reshape(x, {count, 1}));
  CHECK(table.grad().item<float>() == right);
  // one popular row of many
  const Tensor wide = scatter_add(zeros({100'000}), 0, first, x);
  CHECK(wide.at({0}) == right);
  CHECK(avg_pool2d(reshape(x, {1, 1, 1000, 1000}), 1000).item<float>() ==
        doctest::Approx(0.1).epsilon(1e-7));
}

TEST_CASE("sums are the same in one thread and in several") {
  const int before = get_num_threads();
  for (const Shape& shape : {Shape{1, 3001, 300}, Shape{1, 301, 512}, Shape{9, 4001, 7}}) {
    const Tensor x = randn(shape, {.dtype = float64});
    for (const Tensor& given : layouts(x)) {
      set_num_threads(1);
      const auto alone = sum(given, {1}).to_vector<double>();
      set_num_threads(3);
      CHECK(sum(given, {1}).to_vector<double>() == alone);
    }
  }
  set_num_threads(before);
}

TEST_CASE("linear of permuted rows gives results in order, with the same bits") {
  for (const DType dtype : {float32, float64, bfloat16}) {
    const Tensor memory = randn({5, 3, 4, 6}).to(dtype);
    for (const Dims& order : {Dims{1, 0, 2, 3}, Dims{2, 1, 0, 3}, Dims{0, 2, 1, 3}}) {
      Tensor permuted = permute(memory, order).detach().set_requires_grad();
      Tensor plain = permuted.detach().contiguous().set_requires_grad();
      for (const std::int64_t outputs : {2, 6, 9}) {
        Tensor weight = randn({outputs, 6}).to(dtype).set_requires_grad();
        Tensor other = weight.detach().clone().set_requires_grad();
        const Tensor bias = randn({outputs}).to(dtype);
        const Tensor y = linear_relu(permuted, weight, bias);
        const Tensor expected = linear_relu(plain, other, bias);
        CHECK(y.is_contiguous());
        CHECK(test::same_bits(y, expected));
        const Tensor seed = randn(y.shape()).to(dtype);
        permuted.zero_grad();
        plain.zero_grad();
        y.backward(seed);
        expected.backward(seed);
        CHECK(test::same_bits(permuted.grad(), plain.grad()));
        const double bound = dtype == bfloat16 ? 0.1 : 1e-5;
        CHECK(amax(abs(weight.grad() - other.grad())).to(float64).item<double>() < bound);
      }
    }
  }
}
