#include <cmath>
#include <limits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

namespace {

// Calls row(input, output, length, step) for every line along `dim`.
template <class T, class Row>
Tensor by_rows(const Tensor& given, std::size_t dim, Row&& row) {
  const Tensor x = given.impl().dense ? given : contiguous_copy(given);
  Tensor out = empty_as(x, x.dtype());
  if (x.numel() == 0) {
    return out;
  }
  const std::int64_t length = x.shape()[dim];
  const std::int64_t step = x.strides()[dim];
  Shape others = x.shape();
  Strides strides = x.strides();
  others.erase(dim);
  strides.erase(dim);
  const T* const in = x.raw<T>();
  T* const o = out.raw<T>();
  detail::for_each_run<1>(
      others, {&strides}, [&](const auto& at, std::int64_t n, const auto& steps) {
        parallel_ranges(n, kGrain / length + 1, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t start = at[0] + i * steps[0];
            row(in + start, o + start, length, step);
          }
        });
      });
  return out;
}

// The largest value and the sum of exp(x - largest), in double because float stops counting ones at
// 2^24. A line of -inf alone has the sum NaN.
template <class T>
std::pair<compute_t<T>, double> shifted_sum(const T* x, std::int64_t n, std::int64_t step) {
  using C = compute_t<T>;
  C largest = -std::numeric_limits<C>::infinity();
  for (std::int64_t i = 0; i < n; ++i) {
    const C value = x[i * step];
    largest = value > largest || value != value ? value : largest;
  }
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<double>(std::exp(x[i * step] - largest));
  }
  return {largest, sum};
}

}  // namespace

Tensor softmax(const Tensor& x, std::size_t dim) {
  return for_floating(x.dtype(), [&]<class T>() {
    return by_rows<T>(x, dim, [](const T* in, T* out, std::int64_t n, std::int64_t step) {
      const auto [largest, total] = shifted_sum(in, n, step);
      const auto sum = static_cast<compute_t<T>>(total);
      for (std::int64_t i = 0; i < n; ++i) {
        out[i * step] = convert<T>(std::exp(in[i * step] - largest) / sum);
      }
    });
  });
}

Tensor log_softmax(const Tensor& x, std::size_t dim) {
  return for_floating(x.dtype(), [&]<class T>() {
    return by_rows<T>(x, dim, [](const T* in, T* out, std::int64_t n, std::int64_t step) {
      const auto [largest, sum] = shifted_sum(in, n, step);
      const auto shift = static_cast<compute_t<T>>(std::log(sum));
      for (std::int64_t i = 0; i < n; ++i) {
        out[i * step] = convert<T>(in[i * step] - largest - shift);
      }
    });
  });
}

}  // namespace retrograd::kernels
