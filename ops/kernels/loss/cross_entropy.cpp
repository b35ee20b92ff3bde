#include <retrograd/ops/kernels/loss/cross_entropy.h>

#include <algorithm>

#include <retrograd/ops/kernels/loops/rows.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

template <class C>
struct Targets {
  const std::int64_t* index;
  const bool* ignored;
  const C* own_weight;
  const C* soft;

  explicit Targets(const ClassTargets& given)
      : index(given.index.raw<std::int64_t>()),
        ignored(given.ignored.defined() ? given.ignored.raw<bool>() : nullptr),
        own_weight(given.own.defined() ? given.own.raw<C>() : nullptr),
        soft(given.soft.defined() ? given.soft.raw<C>() : nullptr) {}

  bool has_loss(std::int64_t row) const { return ignored == nullptr || !ignored[row]; }
  C own(std::int64_t row) const { return own_weight == nullptr ? C{1} : own_weight[index[row]]; }
};

}  // namespace

ClassLosses cross_entropy(const Tensor& x, std::size_t dim, const ClassTargets& targets) {
  const detail::KernelTimer timer("cross_entropy", x);
  if (const auto reference = reference_of(&ReferenceTable::cross_entropy)) {
    return reference(x, dim, targets);
  }
  const std::int64_t n = x.shape()[dim];
  const DType wide = x.dtype() == bfloat16 ? float32 : x.dtype();
  ClassLosses result{empty_tensor(targets.index.shape(), wide),
                     empty_tensor({targets.index.numel(), 2}, wide)};
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for_each_line<T, 1>(
        {x}, Tensor(), dim,
        [n, target = Targets<C>(targets), losses = result.losses.raw<C>(),
         exponent = result.exponent.raw<C>()]<class U>(std::int64_t row, const auto& lines,
                                                       Line<U>) {
          Reader<C, U> line(lines[0]);
          const Exponents<C> exponents(line, n);
          const C largest = exponents.largest;
          const C shift = exponents.shift();
          exponent[2 * row] = largest;
          exponent[2 * row + 1] = shift;
          if (!target.has_loss(row)) {
            losses[row] = 0;
            return;
          }
          const auto own = convert<C>(lines[0].first[target.index[row] * lines[0].step]);
          C loss = target.own(row) * (shift + (largest - own));
          if (target.soft != nullptr) {
            double sum = 0;
            for_each_piece(n, [&](std::int64_t first, std::int64_t count) {
              const C* const values = line(first, count);
              const C* const soft = target.soft + first;
              sum = sum_of<C>(
                  count, [&](std::int64_t i) { return soft[i] * (shift + (largest - values[i])); },
                  sum);
            });
            loss += static_cast<C>(sum);
          }
          losses[row] = loss;
        });
  });
  return result;
}

Tensor cross_entropy_grad(const Tensor& grad, const Tensor& x, const Tensor& exponent,
                          std::size_t dim, const ClassTargets& targets) {
  const detail::KernelTimer timer("cross_entropy_grad", x);
  if (const auto reference = reference_of(&ReferenceTable::cross_entropy_grad)) {
    return reference(grad, x, exponent, dim, targets);
  }
  const Tensor grads = as_contiguous(grad);
  Tensor out = empty_as(x, x.dtype());
  const std::int64_t n = x.shape()[dim];
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    const Targets<C> target(targets);
    double all = 0;
    for (std::int64_t i = 0; target.soft != nullptr && i < n; ++i) {
      all += static_cast<double>(target.soft[i]);
    }
    for_each_line<T, 1>(
        {x}, out, dim,
        [n, target, all = static_cast<C>(all), g = grads.raw<C>(), at = exponent.raw<C>()]<class U>(
            std::int64_t row, const auto& lines, Line<U> result) {
          Reader<C, U> line(lines[0]);
          const bool counts = target.has_loss(row);
          const C scale = g[row] * (target.own(row) + all);
          const C largest = at[2 * row];
          const C shift = at[2 * row + 1];
          write_pieces<C>(result, n, [&](C* to, std::int64_t first, std::int64_t count) {
            if (!counts) {
              std::fill_n(to, count, C{0});
              return;
            }
            const C* const from = line(first, count);
            for (std::int64_t i = 0; i < count; ++i) {
              to[i] = scale * vec::exp(from[i] - largest - shift);
            }
            if (target.soft != nullptr) {
              for (std::int64_t i = 0; i < count; ++i) {
                to[i] -= g[row] * target.soft[first + i];
              }
            }
            const std::int64_t own = target.index[row] - first;
            if (own >= 0 && own < count) {
              to[own] -= g[row] * target.own(row);
            }
          });
        });
  });
  return out;
}

}  // namespace retrograd::kernels
