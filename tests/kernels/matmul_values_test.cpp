// Matrix products against their definition, written as loops.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/ops/kernels/linalg/gemm_packed.h>
#include "conv_rows.h"
#include "guarded.h"

namespace rg = retrograd;
using namespace kernel_tests;
using rg::kernels::Matrix;
using rg::kernels::PackedRight;
using rg::kernels::Target;

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

struct ProductSizes {
  std::int64_t rows;
  std::int64_t columns;
  std::int64_t depth;
};

// Around tiles of 1 to 14 rows, panels of 1 to 3 vectors, and blocks of 256 rows and of depth; few
// rows and many columns, several bands, more columns than are packed at once; deeper blocks of many
// columns.
const std::vector<ProductSizes> kProductSizes{
    {16, 17, 5},    {17, 31, 33},   {18, 48, 16},   {19, 49, 17},    {20, 64, 255},  {21, 65, 256},
    {22, 95, 257},  {23, 96, 513},  {33, 100, 300}, {64, 128, 784},  {7, 513, 40},   {15, 600, 257},
    {130, 290, 70}, {300, 33, 61},  {513, 70, 300}, {600, 310, 65},  {40, 1700, 33}, {300, 1600, 9},
    {5, 6, 7},      {1, 300, 70},   {70, 1, 300},   {10, 64, 3000},  {90, 20, 1500}, {3, 3, 0},
    {0, 20, 20},    {20, 530, 350}, {43, 513, 690}, {142, 560, 347}, {226, 520, 40}};

// x as a matrix whose rows are `gap` elements further apart than need be, in guarded memory.
class Stored {
 public:
  Stored(const Tensor& x, bool transposed, std::int64_t gap)
      : transposed_(transposed), guarded_(stored(x, transposed, gap)) {}

  template <class T>
  Matrix<T> matrix() const {
    return {guarded_.tensor().template raw<T>(), guarded_.tensor().strides()[0], transposed_};
  }
  Guarded& guarded() { return guarded_; }

 private:
  static Tensor stored(const Tensor& x, bool transposed, std::int64_t gap) {
    const Tensor rows = transposed ? rg::transpose(x, 0, 1).contiguous() : x;
    const Tensor wide =
        rg::cat({rows, rg::full({rows.size(0), gap}, 99.0, {.dtype = x.dtype()})}, 1);
    return rg::slice(wide, 1, 0, rows.size(1));
  }

  bool transposed_;
  Guarded guarded_;
};

template <class T>
Tensor sums_of(const Tensor& a, const Tensor& b) {
  const std::int64_t rows = a.size(0);
  const std::int64_t depth = a.size(1);
  const std::int64_t columns = b.size(1);
  Tensor out = rg::zeros({rows, columns}, {.dtype = a.dtype()});
  const T* const x = a.data<T>();
  const T* const y = b.data<T>();
  T* const to = out.data<T>();
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t k = 0; k < depth; ++k)
      for (std::int64_t j = 0; j < columns; ++j)
        to[i * columns + j] += x[i * depth + k] * y[k * columns + j];
  return out;
}

// Both ways of gemm(), and a side that is packed once.
template <class T>
void check_product(const ProductSizes& s, bool a_transposed, bool b_transposed, Target target) {
  const rg::DType dtype = rg::dtype_of<T>();
  const Tensor a = integers({s.rows, s.depth}, dtype, 1);
  const Tensor b = integers({s.depth, s.columns}, dtype, 2);
  Tensor expected = sums_of<T>(a, b);
  if (target == Target::added_to) {
    expected = expected + 1.0;
  }
  const Stored left(a, a_transposed, 3);
  const Stored right(b, b_transposed, 0);
  const auto check = [&](const char* name, const auto& multiply) {
    Stored product(rg::ones({s.rows, s.columns}, {.dtype = dtype}), false, 5);
    multiply(const_cast<T*>(product.template matrix<T>().data),
             product.template matrix<T>().row_stride);
    INFO(name << ": " << s.rows << "x" << s.columns << "x" << s.depth);
    CHECK(product.guarded().tensor().to_vector<T>() == expected.to_vector<T>());
    CHECK(product.guarded().intact());
  };
  const auto product = [&](T* c, std::int64_t stride) {
    rg::kernels::gemm<T>(s.rows, s.columns, s.depth, left.matrix<T>(), right.matrix<T>(), c, stride,
                         target);
  };
  check("gemm", product);
  const rg::DeterministicGuard guard;
  check("gemm without BLAS", product);
  const PackedRight<T> packed(s.columns, s.depth, right.matrix<T>());
  check("packed once", [&](T* c, std::int64_t stride) {
    packed.multiply(s.rows, left.matrix<T>(), c, stride, target);
  });
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

TEST_CASE_TEMPLATE("gemm is its definition for each layout and size", T, float, double) {
  for (const ProductSizes& s : kProductSizes) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        for (const Target target : {Target::overwritten, Target::added_to}) {
          check_product<T>(s, a_transposed, b_transposed, target);
        }
      }
    }
  }
}

TEST_CASE("a row of a product has the same bits beside any other rows") {
  const rg::DeterministicGuard guard;
  rg::manual_seed(1);
  const Tensor a = rg::randn({300, 700});
  const Tensor b = rg::randn({700, 90});
  const Tensor whole = rg::matmul(a, b);
  for (const std::int64_t row : {0, 7, 150, 299}) {
    for (const std::int64_t count : {1, 2, 9, 40}) {
      const std::int64_t end = std::min<std::int64_t>(row + count, 300);
      const Tensor part = rg::matmul(rg::slice(a, 0, row, end), b);
      CHECK(part.to_vector<float>() == rg::slice(whole, 0, row, end).to_vector<float>());
    }
  }
}

TEST_CASE("set_deterministic leaves no product to BLAS") {
  const auto implementation = [] {
    rg::start_kernel_report();
    rg::matmul(rg::ones({1, 200}), rg::ones({200, 100}));
    rg::stop_kernel_report();
    return rg::kernel_report().entries.at(0).implementation;
  };
  CHECK(implementation() == (rg::is_deterministic() ? "packed" : "BLAS"));
  const rg::DeterministicGuard guard;
  CHECK(implementation() == "packed");
}
