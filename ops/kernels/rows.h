// Lines of a tensor as contiguous rows of float or double. Internal.
//
// Sums have a fixed number of parts, so that they do not depend on the width of vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/vector_math.h>
#include <retrograd/tensor/detail/instructions.h>

namespace retrograd::kernels {

// x, or a copy, in float32 or float64, with `dim` innermost and the others row-major: line i begins
// at element i * x.shape()[dim].
inline Tensor as_rows(const Tensor& x, std::size_t dim) {
  Shape order = x.shape();
  order.erase(dim);
  order.insert(order.size(), x.shape()[dim]);
  Strides strides = contiguous_strides(order);
  const std::int64_t step = strides[order.size() - 1];
  strides.erase(order.size() - 1);
  strides.insert(dim, step);
  const DType dtype = x.dtype() == bfloat16 ? float32 : x.dtype();
  if (x.dtype() == dtype && x.strides() == strides) {
    return x;
  }
  const Tensor rows = empty_strided(x.shape(), strides, dtype);
  copy(rows, x);
  return rows;
}

// Results in rows, with the dtype and the layout that element-wise operators would give x.
inline Tensor laid_out_as(const Tensor& rows, const Tensor& x) {
  const Tensor result = empty_as(x, x.dtype());
  if (rows.dtype() == x.dtype() && rows.strides() == result.strides()) {
    return rows;
  }
  copy(result, rows);
  return result;
}

// Calls f(i) for every line of x along `dim`; f computes in C and may not throw.
template <class C, class F>
void for_each_row(const Tensor& x, std::size_t dim, const F& f) {
  if (x.numel() == 0) {
    return;
  }
  const std::int64_t length = x.shape()[dim];
  parallel_ranges(x.numel() / length, kGrain / length + 1,
                  [&](std::int64_t begin, std::int64_t end) {
                    const auto body = [&f, begin, end] {
                      for (std::int64_t i = begin; i < end; ++i) {
                        f(i);
                      }
                    };
                    if constexpr (std::is_same_v<C, float>) {
                      retrograd::detail::vectorised_wide(body);
                    } else {
                      body();  // most of it the C library's exp, which has no vectors
                    }
                  });
}

// NaN is passed over: it shows in the sum.
template <class C>
C largest_of(const C* x, std::int64_t n) {
  C largest = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : largest)
  for (std::int64_t i = 0; i < n; ++i) {
    largest = x[i] > largest ? x[i] : largest;
  }
  return largest;
}

// The sum of f(i). Blocks are added up in double because float stops counting ones at 2^24.
template <class C, class F>
double sum_of(std::int64_t n, const F& f) {
  constexpr std::int64_t kLanes = 16;
  constexpr std::int64_t kBlock = 64 * kLanes;
  double total = 0;
  for (std::int64_t first = 0; first < n; first += kBlock) {
    const std::int64_t end = std::min(n, first + kBlock);
    std::array<C, kLanes> part{};
    std::int64_t i = first;
    for (; i + kLanes <= end; i += kLanes) {
      for (std::int64_t k = 0; k < kLanes; ++k) {
        part[static_cast<std::size_t>(k)] += f(i + k);
      }
    }
    for (std::int64_t k = 0; i + k < end; ++k) {
      part[static_cast<std::size_t>(k)] += f(i + k);
    }
    for (const C value : part) {
      total += static_cast<double>(value);
    }
  }
  return total;
}

// The sum of exp(x - largest).
template <class C>
double sum_of_exp(const C* x, std::int64_t n, C largest) {
  return sum_of<C>(n, [&](std::int64_t i) { return vec::exp(x[i] - largest); });
}

}  // namespace retrograd::kernels
