#include <cmath>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/report.h>
#include <retrograd/ops/kernels/rows.h>

namespace retrograd::kernels {

// A line of -inf alone gives NaN.

Tensor softmax(const Tensor& x, std::size_t dim) {
  const KernelTimer timer("softmax", x);
  const Tensor rows = as_rows(x, dim);
  const Tensor out = empty_as(rows, rows.dtype());
  const std::int64_t n = x.shape()[dim];
  for_float_or_double(rows.dtype(), [&]<class C>() {
    for_each_row<C>(rows, dim, [n, from = rows.raw<C>(), to = out.raw<C>()](std::int64_t row) {
      const C* const line = from + row * n;
      C* const result = to + row * n;
      const C largest = largest_of(line, n);
      const auto total = static_cast<C>(sum_of_exp(line, n, largest));
      for (std::int64_t i = 0; i < n; ++i) {
        result[i] = vec::exp(line[i] - largest) / total;
      }
    });
  });
  return laid_out_as(out, x);
}

Tensor log_softmax(const Tensor& x, std::size_t dim) {
  const KernelTimer timer("log_softmax", x);
  const Tensor rows = as_rows(x, dim);
  const Tensor out = empty_as(rows, rows.dtype());
  const std::int64_t n = x.shape()[dim];
  for_float_or_double(rows.dtype(), [&]<class C>() {
    for_each_row<C>(rows, dim, [n, from = rows.raw<C>(), to = out.raw<C>()](std::int64_t row) {
      const C* const line = from + row * n;
      C* const result = to + row * n;
      const C largest = largest_of(line, n);
      const auto shift = static_cast<C>(std::log(sum_of_exp(line, n, largest)));
      for (std::int64_t i = 0; i < n; ++i) {
        result[i] = line[i] - largest - shift;
      }
    });
  });
  return laid_out_as(out, x);
}

namespace {

// f(row of the gradient, row of the result, row of the input's gradient).
template <class F>
Tensor gradient_by_rows(const Tensor& grad, const Tensor& y, std::size_t dim, const F& f) {
  const Tensor rows = as_rows(y, dim);
  const Tensor grads = as_rows(grad, dim);
  const Tensor out = empty_as(rows, rows.dtype());
  const std::int64_t n = y.shape()[dim];
  for_float_or_double(rows.dtype(), [&]<class C>() {
    for_each_row<C>(rows, dim,
                    [&f, n, g = grads.raw<C>(), p = rows.raw<C>(), to = out.raw<C>()](
                        std::int64_t row) { f(g + row * n, p + row * n, to + row * n); });
  });
  return laid_out_as(out, y);
}

}  // namespace

Tensor softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const KernelTimer timer("softmax_grad", grad);
  return gradient_by_rows(
      grad, y, dim, [n = y.shape()[dim]]<class C>(const C* g, const C* p, C* out) {
        const auto mean = static_cast<C>(sum_of<C>(n, [&](std::int64_t i) { return g[i] * p[i]; }));
        for (std::int64_t i = 0; i < n; ++i) {
          out[i] = (g[i] - mean) * p[i];
        }
      });
}

Tensor log_softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const KernelTimer timer("log_softmax_grad", grad);
  return gradient_by_rows(
      grad, y, dim, [n = y.shape()[dim]]<class C>(const C* g, const C* log_p, C* out) {
        const auto total = static_cast<C>(sum_of<C>(n, [&](std::int64_t i) { return g[i]; }));
        for (std::int64_t i = 0; i < n; ++i) {
          out[i] = g[i] - vec::exp(log_p[i]) * total;
        }
      });
}

}  // namespace retrograd::kernels
