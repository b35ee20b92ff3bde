// The loops beneath reductions.
//
// An operation is a class with
//   using Accumulator;                      // what results are gathered in
//   Accumulator start() const;              // the result of no elements
//   Accumulator add(Accumulator total, T value, std::int64_t result) const;
//   Accumulator add4(Accumulator total, T a, T b, T c, T d, std::int64_t result) const;
//   Accumulator merge(Accumulator a, Accumulator b) const;
// where `result` is the row-major number of the result that the value belongs to. add4 is add done
// four times, in any order.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

inline Shape reduced_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape = x.shape();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

// Strides of the row-major result, 0 where it is reduced.
inline Strides result_strides(const Shape& result, const DimMask& reduced) {
  Strides strides = contiguous_strides(result);
  for (std::size_t d = 0; d < strides.size(); ++d) {
    strides[d] = reduced[d] ? 0 : strides[d];
  }
  return strides;
}

// One run of values, with several accumulators at once: a single one would wait for itself.
template <class T, class Op, class Step>
typename Op::Accumulator fold_lanes(const Op& op, const T* x, std::int64_t n, Step step,
                                    std::int64_t result) {
  constexpr std::int64_t kLanes = 8;
  constexpr std::int64_t kAtOnce = 4 * kLanes;
  auto total = op.start();
  std::int64_t i = 0;
  if (n >= kAtOnce) {
    std::array<typename Op::Accumulator, kLanes> part;
    part.fill(total);
    for (; i + kAtOnce <= n; i += kAtOnce) {
      const T* const now = x + i * step;
      for (std::int64_t k = 0; k < kLanes; ++k) {
        auto& lane = part[static_cast<std::size_t>(k)];
        lane = op.add4(lane, now[k * step], now[(k + kLanes) * step], now[(k + 2 * kLanes) * step],
                       now[(k + 3 * kLanes) * step], result);
      }
    }
    for (const auto& lane : part) {
      total = op.merge(total, lane);
    }
  }
  for (; i < n; ++i) {
    total = op.add(total, x[i * step], result);
  }
  return total;
}

template <class T, class Op>
typename Op::Accumulator fold(const Op& op, const T* x, std::int64_t n, std::int64_t step,
                              std::int64_t result) {
  if (step == 1) {
    return fold_lanes(op, x, n, std::integral_constant<std::int64_t, 1>(), result);
  }
  return fold_lanes(op, x, n, step, result);
}

