// The loops beneath reductions. Internal.
//
// An operation is a class with
//   using Value;                            // float, double or int64: what values are read as
//   using Total;                            // the same, what results are gathered in
//   Total start() const;                    // the result of no values
//   Total add(Total total, Value value) const;
//   Total add4(Total total, Value a, Value b, Value c, Value d) const;  // in any order
//   Total merge(Total a, Total b) const;
// Values of other dtypes and those that do not lie side by side are read through a buffer, so that
// there is one loop for all.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <type_traits>

#include <retrograd/ops/kernels/convert.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/tensor/detail/instructions.h>

namespace retrograd::kernels {

// What happens to values before and to totals after; may be empty.
template <class Op>
struct Stages {
  // n values that belong to results number `result`, `result + step` and so on.
  std::function<void(typename Op::Value* values, std::int64_t n, std::int64_t result,
                     std::int64_t step)>
      prepare = {};
  std::function<void(typename Op::Total* totals, std::int64_t n)> finish = {};
};

// Calls f with what values of the dtype are read as: float, double or int64.
template <class F>
decltype(auto) for_value(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
    case DType::bfloat16: return f.template operator()<float>();
    case DType::float64: return f.template operator()<double>();
    default: return f.template operator()<std::int64_t>();
  }
}

inline Shape reduced_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape = x.shape();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

namespace reduction {

// A dimension: steps in the input and in the row-major result, 0 there if it is reduced.
struct Axis {
  std::int64_t size = 1;
  std::int64_t step = 0;
  std::int64_t result = 0;
};

// Axes from the outermost inwards; never none.
class Axes {
 public:
  void append(const Axis& axis) { all_[count_++] = axis; }
  std::size_t size() const { return count_; }
  Axis& operator[](std::size_t i) { return all_[i]; }
  const Axis& operator[](std::size_t i) const { return all_[i]; }
  const Axis& inner() const { return all_[count_ - 1]; }
  const Axis* outer() const { return all_.data(); }  // size() - 1 of them

 private:
  std::array<Axis, Dims::capacity> all_{};
  std::size_t count_ = 0;
};

struct Plan {
  Axes kept;
  Axes reduced;
  bool by_rows = false;  // whether the inner loop is along the last reduced axis, not the last kept
};
Plan plan_of(const Tensor& x, const Shape& result, const DimMask& reduced);

// Where to divide the work: along a kept axis, or by parts of a reduced one to merge afterwards.
struct Division {
  bool kept = true;
  std::size_t axis = 0;
  std::int64_t parts = 1;
};
// By the shape alone, so that results do not depend on the number of threads.
Division divide(const Plan& plan, std::int64_t elements);

// Calls f(offset in the input, offset in the result) for all places along `count` axes.
template <class F>
void for_each_place(const Axis* axes, std::size_t count, std::int64_t at, std::int64_t result,
                    const F& f) {
  if (count == 0) {
    f(at, result);
    return;
  }
  for (std::int64_t i = 0; i < axes->size; ++i) {
    for_each_place(axes + 1, count - 1, at + i * axes->step, result + i * axes->result, f);
  }
}

inline constexpr std::int64_t kColumns = 512;          // totals at a time
inline constexpr std::int64_t kBuffer = 4 * kColumns;  // values at a time

// A run with several totals at once: a single one would wait for itself.
template <class Op>
typename Op::Total fold_run(const Op& op, typename Op::Total total, const typename Op::Value* x,
                            std::int64_t n) {
  constexpr std::int64_t kLanes = 8;
  constexpr std::int64_t kAtOnce = 4 * kLanes;
  if (n < kAtOnce) {
    for (std::int64_t i = 0; i < n; ++i) {
      total = op.add(total, x[i]);
    }
    return total;
  }
  std::array<typename Op::Total, kLanes> part;
  part.fill(op.start());
  std::int64_t done = 0;
  retrograd::detail::vectorised([&op, &part, &done, x, n] {
    auto lanes = part;
    std::int64_t i = 0;
    for (; i + kAtOnce <= n; i += kAtOnce) {
      const auto* const now = x + i;
      for (std::int64_t k = 0; k < kLanes; ++k) {
        auto& lane = lanes[static_cast<std::size_t>(k)];
        lane = op.add4(lane, now[k], now[k + kLanes], now[k + 2 * kLanes], now[k + 3 * kLanes]);
      }
    }
    part = lanes;
    done = i;
  });
  for (std::int64_t i = done; i < n; ++i) {
    total = op.add(total, x[i]);
  }
  for (const auto& lane : part) {
    total = op.merge(total, lane);
  }
  return total;
}

// Each of n columns of a matrix.
template <class Op>
void fold_columns(const Op& op, typename Op::Total* totals, const typename Op::Value* x,
                  std::int64_t rows, std::int64_t row_step, std::int64_t n) {
  retrograd::detail::vectorised([&op, totals, x, rows, row_step, n] {
    // Memory is read fastest from front to back. Where rows lie apart, four at a time are fewer
    // passes over the totals, and the next four are asked for in advance: the processor looks ahead
    // within a row only.
    constexpr std::int64_t kLine = 64 / sizeof(typename Op::Value);
    const bool front_to_back = row_step == n && n >= 8 * kLine;
    std::int64_t r = 0;
    for (; !front_to_back && r + 4 <= rows; r += 4) {
      for (std::int64_t first = 0; first < n; first += kLine) {
        const auto* const a = x + r * row_step;
        const auto* const b = a + row_step;
        const auto* const c = b + row_step;
        const auto* const d = c + row_step;
        for (std::int64_t next = 4; next < 8; ++next) {
          __builtin_prefetch(a + next * row_step + first);
        }
        const std::int64_t end = std::min(first + kLine, n);
#pragma omp simd
        for (std::int64_t i = first; i < end; ++i) {
          totals[i] = op.add4(totals[i], a[i], b[i], c[i], d[i]);
        }
      }
    }
    for (; r < rows; ++r) {
      const auto* const a = x + r * row_step;
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        totals[i] = op.add(totals[i], a[i]);
      }
    }
  });
}

