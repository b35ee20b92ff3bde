// The steps of a recurrence from the last to the first, for the gradients of gates and states.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/ops/kernels/sequence/recurrence.h>
#include <retrograd/ops/kernels/sequence/row_groups.h>
#include <retrograd/ops/kernels/sequence/step_product.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels::sequence {

// The gradients of what a direction's gates are functions of, (T N, G H), and the sums of all rows.
struct GateGradients {
  Tensor own;    // of w_hh h + b_hh
  Tensor input;  // of w_ih x + b_ih: the same tensor except for a GRU
  Tensor own_sum;
  Tensor input_sum;
};

// Adds the sum of a step's rows to `sums`.
template <class C, class T>
void add_rows(const T* rows, std::int64_t count, std::int64_t columns, double* sums) {
  detail::vectorised_wide([=] {
    constexpr std::int64_t kColumns = 64;  // that are added in registers
    for (std::int64_t j = 0; j < columns; j += kColumns) {
      const std::int64_t some = std::min(kColumns, columns - j);
      C added[kColumns] = {};
      for (std::int64_t n = 0; n < count; ++n) {
        const T* const row = rows + n * columns + j;
        if (some == kColumns) {
#pragma omp simd
          for (std::int64_t k = 0; k < kColumns; ++k) {
            added[k] += convert<C>(row[k]);
          }
        } else {
          for (std::int64_t k = 0; k < some; ++k) {
            added[k] += convert<C>(row[k]);
          }
        }
      }
      for (std::int64_t k = 0; k < some; ++k) {
        sums[j + k] += convert<double>(added[k]);
      }
    }
  });
}

template <class T, class Cell>
class Backwards {
  using C = compute_t<T>;

 public:
  Backwards(const RecurrenceGeometry& geometry, const Tensor& grad, const Tensor& h,
            const Tensor& c, const std::vector<RecurrentWeights>& weights,
            const RecurrentValues& values)
      : geometry_(geometry),
        grad_(grad),
        h_(h),
        c_(c),
        values_(values),
        groups_(geometry),
        sums_(empty_tensor({groups_.pieces(), sums_of_group()}, float64)) {
    const Shape gates{geometry.steps * geometry.batch, geometry.gates() * geometry.hidden};
    for (const RecurrentWeights& own : weights) {
      products_.emplace_back(groups_.rows(), own.w_hh, false);
      const Tensor made = empty_tensor(gates, dtype_of<T>());
      found_.push_back({made, Cell::kOwnInput ? empty_tensor(gates, dtype_of<T>()) : made, {}, {}});
    }
    const Shape states{geometry.directions, geometry.batch, geometry.hidden};
    first_h_ = empty_tensor(states, dtype_of<T>());
    first_c_ = geometry.has_cells() ? empty_tensor(states, dtype_of<T>()) : Tensor();
  }

  void run() {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t elements = groups_.rows() * (wide + 4 * size) + size;
    const LaneScratch scratch(
        LaneParts::bytes(elements, 6, sizeof(C)) + products_.front().scratch_bytes(),
        groups_.lanes());
    groups_.for_each([&](const RowGroup& group, int lane) {
      take_group(group, LaneParts(scratch.of_lane<std::byte>(lane)));
    });
    for (std::size_t i = 0; i < found_.size(); ++i) {
      found_[i].own_sum = sum_of_groups(static_cast<std::int64_t>(i), 0);
      found_[i].input_sum =
          Cell::kOwnInput ? sum_of_groups(static_cast<std::int64_t>(i), wide) : found_[i].own_sum;
    }
  }
  const std::vector<GateGradients>& gates() const { return found_; }
  const Tensor& first_h() const { return first_h_; }
  const Tensor& first_c() const { return first_c_; }

 private:
  // What a group carries from step to step, (count, H) if nothing else is said.
  struct Carried {
    C* own;      // of the gates, (rows, G H)
    C* later;    // of h, through the product
    C* direct;   // of h, past it
    C* c;        // of c
    C* first_c;  // c before the first step
    T* zeros;    // (H)
    std::byte* rest;
  };

  Carried start_at(const RowGroup& group, LaneParts scratch) const {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t count = group.count * size;
    const std::int64_t unused = (groups_.rows() - group.count) * wide;
    const Carried made{scratch.take<C>(groups_.rows() * wide),
                       scratch.take<C>(groups_.rows() * size),
                       scratch.take<C>(count),
                       scratch.take<C>(count),
                       scratch.take<C>(count),
                       scratch.take<T>(size),
                       scratch.take<std::byte>(0)};
    std::fill_n(made.own + group.count * wide, unused, C{0});  // the product reads it
    std::fill_n(made.direct, count, C{0});
    std::fill_n(made.zeros, size, T{});
    const std::int64_t last = geometry_.outputs() + first_state(geometry_, group);
    start<T>(grad_, last, count, made.later);
    start<T>(geometry_.has_cells() ? grad_ : Tensor(), last + geometry_.states(), count, made.c);
    start<T>(c_, first_state(geometry_, group), count, made.first_c);
    return made;
  }

