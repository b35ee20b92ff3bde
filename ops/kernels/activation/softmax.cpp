#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/rows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

// f(lines of the inputs, line of the result) for the lines of inputs of one shape and dtype; the
// result has the layout of the last.
template <std::size_t N, class F>
Tensor line_by_line(const std::array<Tensor, N>& inputs, std::size_t dim, const F& f) {
  Tensor out = empty_as(inputs[N - 1], inputs[N - 1].dtype());
  for_floating(out.dtype(), [&]<class T>() {
    for_each_line<T>(inputs, out, dim,
                     [&](std::int64_t, const auto& lines, auto to) { f(lines, to); });
  });
  return out;
}

}  // namespace

Tensor softmax(const Tensor& x, std::size_t dim) {
  const detail::KernelTimer timer("softmax", x);
  if (const auto reference = reference_of(&ReferenceTable::softmax)) {
    return reference(x, dim);
  }
  return line_by_line<1>(
      {x}, dim, [n = x.shape()[dim]]<class T>(const auto& lines, Line<T> result) {
        using C = compute_t<T>;
        Reader<C, T> line(lines[0]);
        const Exponents<C> exponents(line, n);
        const auto total = static_cast<C>(exponents.total);
        write_pieces<C>(result, n, [&](C* to, std::int64_t first, std::int64_t count) {
          const C* const from = line(first, count);
          for (std::int64_t i = 0; i < count; ++i) {
            to[i] = vec::exp(from[i] - exponents.largest) / total;
          }
        });
      });
}

Tensor log_softmax(const Tensor& x, std::size_t dim) {
  const detail::KernelTimer timer("log_softmax", x);
  if (const auto reference = reference_of(&ReferenceTable::log_softmax)) {
    return reference(x, dim);
  }
  return line_by_line<1>(
      {x}, dim, [n = x.shape()[dim]]<class T>(const auto& lines, Line<T> result) {
        using C = compute_t<T>;
        Reader<C, T> line(lines[0]);
        const Exponents<C> exponents(line, n);
        const C shift = exponents.shift();
        write_pieces<C>(result, n, [&](C* to, std::int64_t first, std::int64_t count) {
          const C* const from = line(first, count);
          for (std::int64_t i = 0; i < count; ++i) {
            to[i] = from[i] - exponents.largest - shift;
          }
        });
      });
}

namespace {

// f(g, y, the sum of term(g, y) over the line) for each element.
template <class Term, class F>
Tensor gradient(const Tensor& grad, const Tensor& y, std::size_t dim, const Term& term,
                const F& f) {
  return line_by_line<2>(
      {grad, y}, dim, [&, n = y.shape()[dim]]<class T>(const auto& lines, Line<T> result) {
        using C = compute_t<T>;
        Reader<C, T> grads(lines[0]);
        Reader<C, T> values(lines[1]);
        double sum = 0;
        for_each_piece(n, [&](std::int64_t first, std::int64_t count) {
          const C* const g = grads(first, count);
          const C* const p = values(first, count);
          sum = sum_of<C>(
              count, [&](std::int64_t i) { return term(g[i], p[i]); }, sum);
        });
        const auto total = static_cast<C>(sum);
        write_pieces<C>(result, n, [&](C* to, std::int64_t first, std::int64_t count) {
          const C* const g = grads(first, count);
          const C* const p = values(first, count);
          for (std::int64_t i = 0; i < count; ++i) {
            to[i] = f(g[i], p[i], total);
          }
        });
      });
}

}  // namespace

Tensor softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const detail::KernelTimer timer("softmax_grad", grad);
  if (const auto reference = reference_of(&ReferenceTable::softmax_grad)) {
    return reference(grad, y, dim);
  }
  return gradient(
      grad, y, dim, [](auto g, auto p) { return g * p; },
      [](auto g, auto p, auto mean) { return (g - mean) * p; });
}

Tensor log_softmax_grad(const Tensor& grad, const Tensor& y, std::size_t dim) {
  const detail::KernelTimer timer("log_softmax_grad", grad);
  if (const auto reference = reference_of(&ReferenceTable::log_softmax_grad)) {
    return reference(grad, y, dim);
  }
  return gradient(
      grad, y, dim, [](auto g, auto) { return g; },
      [](auto g, auto log_p, auto total) { return g - vec::exp(log_p) * total; });
}

}  // namespace retrograd::kernels