// One reduction, or a part of it.
template <class Op>
class Reducer {
 public:
  using Value = typename Op::Value;
  using Total = typename Op::Total;

  Reducer(const Tensor& x, const Op& op, const Stages<Op>& stages)
      : x_(x),
        op_(op),
        stages_(stages),
        ready_(x.dtype() == dtype_of<Value>() && !stages.prepare) {}

  // The results of the plan, from places `at` and `result` on, finished.
  void run(const Plan& plan, std::int64_t at, std::int64_t result, const Tensor& out) const {
    for_each_totals(plan, at, result,
                    [&](Total* totals, std::int64_t n, std::int64_t to, std::int64_t step) {
                      finish(totals, n, out, to, step);
                    });
  }
  // The same, not finished: result number i at out[i].
  void run(const Plan& plan, std::int64_t at, Total* out) const {
    for_each_totals(plan, at, 0,
                    [&](const Total* totals, std::int64_t n, std::int64_t to, std::int64_t step) {
                      for (std::int64_t i = 0; i < n; ++i) {
                        out[to + i * step] = totals[i];
                      }
                    });
  }

  void finish(Total* totals, std::int64_t n, const Tensor& out, std::int64_t at,
              std::int64_t step) const {
    if (stages_.finish) {
      stages_.finish(totals, n);
    }
    convert_run(run_of(out, at, step), {totals, dtype_of<Total>(), 1}, n);
  }

 private:
  template <class F>
  void for_each_totals(const Plan& plan, std::int64_t at, std::int64_t result, const F& f) const {
    const Axis inner = plan.kept.inner();
    std::array<Total, kColumns> totals;
    for_each_place(plan.kept.outer(), plan.kept.size() - 1, at, result,
                   [&](std::int64_t x, std::int64_t to) {
                     for (std::int64_t first = 0; first < inner.size; first += kColumns) {
                       const std::int64_t n = std::min(kColumns, inner.size - first);
                       const Axis columns{n, inner.step, inner.result};
                       std::fill_n(totals.data(), n, op_.start());
                       const std::int64_t from = x + first * inner.step;
                       const std::int64_t into = to + first * inner.result;
                       if (plan.by_rows) {
                         fold_rows(plan, columns, from, into, totals.data());
                       } else {
                         fold_matrices(plan, columns, from, into, totals.data());
                       }
                       f(totals.data(), n, into, inner.result);
                     }
                   });
  }