  void take_group(const RowGroup& group, LaneParts scratch) {
    const Carried carried = start_at(group, scratch);
    double* const sums = sums_.raw<double>() + group.piece * sums_of_group();
    std::fill_n(sums, sums_of_group(), 0.0);
    for (std::int64_t i = geometry_.steps - 1; i >= 0; --i) {
      take_step(group, i, carried, sums);
    }
    const std::int64_t count = group.count * geometry_.hidden;
    T* const d_h = first_h_.raw<T>() + first_state(geometry_, group);
    for (std::int64_t k = 0; k < count; ++k) {
      d_h[k] = convert<T>(carried.later[k] + carried.direct[k]);
    }
    if (geometry_.has_cells()) {
      T* const d_c = first_c_.raw<T>() + first_state(geometry_, group);
      std::transform(carried.c, carried.c + count, d_c, convert<T, C>);
    }
  }

  // Step i of those that were taken.
  void take_step(const RowGroup& group, std::int64_t i, const Carried& carried, double* sums) {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t across = geometry_.directions * size;
    const std::int64_t count = group.count;
    const auto direction = static_cast<std::size_t>(group.direction);
    const RecurrentTrace& trace = values_.traces[direction];
    const auto row_of = [&](std::int64_t step) {
      return geometry_.time_of(group.direction, step) * geometry_.batch + group.first;
    };
    const std::int64_t first = row_of(i);
    const std::int64_t before = row_of(i - 1);  // not there for the first step
    const T* const output = values_.packed.raw<T>() + group.direction * size;
    const T* const first_h =
        h_.defined() ? h_.raw<T>() + first_state(geometry_, group) : carried.zeros;
    const std::int64_t h_step = i > 0 ? across : h_.defined() ? size : 0;
    const std::int64_t gate_step = Cell::kKeepsGates ? wide : across;
    const C* const cells = Cell::kKeepsCells ? trace.cells.template raw<C>() : nullptr;
    const BackwardRow<T, C> from{
        Cell::kKeepsGates ? trace.gates.template raw<T>() + first * wide : output + first * across,
        Cell::kKeepsCells ? cells + first * size : carried.first_c,
        Cell::kKeepsCells && i > 0 ? cells + before * size : carried.first_c,
        i > 0 ? output + before * across : first_h,
        grad_.raw<T>() + first * across + group.direction * size,
        carried.later,
        carried.direct,
        carried.c,
        carried.own,
        found_[direction].own.template raw<T>() + first * wide,
        found_[direction].input.template raw<T>() + first * wide};
    detail::vectorised_wide([=] {
      BackwardRow<T, C> row = from;
      for (std::int64_t n = 0; n < count; ++n) {
#pragma omp simd
        for (std::int64_t j = 0; j < size; ++j) {
          Cell::backward(row, size, j);
        }
        row.gates += gate_step;
        row.cells += size;
        row.cells_before += size;
        row.before += h_step;
        row.grad += across;
        row.later += size;
        row.direct += size;
        row.c += size;
        row.own += wide;
        row.d_own += wide;
        row.d_input += wide;
      }
    });
    add_rows<C>(carried.own, count, wide, sums);
    if (Cell::kOwnInput) {
      add_rows<C>(from.d_input, count, wide, sums + wide);
    }
    products_[direction].multiply(count, carried.own, carried.later, carried.rest);
  }

  std::int64_t sums_of_group() const {
    return (Cell::kOwnInput ? 2 : 1) * geometry_.gates() * geometry_.hidden;
  }
  // The sums of a direction's groups, from column `first` on, added in order.
  Tensor sum_of_groups(std::int64_t direction, std::int64_t first) const {
    const std::int64_t wide = geometry_.gates() * geometry_.hidden;
    const std::int64_t groups = groups_.pieces() / geometry_.directions;
    Tensor result = empty_tensor({wide}, dtype_of<T>());
    for (std::int64_t j = 0; j < wide; ++j) {
      double sum = 0;
      for (std::int64_t group = 0; group < groups; ++group) {
        sum += sums_.raw<double>()[(direction * groups + group) * sums_of_group() + first + j];
      }
      result.raw<T>()[j] = convert<T>(sum);
    }
    return result;
  }

  const RecurrenceGeometry& geometry_;
  const Tensor& grad_;
  const Tensor& h_;
  const Tensor& c_;
  const RecurrentValues& values_;
  RowGroups groups_;
  Tensor sums_;  // of each group's rows over all steps
  std::vector<StepProduct<T>> products_;
  std::vector<GateGradients> found_;
  Tensor first_h_;
  Tensor first_c_;
};

}  // namespace retrograd::kernels::sequence
