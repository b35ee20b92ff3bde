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
// the operation's own loops are few; the walk over the tensor is in reduction.cpp, once for all.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

// What happens to values before and to totals after; may be empty.
struct Stages {
  // n values that belong to results number `result`, `result + step` and so on.
  std::function<void(void* values, std::int64_t n, std::int64_t result, std::int64_t step)>
      prepare = {};
  std::function<void(void* totals, std::int64_t n)> finish = {};
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

// The shape of the result: reduced dimensions are 1.
inline Shape reduced_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape = x.shape();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

namespace reduction {

// A run with several totals at once: a single one would wait for itself.
template <class Op>
typename Op::Total fold_run(const Op& op, typename Op::Total total, const typename Op::Value* x,
                            std::int64_t n) {
  constexpr std::int64_t kLanes = 16;
  constexpr std::int64_t kAtOnce = 4 * kLanes;
  std::int64_t i = 0;
  if (n >= kAtOnce) {
    std::array<typename Op::Total, kLanes> part;
    part.fill(op.start());
    for (; i + kAtOnce <= n; i += kAtOnce) {
      const auto* const now = x + i;
      for (std::int64_t k = 0; k < kLanes; ++k) {
        auto& lane = part[static_cast<std::size_t>(k)];
        lane = op.add4(lane, now[k], now[k + kLanes], now[k + 2 * kLanes], now[k + 3 * kLanes]);
      }
    }
    for (const auto& lane : part) {
      total = op.merge(total, lane);
    }
  }
  for (; i < n; ++i) {
    total = op.add(total, x[i]);
  }
  return total;
}

// An operation behind pointers without types.
class Folder {
 public:
  const DType value;
  const DType total;

  virtual void start(void* totals, std::int64_t n) const = 0;
  // totals[r] with the n values of row r.
  virtual void fold_rows(void* totals, const void* x, std::int64_t rows, std::int64_t row_step,
                         std::int64_t n) const = 0;
  // totals[i] with value i of each row, four rows at a time or `one_by_one`.
  virtual void fold_columns(void* totals, const void* x, std::int64_t rows, std::int64_t row_step,
                            std::int64_t n, bool one_by_one) const = 0;
  virtual void merge(void* totals, const void* others, std::int64_t n) const = 0;

 protected:
  Folder(DType value_dtype, DType total_dtype) : value(value_dtype), total(total_dtype) {}
  ~Folder() = default;
};

template <class Op>
class FolderOf final : public Folder {
  using Value = typename Op::Value;
  using Total = typename Op::Total;

 public:
  explicit FolderOf(const Op& op) : Folder(dtype_of<Value>(), dtype_of<Total>()), op_(op) {}

  void start(void* totals, std::int64_t n) const override {
    std::fill_n(static_cast<Total*>(totals), n, op_.start());
  }
  void fold_rows(void* to, const void* from, std::int64_t rows, std::int64_t row_step,
                 std::int64_t n) const override {
    retrograd::detail::vectorised([op = op_, totals = static_cast<Total*>(to),
                                   x = static_cast<const Value*>(from), rows, row_step, n] {
      for (std::int64_t r = 0; r < rows; ++r) {
        totals[r] = fold_run(op, totals[r], x + r * row_step, n);
      }
    });
  }
  void fold_columns(void* to, const void* from, std::int64_t rows, std::int64_t row_step,
                    std::int64_t n, bool one_by_one) const override {
    retrograd::detail::vectorised([op = op_, totals = static_cast<Total*>(to),
                                   x = static_cast<const Value*>(from), rows, row_step, n,
                                   one_by_one] {
      // Four rows are fewer passes over the totals. The next four are asked for in advance: the
      // processor looks ahead within a row only.
      constexpr std::int64_t kLine = 64 / sizeof(Value);
      constexpr std::int64_t kAhead = 4096 / sizeof(Value);
      std::int64_t r = 0;
      for (; !one_by_one && r + 4 <= rows; r += 4) {
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
        for (std::int64_t first = 0; first < n; first += kLine) {
          const auto* const a = x + r * row_step;
          __builtin_prefetch(a + first + kAhead);
          const std::int64_t end = std::min(first + kLine, n);
#pragma omp simd
          for (std::int64_t i = first; i < end; ++i) {
            totals[i] = op.add(totals[i], a[i]);
          }
        }
      }
    });
  }
  void merge(void* to, const void* from, std::int64_t n) const override {
    auto* const totals = static_cast<Total*>(to);
    const auto* const others = static_cast<const Total*>(from);
    for (std::int64_t i = 0; i < n; ++i) {
      totals[i] = op_.merge(totals[i], others[i]);
    }
  }

 private:
  Op op_;
};

Tensor reduce(const Tensor& x, const DimMask& reduced, DType dtype, const Folder& folder,
              const Stages& stages);

}  // namespace reduction

// The reduction of x in `dtype`, with the reduced dimensions kept as 1.
template <class Op>
Tensor reduce(const Tensor& x, const DimMask& reduced, DType dtype, const Op& op,
              const Stages& stages = {}) {
  return reduction::reduce(x, reduced, dtype, reduction::FolderOf<Op>(op), stages);
}

}  // namespace retrograd::kernels
