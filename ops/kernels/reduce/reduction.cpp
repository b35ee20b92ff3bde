#include <retrograd/ops/kernels/reduce/reduction.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include <retrograd/ops/kernels/reduce/reduction_plan.h>
#include <retrograd/tensor/loops/convert.h>

namespace retrograd::kernels::reduction {

namespace {

// Calls f(offset in the input, offset in the result) for all positions along all axes but the last,
// from axis `d` on.
template <class F>
void for_each_place(const Axes& axes, std::size_t d, std::int64_t at, std::int64_t result,
                    const F& f) {
  if (d + 1 == axes.size()) {
    f(at, result);
    return;
  }
  const Axis axis = axes[d];
  for (std::int64_t i = 0; i < axis.size; ++i) {
    for_each_place(axes, d + 1, at + i * axis.step, result + i * axis.result, f);
  }
}

// One reduction, or a part of it.
class Reducer {
 public:
  Reducer(const Tensor& x, const Folder& folder, const Stages& stages)
      : x_(x),
        folder_(folder),
        stages_(stages),
        ready_(x.dtype() == folder.value && !stages.prepare) {}

  // The results of the plan, from positions `at` and `result` on, finished.
  void run(const Plan& plan, std::int64_t at, std::int64_t result, const Tensor& out) const {
    for_each_totals(plan, at, result,
                    [&](void* totals, std::int64_t n, std::int64_t to, std::int64_t step) {
                      finish(totals, n, out, to, step);
                    });
  }
  // The same, not finished: result number i at out + i.
  void run(const Plan& plan, std::int64_t at, const Tensor& out, std::int64_t first) const {
    for_each_totals(
        plan, at, 0, [&](const void* totals, std::int64_t n, std::int64_t to, std::int64_t step) {
          detail::convert_run(detail::run_of(out, first + to, step), {totals, folder_.total, 1}, n);
        });
  }

  void finish(void* totals, std::int64_t n, const Tensor& out, std::int64_t at,
              std::int64_t step) const {
    if (stages_.finish) {
      stages_.finish(totals, n);
    }
    detail::convert_run(detail::run_of(out, at, step), {totals, folder_.total, 1}, n);
  }

 private:
  static constexpr std::int64_t kBuffer = 4 * kColumns;  // values at a time
  template <std::int64_t count>
  struct alignas(64) Scratch {
    std::array<std::byte, static_cast<std::size_t>(count) * sizeof(double)> bytes;
  };

  template <class F>
  void for_each_totals(const Plan& plan, std::int64_t at, std::int64_t result, const F& f) const {
    const Axis inner = plan.kept.inner();
    Scratch<kColumns> scratch;
    void* const totals = scratch.bytes.data();
    for_each_place(plan.kept, 0, at, result, [&](std::int64_t x, std::int64_t to) {
      for (std::int64_t first = 0; first < inner.size; first += kColumns) {
        const std::int64_t n = std::min(kColumns, inner.size - first);
        const Axis columns{n, inner.step, inner.result};
        const std::int64_t into = to + first * inner.result;
        folder_.start(totals, n);
        for_each_place(plan.reduced, 0, x + first * inner.step, 0,
                       [&](std::int64_t from, std::int64_t) {
                         if (plan.by_rows) {
                           fold_rows(plan.reduced.inner(), columns, from, into, totals);
                         } else {
                           fold_columns(plan, columns, from, into, totals);
                         }
                       });
        f(totals, n, into, inner.result);
      }
    });
  }

  // Every result by itself, along the last reduced axis.
  void fold_rows(const Axis& along, const Axis& columns, std::int64_t at, std::int64_t result,
                 void* totals) const {
    if (ready_ && along.step == 1) {
      folder_.fold_rows(totals, detail::const_run_of(x_, at, 1).at, columns.size, columns.step,
                        along.size);
      return;
    }
    Scratch<kBuffer> scratch;
    void* const buffer = scratch.bytes.data();
    for (std::int64_t i = 0; i < columns.size; ++i) {
      for (std::int64_t first = 0; first < along.size; first += kBuffer) {
        const std::int64_t n = std::min(kBuffer, along.size - first);
        read(at + i * columns.step + first * along.step, along.step, n, result + i * columns.result,
             0, buffer);
        folder_.fold_rows(element(totals, folder_.total, i), buffer, 1, n, n);
      }
    }
  }

