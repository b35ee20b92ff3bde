#include <retrograd/ops/kernels/extreme.h>

#include <algorithm>
#include <array>

#include <retrograd/ops/kernels/parallel_runs.h>
#include <retrograd/ops/kernels/reduce.h>
#include <retrograd/ops/kernels/reduction.h>

namespace retrograd::kernels {

namespace {

template <bool largest>
Tensor extreme(const Tensor& x, const DimMask& reduced) {
  return for_dtype(x.dtype(), [&]<class T>() {
    using A = compute_t<T>;
    const A none = largest ? lowest<A>() : highest<A>();
    const Tensor best = reduce<T>(x, reduced, Extreme<A, largest>(none));
    if constexpr (std::is_same_v<A, T>) {
      return best;
    } else {
      Tensor result = empty_tensor(best.shape(), x.dtype());
      map<T, A>(result, best, [](A value) { return convert<T>(value); });
      return result;
    }
  });
}

// A contiguous row: the best value first, which is quick, then where it is.
template <class A, bool largest, class T>
std::int64_t index_in_row(const T* row, std::int64_t n) {
  const A best = fold(Extreme<A, largest>(static_cast<A>(row[0])), row, n, 1, 0);
  std::int64_t i = 0;
  if (best != best) {
    while (static_cast<A>(row[i]) == static_cast<A>(row[i])) {
      ++i;
    }
    return i;
  }
  while (static_cast<A>(row[i]) != best) {
    ++i;
  }
  return i;
}

// Lines `line_step` apart, of n values `step` apart each.
template <class A, bool largest, class T>
void indices_of_lines(const T* x, std::int64_t lines, std::int64_t line_step, std::int64_t n,
                      std::int64_t step, std::int64_t* out) {
  std::array<A, 64> best{};
  for (std::int64_t i = 0; i < lines; ++i) {
    best[static_cast<std::size_t>(i)] = static_cast<A>(x[i * line_step]);
    out[i] = 0;
  }
  for (std::int64_t j = 1; j < n; ++j) {
    const T* const values = x + j * step;
    for (std::int64_t i = 0; i < lines; ++i) {
      A& current = best[static_cast<std::size_t>(i)];
      const A value = static_cast<A>(values[i * line_step]);
      const bool better = largest ? value > current : value < current;
      if (better || (value != value && current == current)) {
        current = value;
        out[i] = j;
      }
    }
  }
}

template <bool largest>
Tensor index_of_extreme(const Tensor& x, std::size_t dim) {
  DimMask reduced{};
  reduced[dim] = true;
  Tensor out = empty_tensor(reduced_shape(x, reduced), int64);
  const std::int64_t length = x.shape()[dim];
  const std::int64_t step = x.strides()[dim];
  auto* const o = out.raw<std::int64_t>();
  for_dtype(x.dtype(), [&]<class T>() {
    using A = compute_t<T>;
    const T* const in = x.raw<T>();
    for_each_run_in_parallel<2>(
        out.shape(), {&out.strides(), &x.strides()}, length,
        [&](const auto& at, std::int64_t n, const auto& steps) {
          if (step == 1 || n == 1 || steps[0] != 1) {
            for (std::int64_t i = 0; i < n; ++i) {
              const T* const line = in + at[1] + i * steps[1];
              std::int64_t* const result = o + at[0] + i * steps[0];
              if (step == 1) {
                *result = index_in_row<A, largest>(line, length);
              } else {
                indices_of_lines<A, largest>(line, 1, 0, length, step, result);
              }
            }
            return;
          }
          for (std::int64_t i = 0; i < n; i += 64) {
            indices_of_lines<A, largest>(in + at[1] + i * steps[1],
                                         std::min<std::int64_t>(64, n - i), steps[1], length, step,
                                         o + at[0] + i);
          }
        });
  });
  return out;
}

}  // namespace

Tensor amax(const Tensor& x, const DimMask& reduced) {
  return extreme<true>(x, reduced);
}

Tensor amin(const Tensor& x, const DimMask& reduced) {
  return extreme<false>(x, reduced);
}

Tensor argmax(const Tensor& x, std::size_t dim) {
  return index_of_extreme<true>(x, dim);
}

Tensor argmin(const Tensor& x, std::size_t dim) {
  return index_of_extreme<false>(x, dim);
}

}  // namespace retrograd::kernels
