#include <retrograd/ops/kernels/loss/cross_entropy.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <retrograd/ops/kernels/loops/rows.h>
#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>

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

  // The loss of a row of which `own` is the value of its class.
  C loss(std::int64_t row, C largest, C shift, C own) const {
    return this->own(row) * (shift + (largest - own));
  }
  bool has_loss(std::int64_t row) const { return ignored == nullptr || !ignored[row]; }
  C own(std::int64_t row) const { return own_weight == nullptr ? C{1} : own_weight[index[row]]; }
};

// Rows of so few values that vectors would be part empty: they lie across vectors, of so many rows.
constexpr std::int64_t kFew = 16;

// Those of rows begin to end - 1. The bits are those of Exponents, whose sums have a part for each
// of so few values.
[[gnu::always_inline]] inline void losses_of_few(const float* x, std::int64_t n, std::int64_t begin,
                                                 std::int64_t end, const Targets<float>& target,
                                                 float* losses, float* exponent) {
  float values[kFew][kFew];  // by class
  for (std::int64_t from = begin; from < end; from += kFew) {
    const std::int64_t first = std::max(std::min(from, end - kFew), begin);  // some rows twice
    const std::int64_t count = std::min(kFew, end - first);
    for (std::int64_t r = 0; r < kFew; ++r) {
      const float* const row = x + (first + std::min(r, count - 1)) * n;
      for (std::int64_t i = 0; i < n; ++i) {
        values[i][r] = row[i];
      }
    }
    float largest[kFew];
    double total[kFew] = {};
    std::fill_n(largest, kFew, -std::numeric_limits<float>::infinity());
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t r = 0; r < kFew; ++r) {
        largest[r] = values[i][r] > largest[r] ? values[i][r] : largest[r];
      }
    }
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t r = 0; r < kFew; ++r) {
        total[r] += static_cast<double>(vec::exp(values[i][r] - largest[r]));
      }
    }
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t row = first + r;
      const auto shift = static_cast<float>(std::log(total[r]));
      exponent[2 * row] = largest[r];
      exponent[2 * row + 1] = shift;
      losses[row] = target.has_loss(row)
                        ? target.loss(row, largest[r], shift, x[row * n + target.index[row]])
                        : 0;
    }
  }
}

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
  if (x.dtype() == float32 && n >= 1 && n <= kFew && dim + 1 == x.shape().size() &&
      x.is_contiguous() && !targets.soft.defined()) {
    detail::parallel_ranges(
        x.numel() / n, detail::kGrain / (4 * n), [&](std::int64_t begin, std::int64_t end) {
          detail::vectorised_wide([&] {
            losses_of_few(x.raw<float>(), n, begin, end, Targets<float>(targets),
                          result.losses.raw<float>(), result.exponent.raw<float>());
          });
        });
    return result;
  }
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
          C loss = target.loss(row, largest, shift, own);
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
