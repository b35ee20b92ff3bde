#include <retrograd/ops/kernels/cross_entropy.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/kernels/report.h>
#include <retrograd/ops/kernels/rows.h>

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
  const KernelTimer timer("cross_entropy", x);
  const Tensor rows = as_rows(x, dim);
  const std::int64_t n = x.shape()[dim];
  ClassLosses result{empty_tensor(targets.index.shape(), x.dtype()),
                     empty_tensor({targets.index.numel(), 2}, x.dtype())};
  for_float_or_double(x.dtype(), [&]<class C>() {
    for_each_row<C>(
        rows, dim,
        [n, target = Targets<C>(targets), from = rows.raw<C>(), losses = result.losses.raw<C>(),
         exponent = result.exponent.raw<C>()](std::int64_t row) {
          const C* const line = from + row * n;
          const C largest = largest_of(line, n);
          const auto shift = static_cast<C>(std::log(sum_of_exp(line, n, largest)));
          exponent[2 * row] = largest;
          exponent[2 * row + 1] = shift;
          if (!target.has_loss(row)) {
            losses[row] = 0;
            return;
          }
          C loss = target.own(row) * (shift + (largest - line[target.index[row]]));
          if (target.soft != nullptr) {
            loss += static_cast<C>(sum_of<C>(
                n, [&](std::int64_t i) { return target.soft[i] * (shift + (largest - line[i])); }));
          }
          losses[row] = loss;
        });
  });
  return result;
}

Tensor cross_entropy_grad(const Tensor& grad, const Tensor& x, const Tensor& exponent,
                          std::size_t dim, const ClassTargets& targets) {
  const KernelTimer timer("cross_entropy_grad", x);
  const Tensor rows = as_rows(x, dim);
  const Tensor grads = as_contiguous(grad);
  const Tensor out = empty_as(rows, rows.dtype());
  const std::int64_t n = x.shape()[dim];
  for_float_or_double(x.dtype(), [&]<class C>() {
    const Targets<C> target(targets);
    double soft = 0;
    for (std::int64_t i = 0; target.soft != nullptr && i < n; ++i) {
      soft += static_cast<double>(target.soft[i]);
    }
    for_each_row<C>(
        rows, dim,
        [n, target, soft = static_cast<C>(soft), from = rows.raw<C>(), g = grads.raw<C>(),
         at = exponent.raw<C>(), to = out.raw<C>()](std::int64_t row) {
          const C* const line = from + row * n;
          C* const result = to + row * n;
          if (!target.has_loss(row)) {
            std::fill_n(result, n, C{0});
            return;
          }
          const C scale = g[row] * (target.own(row) + soft);
          const C largest = at[2 * row];
          const C shift = at[2 * row + 1];
          for (std::int64_t i = 0; i < n; ++i) {
            result[i] = scale * vec::exp(line[i] - largest - shift);
          }
          if (target.soft != nullptr) {
            for (std::int64_t i = 0; i < n; ++i) {
              result[i] -= g[row] * target.soft[i];
            }
          }
          result[target.index[row]] -= g[row] * target.own(row);
        });
  });
  return out;
}

}  // namespace retrograd::kernels
