#include <retrograd/ops/kernels/linalg/matmul.h>

#include <cstdint>
#include <optional>
#include <type_traits>

#include <retrograd/ops/kernels/kernel_state.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/ops/kernels/linalg/matmul_tiles.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/onednn/matmul.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

namespace {

// The sizes of one product in a batch: a (rows, depth), b (depth, columns).
struct Sizes {
  std::int64_t batch;
  std::int64_t rows;
  std::int64_t depth;
  std::int64_t columns;

  Sizes(const Tensor& a, const Tensor& b)
      : batch(a.shape()[0] == 1 ? b.shape()[0] : a.shape()[0]),
        rows(a.shape()[1]),
        depth(a.shape()[2]),
        columns(b.shape()[2]) {}
};

// How the matrices of x (batch, rows, columns) lie in memory, if its rows or its columns do not
// overlap and have no gaps within.
struct Layout {
  std::int64_t row_stride;
  bool transposed;
};
std::optional<Layout> layout_of(const Tensor& x) {
  const Shape& shape = x.shape();
  const Strides& strides = x.strides();
  if ((strides[2] == 1 || shape[2] == 1) && (strides[1] >= shape[2] || shape[1] == 1)) {
    return Layout{strides[1], false};
  }
  if ((strides[1] == 1 || shape[1] == 1) && (strides[2] >= shape[1] || shape[2] == 1)) {
    return Layout{strides[2], true};
  }
  return {};
}

// x (batch, rows, columns) as matrices that gemm can read, copied if need be.
template <class T>
class Operand {
 public:
  explicit Operand(const Tensor& x) : tensor_(layout_of(x) ? x : contiguous_copy(x)) {
    layout_ = *layout_of(tensor_);
  }
  Matrix<T> operator[](std::int64_t i) const {
    const std::int64_t step = tensor_.shape()[0] == 1 ? 0 : tensor_.strides()[0];
    return {tensor_.raw<T>() + i * step, layout_.row_stride, layout_.transposed};
  }
  bool transposed() const { return layout_.transposed; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
  Layout layout_;
};

template <class T>
Tensor multiply(const Tensor& a, const Tensor& b) {
  const Sizes sizes(a, b);
  const Operand<T> left(a);
  const Operand<T> right(b);
  Tensor out = empty_tensor({sizes.batch, sizes.rows, sizes.columns}, a.dtype());
  T* const o = out.raw<T>();
  const std::int64_t each = sizes.rows * sizes.columns;
  if (b.shape()[0] == 1 && left.tensor().is_contiguous()) {
    gemm<T>(sizes.batch * sizes.rows, sizes.columns, sizes.depth, left[0], right[0], o,
            sizes.columns);
    return out;
  }
  const auto products = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      gemm<T>(sizes.rows, sizes.columns, sizes.depth, left[i], right[i], o + i * each,
              sizes.columns);
    }
  };
  // Large products are shared between threads themselves, small ones by the batch.
  const std::int64_t work = std::max<std::int64_t>(each * sizes.depth, 1);
  parallel_ranges(sizes.batch, work >= 64 * kGrain ? sizes.batch + 1 : 8 * kGrain / work + 1,
                  products);
  return out;
}

// Integers wrap around.
template <class T>
Tensor multiply_integers(const Tensor& a, const Tensor& b) {
  const Sizes sizes(a, b);
  const Tensor left = as_contiguous(a);
  const Tensor right = as_contiguous(b);
  Tensor out = empty_tensor({sizes.batch, sizes.rows, sizes.columns}, a.dtype());
  T* o = out.raw<T>();
  for (std::int64_t i = 0; i < sizes.batch; ++i) {
    const T* const x = left.raw<T>() + (a.shape()[0] == 1 ? 0 : i * sizes.rows * sizes.depth);
    const T* const y = right.raw<T>() + (b.shape()[0] == 1 ? 0 : i * sizes.depth * sizes.columns);
    for (std::int64_t r = 0; r < sizes.rows; ++r) {
      for (std::int64_t c = 0; c < sizes.columns; ++c) {
        std::uint64_t sum = 0;
        for (std::int64_t k = 0; k < sizes.depth; ++k) {
          sum += static_cast<std::uint64_t>(x[r * sizes.depth + k]) *
                 static_cast<std::uint64_t>(y[k * sizes.columns + c]);
        }
        *o++ = static_cast<T>(sum);
      }
    }
  }
  return out;
}

// Of bfloat16, as `result`.
Tensor multiply_low(const Tensor& a, const Tensor& b, DType result) {
  if (kernel_state().may_use_direct()) {
    if (Tensor product = matmul_tiles(a, b, result); product.defined()) {
      ++kernel_state().direct_runs;
      return product;
    }
  }
  if (kernel_state().may_use_onednn() && detail::fast_bfloat16()) {
    if (Tensor product = onednn::matmul(a, b, result); product.defined()) {
      ++kernel_state().onednn_runs;
      return product;
    }
  }
  ++kernel_state().portable_runs;
  const Tensor wide = multiply<float>(converted(a, float32), converted(b, float32));
  return result == float32 ? wide : converted(wide, result);
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer("matmul", a, b);
  if (const auto reference = reference_of(&ReferenceTable::matmul)) {
    return reference(a, b);
  }
  return for_dtype(a.dtype(), [&]<class T>() {
    if constexpr (std::is_same_v<T, BFloat16>) {
      return multiply_low(a, b, bfloat16);
    } else {
      ++kernel_state().portable_runs;
      if constexpr (std::is_floating_point_v<T>) {
        return multiply<T>(a, b);
      } else {
        return multiply_integers<T>(a, b);
      }
    }
  });
}

Tensor matmul_wide(const Tensor& a, const Tensor& b) {
  const detail::KernelTimer timer("matmul", a, b);
  if (const auto reference = reference_of(&ReferenceTable::matmul_wide)) {
    return reference(a, b);
  }
  return multiply_low(a, b, float32);
}

}  // namespace retrograd::kernels