  // Results side by side, down the last reduced axis.
  void fold_columns(const Plan& plan, const Axis& columns, std::int64_t at, std::int64_t result,
                    void* totals) const {
    const Axis along = plan.reduced.inner();
    const std::int64_t n = columns.size;
    if (ready_ && is_narrow(columns, along)) {
      NarrowTotals joined(folder_, n);
      joined.add(along.size, detail::const_run_of(x_, at, 1).at, totals);
      joined.merge(totals);
      return;
    }
    if (ready_ && columns.step == 1) {
      folder_.fold_columns(totals, detail::const_run_of(x_, at, 1).at, along.size, along.step, n,
                           plan.front_to_back);
      return;
    }
    Scratch<kBuffer> scratch;
    void* const buffer = scratch.bytes.data();
    const bool narrow = n < kNarrow && along.size * n >= 2 * kColumns;
    const std::int64_t whole = narrow ? kColumns / n : 4;  // rows that are added together
    const std::int64_t height = kBuffer / n / whole * whole;
    NarrowTotals joined(folder_, n);
    for (std::int64_t first = 0; first < along.size; first += height) {
      const std::int64_t rows = std::min(height, along.size - first);
      if (!stages_.prepare && columns.step == 1 && along.step == n) {
        read(at + first * n, 1, rows * n, result, 0, buffer);
      } else {
        for (std::int64_t r = 0; r < rows; ++r) {
          read(at + (first + r) * along.step, columns.step, n, result, columns.result,
               element(buffer, folder_.value, r * n));
        }
      }
      if (narrow) {
        joined.add(rows, buffer, totals);
      } else {
        folder_.fold_columns(totals, buffer, rows, n, n, false);
      }
    }
    if (narrow) {
      joined.merge(totals);
    }
  }

  // Totals of rows of n values, which follow each other: several rows are one longer row.
  class NarrowTotals {
   public:
    NarrowTotals(const Folder& folder, std::int64_t n)
        : folder_(folder), n_(n), joined_(kColumns / n) {}

    // Rows that are left over are added to `totals`.
    void add(std::int64_t count, const void* values, void* totals) {
      if (!started_) {
        started_ = true;
        folder_.start(wide_.bytes.data(), joined_ * n_);
      }
      const std::int64_t rows = count / joined_;
      folder_.fold_columns(wide_.bytes.data(), values, rows, joined_ * n_, joined_ * n_, false);
      folder_.fold_columns(totals, element(values, folder_.value, rows * joined_ * n_),
                           count - rows * joined_, n_, n_, false);
    }
    void merge(void* totals) {
      for (std::int64_t i = 0; i < joined_; ++i) {
        folder_.merge(totals, element(wide_.bytes.data(), folder_.total, i * n_), n_);
      }
    }

   private:
    const Folder& folder_;
    std::int64_t n_;
    std::int64_t joined_;
    bool started_ = false;
    Scratch<kColumns> wide_;
  };

  static const void* element(const void* first, DType dtype, std::int64_t i) {
    return static_cast<const std::byte*>(first) + i * static_cast<std::int64_t>(item_size(dtype));
  }
  static void* element(void* first, DType dtype, std::int64_t i) {
    return static_cast<std::byte*>(first) + i * static_cast<std::int64_t>(item_size(dtype));
  }

  void read(std::int64_t at, std::int64_t step, std::int64_t n, std::int64_t result,
            std::int64_t result_step, void* buffer) const {
    detail::convert_run({buffer, folder_.value, 1}, detail::const_run_of(x_, at, step), n);
    if (stages_.prepare) {
      stages_.prepare(buffer, n, result, result_step);
    }
  }

  const Tensor& x_;
  const Folder& folder_;
  const Stages& stages_;
  bool ready_;  // whether values can be used where they lie, if they lie side by side
};

}  // namespace

Tensor reduce(const Tensor& x, const DimMask& reduced, DType dtype, const Folder& folder,
              const Stages& stages) {
  Tensor out = empty_tensor(reduced_shape(x, reduced), dtype);
  if (out.numel() == 0) {
    return out;
  }
  const Plan plan = plan_of(x, out.shape(), reduced);
  const Division division = divide(plan, x.numel());
  const Reducer reducer(x, folder, stages);
  const Axis axis = (division.kept ? plan.kept : plan.reduced)[division.axis];
  const auto part = [&](std::int64_t begin, std::int64_t end) {
    Plan result = plan;
    (division.kept ? result.kept : result.reduced).sizes[division.axis] = end - begin;
    return result;
  };
  if (division.kept) {
    // Narrow columns are added up in another order: one thread cuts where several do.
    const std::int64_t units = axis.size / division.unit;
    const std::int64_t grain = kGrain * units / std::max<std::int64_t>(x.numel(), 1) + 1;
    const std::int64_t pieces = detail::pieces_of(units, grain);
    detail::for_each_piece_of(pieces, detail::lanes_for(pieces), [&](std::int64_t piece, int) {
      const std::int64_t begin = units * piece / pieces * division.unit;
      const std::int64_t end =
          piece + 1 == pieces ? axis.size : units * (piece + 1) / pieces * division.unit;
      reducer.run(part(begin, end), begin * axis.step, begin * axis.result, out);
    });
    return out;
  }
  const std::int64_t results = out.numel();
  const Tensor parts = empty_tensor({division.parts, results}, folder.total);
  detail::parallel_parts(division.parts, true, [&](std::int64_t p) {
    const std::int64_t first = axis.size * p / division.parts;
    reducer.run(part(first, axis.size * (p + 1) / division.parts), first * axis.step, parts,
                p * results);
  });
  for (std::int64_t p = 1; p < division.parts; ++p) {
    folder.merge(parts.raw_bytes(), detail::run_of(parts, p * results, 1).at, results);
  }
  reducer.finish(parts.raw_bytes(), results, out, 0, 1);
  return out;
}

}  // namespace retrograd::kernels::reduction