  // Every result by itself, along the last reduced axis.
  void fold_rows(const Plan& plan, const Axis& columns, std::int64_t at, std::int64_t result,
                 Total* totals) const {
    const Axis inner = plan.reduced.inner();
    std::array<Value, kBuffer> buffer;
    for (std::int64_t i = 0; i < columns.size; ++i) {
      const std::int64_t number = result + i * columns.result;
      for_each_place(plan.reduced.outer(), plan.reduced.size() - 1, at + i * columns.step, 0,
                     [&](std::int64_t x, std::int64_t) {
                       if (ready_ && inner.step == 1) {
                         totals[i] = fold_run(op_, totals[i], x_.raw<Value>() + x, inner.size);
                         return;
                       }
                       for (std::int64_t first = 0; first < inner.size; first += kBuffer) {
                         const std::int64_t n = std::min(kBuffer, inner.size - first);
                         read(x + first * inner.step, inner.step, n, number, 0, buffer.data());
                         totals[i] = fold_run(op_, totals[i], buffer.data(), n);
                       }
                     });
    }
  }

  // Results side by side, down the last reduced axis.
  void fold_matrices(const Plan& plan, const Axis& columns, std::int64_t at, std::int64_t result,
                     Total* totals) const {
    const Axis inner = plan.reduced.inner();
    std::array<Value, kBuffer> buffer;
    const std::int64_t n = columns.size;
    for_each_place(plan.reduced.outer(), plan.reduced.size() - 1, at, 0,
                   [&](std::int64_t x, std::int64_t) {
                     if (ready_ && columns.step == 1) {
                       fold_columns(op_, totals, x_.raw<Value>() + x, inner.size, inner.step, n);
                       return;
                     }
                     const std::int64_t height = kBuffer / n;
                     for (std::int64_t first = 0; first < inner.size; first += height) {
                       const std::int64_t rows = std::min(height, inner.size - first);
                       for (std::int64_t r = 0; r < rows; ++r) {
                         read(x + (first + r) * inner.step, columns.step, n, result, columns.result,
                              buffer.data() + r * n);
                       }
                       fold_columns(op_, totals, buffer.data(), rows, n, n);
                     }
                   });
  }

  void read(std::int64_t at, std::int64_t step, std::int64_t n, std::int64_t result,
            std::int64_t result_step, Value* buffer) const {
    convert_run({buffer, dtype_of<Value>(), 1}, const_run_of(x_, at, step), n);
    if (stages_.prepare) {
      stages_.prepare(buffer, n, result, result_step);
    }
  }

  const Tensor& x_;
  const Op& op_;
  const Stages<Op>& stages_;
  bool ready_;  // whether values can be used where they lie, if they lie side by side
};

}  // namespace reduction

// The reduction of x in `dtype`, with the reduced dimensions kept as 1.
template <class Op>
Tensor reduce(const Tensor& x, const DimMask& reduced, DType dtype, const Op& op,
              const Stages<Op>& stages = {}) {
  using Total = typename Op::Total;
  const Tensor out = empty_tensor(reduced_shape(x, reduced), dtype);
  if (out.numel() == 0) {
    return out;
  }
  const reduction::Plan plan = reduction::plan_of(x, out.shape(), reduced);
  const reduction::Division division = reduction::divide(plan, x.numel());
  const reduction::Reducer<Op> reducer(x, op, stages);
  const reduction::Axis axis = (division.kept ? plan.kept : plan.reduced)[division.axis];
  const auto part = [&](std::int64_t begin, std::int64_t end) {
    reduction::Plan result = plan;
    (division.kept ? result.kept : result.reduced)[division.axis].size = end - begin;
    return result;
  };
  if (division.kept) {
    const std::int64_t grain = kGrain * axis.size / std::max<std::int64_t>(x.numel(), 1) + 1;
    parallel_ranges(axis.size, grain, [&](std::int64_t begin, std::int64_t end) {
      reducer.run(part(begin, end), begin * axis.step, begin * axis.result, out);
    });
    return out;
  }
  const std::int64_t results = out.numel();
  const Tensor parts = empty_tensor({division.parts, results}, dtype_of<Total>());
  Total* const totals = parts.raw<Total>();
  parallel_ranges(division.parts, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const std::int64_t first = axis.size * p / division.parts;
      reducer.run(part(first, axis.size * (p + 1) / division.parts), first * axis.step,
                  totals + p * results);
    }
  });
  for (std::int64_t p = 1; p < division.parts; ++p) {
    for (std::int64_t i = 0; i < results; ++i) {
      totals[i] = op.merge(totals[i], totals[p * results + i]);
    }
  }
  reducer.finish(totals, results, out, 0, 1);
  return out;
}

}  // namespace retrograd::kernels
