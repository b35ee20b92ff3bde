#include <cmath>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/report.h>
#include <retrograd/ops/kernels/vector_math.h>

namespace retrograd::kernels {

namespace {

// Of lines that lie in one piece the distance is known when the loops are compiled.
using OneByOne = std::integral_constant<std::int64_t, 1>;

// Calls row(start, length, step) for the first element of every line along `dim`.
template <class Row>
void for_each_line(const Tensor& x, std::size_t dim, Row&& row) {
  if (x.numel() == 0) {
    return;
  }
  const std::int64_t length = x.shape()[dim];
  const std::int64_t step = x.strides()[dim];
  Shape others = x.shape();
  Strides strides = x.strides();
  others.erase(dim);
  strides.erase(dim);
  detail::for_each_run<1>(
      others, {&strides}, [&](const auto& at, std::int64_t n, const auto& steps) {
        parallel_ranges(n, kGrain / length + 1, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t start = at[0] + i * steps[0];
            if (step == 1) {
              row(start, length, OneByOne{});
            } else {
              row(start, length, step);
            }
          }
        });
      });
}

Tensor as_dense(const Tensor& x) {
  return x.impl().dense ? x : contiguous_copy(x);
}

// x itself if it has the strides of `model`, else a copy that has.
Tensor as_laid_out(const Tensor& x, const Tensor& model) {
  if (x.strides() == model.strides()) {
    return x;
  }
  const Tensor result = empty_as(model, x.dtype());
  copy(result, x);
  return result;
}

// NaN is passed over: it shows in the sum.
template <class T, class Step>
compute_t<T> largest_of(const T* x, std::int64_t n, Step step) {
  using C = compute_t<T>;
  C largest = -std::numeric_limits<C>::infinity();
#pragma omp simd reduction(max : largest)
  for (std::int64_t i = 0; i < n; ++i) {
    const C value = x[i * step];
    largest = value > largest ? value : largest;
  }
  return largest;
}

}  // namespace

// Sums are in double because float stops counting ones at 2^24. A line of -inf alone gives NaN.

Tensor softmax(const Tensor& given, std::size_t dim) {
  const KernelTimer timer("softmax", given);
  const Tensor x = as_dense(given);
  const Tensor out = empty_as(x, x.dtype());
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for_each_line(
        x, dim,
        [&, in = x.raw<T>(), to = out.raw<T>()](std::int64_t start, std::int64_t n, auto step) {
          const T* const line = in + start;
          T* const result = to + start;
          const C largest = largest_of(line, n, step);
          double sum = 0;
#pragma omp simd reduction(+ : sum)
          for (std::int64_t i = 0; i < n; ++i) {
            sum += static_cast<double>(vec::exp(static_cast<C>(line[i * step]) - largest));
          }
          const auto total = static_cast<C>(sum);
#pragma omp simd
          for (std::int64_t i = 0; i < n; ++i) {
            result[i * step] =
                convert<T>(vec::exp(static_cast<C>(line[i * step]) - largest) / total);
          }
        });
  });
  return out;
}

Tensor log_softmax(const Tensor& given, std::size_t dim) {
  const KernelTimer timer("log_softmax", given);
  const Tensor x = as_dense(given);
  const Tensor out = empty_as(x, x.dtype());
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for_each_line(
        x, dim,
        [&, in = x.raw<T>(), to = out.raw<T>()](std::int64_t start, std::int64_t n, auto step) {
          const T* const line = in + start;
          T* const result = to + start;
          const C largest = largest_of(line, n, step);
          double sum = 0;
#pragma omp simd reduction(+ : sum)
          for (std::int64_t i = 0; i < n; ++i) {
            sum += static_cast<double>(vec::exp(static_cast<C>(line[i * step]) - largest));
          }
          const auto shift = static_cast<C>(std::log(sum));
#pragma omp simd
          for (std::int64_t i = 0; i < n; ++i) {
            result[i * step] = convert<T>(static_cast<C>(line[i * step]) - largest - shift);
          }
        });
  });
  return out;
}

Tensor softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const KernelTimer timer("softmax_grad", grad);
  const Tensor result = as_dense(y);
  const Tensor from = as_laid_out(grad, result);
  const Tensor out = empty_as(result, result.dtype());
  for_floating(result.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for_each_line(result, dim,
                  [&, g = from.raw<T>(), p = result.raw<T>(), to = out.raw<T>()](
                      std::int64_t start, std::int64_t n, auto step) {
                    double sum = 0;
#pragma omp simd reduction(+ : sum)
                    for (std::int64_t i = 0; i < n; ++i) {
                      const std::int64_t at = start + i * step;
                      sum += static_cast<double>(static_cast<C>(g[at]) * static_cast<C>(p[at]));
                    }
                    const auto mean = static_cast<C>(sum);
#pragma omp simd
                    for (std::int64_t i = 0; i < n; ++i) {
                      const std::int64_t at = start + i * step;
                      to[at] = convert<T>((static_cast<C>(g[at]) - mean) * static_cast<C>(p[at]));
                    }
                  });
  });
  return out;
}

Tensor log_softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const KernelTimer timer("log_softmax_grad", grad);
  const Tensor result = as_dense(y);
  const Tensor from = as_laid_out(grad, result);
  const Tensor out = empty_as(result, result.dtype());
  for_floating(result.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for_each_line(result, dim,
                  [&, g = from.raw<T>(), log_p = result.raw<T>(), to = out.raw<T>()](
                      std::int64_t start, std::int64_t n, auto step) {
                    double sum = 0;
#pragma omp simd reduction(+ : sum)
                    for (std::int64_t i = 0; i < n; ++i) {
                      sum += static_cast<double>(static_cast<C>(g[start + i * step]));
                    }
                    const auto total = static_cast<C>(sum);
#pragma omp simd
                    for (std::int64_t i = 0; i < n; ++i) {
                      const std::int64_t at = start + i * step;
                      to[at] = convert<T>(static_cast<C>(g[at]) -
                                          vec::exp(static_cast<C>(log_p[at])) * total);
                    }
                  });
  });
  return out;
}

}  // namespace retrograd::kernels