namespace reduction {

using retrograd::detail::LoopPlan;

// The plan of a reduction: operand 0 is the input, operand 1 the result. At least two dimensions.
inline LoopPlan<2> plan_of(const Tensor& x, const Strides& result) {
  LoopPlan<2> plan(x.shape(), {&x.strides(), &result});
  while (plan.shape.size() < 2) {
    plan.shape.insert(0, 1);
    plan.strides[0].insert(0, 0);
    plan.strides[1].insert(0, 0);
  }
  return plan;
}

// Where to divide the work: among results where there are many, else along a reduced dimension.
struct Division {
  std::size_t dim = 0;
  std::int64_t partial = 1;  // results of parts to merge afterwards
};
inline Division divide(const LoopPlan<2>& plan, std::int64_t elements) {
  const std::size_t last = plan.shape.size() - 1;
  std::size_t longest = last;
  bool found = false;
  for (std::size_t d = 0; d <= last; ++d) {
    const std::int64_t size = plan.shape[d];
    if (plan.strides[1][d] != 0 && size >= (d == last ? 64 : 8)) {
      return {d, 1};
    }
    if (plan.strides[1][d] == 0 && !found && (size > plan.shape[longest] || size >= 16)) {
      longest = d;
      found = size >= 16;
    }
  }
  if (plan.strides[1][longest] != 0) {
    return {};
  }
  // By the shape alone, so that the result does not depend on the number of threads.
  return {longest, std::max<std::int64_t>(
                       std::min({std::int64_t{16}, plan.shape[longest], elements / kGrain}), 1)};
}

// The two innermost dimensions: rows of n values. Steps of the input and of the result.
template <class T, class Op>
void fold_tile(const Op& op, const T* x, typename Op::Accumulator* out, std::int64_t result,
               std::int64_t rows, std::array<std::int64_t, 2> row_step, std::int64_t n,
               std::array<std::int64_t, 2> step) {
  constexpr std::int64_t kFew = 8;
  if (step[1] == 0) {
    for (std::int64_t r = 0; r < rows; ++r) {
      auto& total = out[r * row_step[1]];
      total = op.merge(total, fold(op, x + r * row_step[0], n, step[0], result + r * row_step[1]));
    }
    return;
  }
  if (row_step[1] == 0 && n <= kFew) {
    constexpr std::int64_t kCached = 1024;
    for (std::int64_t r = 0; r < rows; r += kCached) {
      for (std::int64_t i = 0; i < n; ++i) {
        auto& total = out[i * step[1]];
        total =
            op.merge(total, fold(op, x + r * row_step[0] + i * step[0], std::min(kCached, rows - r),
                                 row_step[0], result + i * step[1]));
      }
    }
    return;
  }
  std::int64_t r = 0;
  if (row_step[1] == 0 && step[0] == 1 && step[1] == 1) {
    // Columns that stay in the cache, four rows at a time.
    constexpr std::int64_t kColumns = 1024;
    for (std::int64_t first = 0; first < n; first += kColumns) {
      const std::int64_t end = std::min(n, first + kColumns);
      for (r = 0; r + 4 <= rows; r += 4) {
        const T* const a = x + r * row_step[0];
        const T* const b = a + row_step[0];
        const T* const c = b + row_step[0];
        const T* const d = c + row_step[0];
        for (std::int64_t i = first; i < end; ++i) {
          out[i] = op.add4(out[i], a[i], b[i], c[i], d[i], result + i);
        }
      }
    }
  }
  for (; r < rows; ++r) {
    const T* const row = x + r * row_step[0];
    auto* const totals = out + r * row_step[1];
    for (std::int64_t i = 0; i < n; ++i) {
      const std::int64_t at = i * step[1];
      totals[at] = op.add(totals[at], row[i * step[0]], result + r * row_step[1] + at);
    }
  }
}

// All of a plan, of which `at` are the first offsets.
template <class T, class Op>
void fold_plan(const Op& op, const T* x, typename Op::Accumulator* out, const LoopPlan<2>& plan,
               std::array<std::int64_t, 2> at) {
  const std::size_t last = plan.shape.size() - 1;
  Dims index = Dims::filled(last - 1, 0);
  while (true) {
    fold_tile(op, x + at[0], out + at[1], at[1], plan.shape[last - 1],
              {plan.strides[0][last - 1], plan.strides[1][last - 1]}, plan.shape[last],
              {plan.strides[0][last], plan.strides[1][last]});
    std::size_t d = last - 1;
    while (d-- > 0) {
      at[0] += plan.strides[0][d];
      at[1] += plan.strides[1][d];
      if (++index[d] < plan.shape[d]) {
        break;
      }
      at[0] -= plan.strides[0][d] * plan.shape[d];
      at[1] -= plan.strides[1][d] * plan.shape[d];
      index[d] = 0;
    }
    if (d == static_cast<std::size_t>(-1)) {
      return;
    }
  }
}

}  // namespace reduction

// The reduction of x, with the reduced dimensions kept as 1, in the accumulator's type.
template <class T, class Op>
Tensor reduce(const Tensor& x, const DimMask& reduced, const Op& op) {
  using A = typename Op::Accumulator;
  Tensor out = empty_tensor(reduced_shape(x, reduced), dtype_of<A>());
  A* const o = out.raw<A>();
  const std::int64_t results = out.numel();
  std::fill_n(o, results, op.start());
  if (x.numel() == 0) {
    return out;
  }
  const reduction::LoopPlan<2> plan = reduction::plan_of(x, result_strides(out.shape(), reduced));
  const reduction::Division division = reduction::divide(plan, x.numel());
  const std::int64_t length = plan.shape[division.dim];
  const auto fold_range = [&](std::int64_t begin, std::int64_t end, A* target) {
    reduction::LoopPlan<2> part = plan;
    part.shape[division.dim] = end - begin;
    reduction::fold_plan(
        op, x.raw<T>(), target, part,
        {begin * plan.strides[0][division.dim], begin * plan.strides[1][division.dim]});
  };
  if (division.partial == 1) {
    const bool divisible = plan.strides[1][division.dim] != 0;
    const std::int64_t grain = kGrain * length / x.numel() + 1;
    parallel_ranges(length, divisible ? grain : length + 1,
                    [&](std::int64_t begin, std::int64_t end) { fold_range(begin, end, o); });
    return out;
  }
  const Tensor partial = empty_tensor({division.partial * results}, dtype_of<A>());
  A* const parts = partial.raw<A>();
  std::fill_n(parts, partial.numel(), op.start());
  parallel_ranges(division.partial, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      fold_range(length * p / division.partial, length * (p + 1) / division.partial,
                 parts + p * results);
    }
  });
  for (std::int64_t p = 0; p < division.partial; ++p) {
    for (std::int64_t i = 0; i < results; ++i) {
      o[i] = op.merge(o[i], parts[p * results + i]);
    }
  }
  return out;
}

}  // namespace retrograd::kernels
