#include <retrograd/ops/kernels/sequence/recurrence.h>

#include <algorithm>

#include <retrograd/ops/kernels/sequence/matrices.h>
#include <retrograd/ops/kernels/sequence/row_groups.h>
#include <retrograd/ops/kernels/sequence/step_product.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/internal/kernel_timer.h>
#include <retrograd/tensor/loops/instructions.h>

namespace retrograd::kernels {

namespace {

using namespace sequence;

// The biases as ForwardRow has them.
template <class C>
Tensor joined_biases(const RecurrenceGeometry& geometry, const RecurrentWeights& weights) {
  const std::int64_t rows = geometry.gates() * geometry.hidden;
  const bool is_gru = geometry.kind == Recurrence::gru;
  const std::int64_t added = is_gru ? 2 * geometry.hidden : rows;
  Tensor joined = empty_tensor({rows + (is_gru ? geometry.hidden : 0)}, dtype_of<C>());
  fill(joined, 0.0);
  C* const to = joined.raw<C>();
  if (weights.b_ih.defined()) {
    const Tensor b = as_contiguous(converted(weights.b_ih, dtype_of<C>()));
    std::copy_n(b.raw<C>(), rows, to);
  }
  if (weights.b_hh.defined()) {
    const Tensor b = as_contiguous(converted(weights.b_hh, dtype_of<C>()));
    const C* const from = b.raw<C>();
    for (std::int64_t i = 0; i < rows; ++i) {
      to[i < added ? i : i + geometry.hidden] += from[i];
    }
  }
  return joined;
}

// Copies `rows` rows of `columns` numbers each.
template <class T>
void copy_rows(std::int64_t rows, std::int64_t columns, const T* from, T* to, std::int64_t to_row) {
  for (std::int64_t i = 0; i < rows; ++i) {
    std::copy_n(from + i * columns, columns, to + i * to_row);
  }
}

// Both weights side by side, (G H, I + H).
template <class T>
Tensor joined_weights(const RecurrentWeights& weights) {
  const std::int64_t rows = weights.w_hh.shape()[0];
  const std::int64_t features = weights.w_ih.shape()[1];
  const std::int64_t size = weights.w_hh.shape()[1];
  const std::int64_t deep = features + size;
  Tensor joined = empty_tensor({rows, deep}, dtype_of<T>());
  copy_rows(rows, features, as_contiguous(weights.w_ih).raw<T>(), joined.raw<T>(), deep);
  copy_rows(rows, size, as_contiguous(weights.w_hh).raw<T>(), joined.raw<T>() + features, deep);
  return joined;
}

// What the steps of one direction read and write.
template <class T>
struct Direction {
  StepProduct<T> product;
  Tensor biases;
  Tensor input;  // w_ih x for all steps, (T N, G H), or undefined where the trace is joined
  RecurrentTrace trace;
};

template <class T, class Cell>
class Forward {
  using C = compute_t<T>;

 public:
  Forward(const RecurrenceGeometry& geometry, const Tensor& x, const Tensor& h, const Tensor& c,
          const std::vector<RecurrentWeights>& weights, bool keeps)
      : geometry_(geometry),
        x_(x),
        h_(h),
        c_(c),
        groups_(geometry),
        joins_(Cell::kJoins && std::is_same_v<T, C> && geometry.features <= geometry.hidden),
        deep_(geometry.hidden + (joins_ ? geometry.features : 0)) {
    const std::int64_t rows = geometry.steps * geometry.batch;
    const std::int64_t wide = geometry.gates() * geometry.hidden;
    for (const RecurrentWeights& own : weights) {
      Direction<T>& made = directions_.emplace_back(Direction<T>{
          StepProduct<T>(groups_.rows(), joins_ ? joined_weights<T>(own) : own.w_hh, true),
          joined_biases<C>(geometry, own),
          {},
          {}});
      if (joins_) {
        made.trace.joined = empty_tensor({rows, deep_}, dtype_of<T>());
      } else {
        const Tensor w_ih = matrix(as_contiguous(own.w_ih), wide, geometry.features);
        made.input = sums_of_products(matrix(x, rows, geometry.features), transposed(w_ih));
      }
      if (keeps && Cell::kKeepsGates) {  // where the inputs' part was, if that fits
        made.trace.gates = made.input.defined() && std::is_same_v<T, C>
                               ? made.input
                               : empty_tensor({rows, wide}, dtype_of<T>());
      }
      if (keeps && Cell::kKeepsCells) {
        made.trace.cells = empty_tensor({rows, geometry.hidden}, dtype_of<C>());
      }
    }
    packed_ = empty_tensor({geometry.packed()}, dtype_of<T>());
  }

  RecurrentValues run() {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t elements = groups_.rows() * (wide + deep_ + size) + 2 * wide + size;
    const LaneScratch scratch(
        LaneParts::bytes(elements, 6, sizeof(C)) + directions_.front().product.scratch_bytes(),
        groups_.lanes());
    groups_.for_each([&](const RowGroup& group, int lane) {
      take_group(group, LaneParts(scratch.of_lane<std::byte>(lane)));
    });
    RecurrentValues values{packed_, {}};
    for (Direction<T>& direction : directions_) {
      values.traces.push_back(std::move(direction.trace));
    }
    return values;
  }

 private:
  // What a group carries from step to step, and memory for what is not kept.
  struct Carried {
    C* product;  // (rows, G H)
    C* h;        // (rows, deep): all steps' where they are not joined, or that after the last one
    C* c;        // (count, H)
    C* zeros;    // (G H), in place of w_ih x
    T* gates;
    C* cells;
    std::byte* rest;
  };

  Carried start_at(const RowGroup& group, LaneParts scratch) const {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t states = first_state(geometry_, group);
    const Carried made{scratch.take<C>(groups_.rows() * wide),
                       scratch.take<C>(groups_.rows() * deep_),
                       scratch.take<C>(group.count * size),
                       scratch.take<C>(wide),
                       scratch.take<T>(wide),
                       scratch.take<C>(size),
                       scratch.take<std::byte>(0)};
    std::fill_n(made.h, groups_.rows() * deep_, C{0});  // the product reads unused rows too
    std::fill_n(made.zeros, wide, C{0});
    start<T>(c_, states, group.count * size, made.c);
    C* const first = h_of(group, 0, made);
    for (std::int64_t n = 0; n < group.count; ++n) {
      start<T>(h_, states + n * size, size, first + n * deep_);
    }
    return made;
  }

  void take_group(const RowGroup& group, LaneParts scratch) {
    const std::int64_t size = geometry_.hidden;
    const Carried carried = start_at(group, scratch);
    for (std::int64_t i = 0; i < geometry_.steps; ++i) {
      take_step(group, i, carried);
    }
    T* const last = packed_.raw<T>() + geometry_.outputs() + first_state(geometry_, group);
    const T* const output = output_of(group, geometry_.steps - 1);
    for (std::int64_t n = 0; n < group.count; ++n) {
      std::copy_n(output + n * geometry_.directions * size, size, last + n * size);
    }
    if (geometry_.has_cells()) {
      std::transform(carried.c, carried.c + group.count * size, last + geometry_.states(),
                     convert<T, C>);
    }
  }

  void take_step(const RowGroup& group, std::int64_t i, const Carried& carried) {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t across = geometry_.directions * size;
    const std::int64_t count = group.count;
    const Direction<T>& own = directions_[static_cast<std::size_t>(group.direction)];
    const RecurrentTrace& trace = own.trace;
    const std::int64_t first = row_of(group, i);
    if (joins_) {
      copy_rows(count, geometry_.features, x_.raw<T>() + first * geometry_.features,
                trace.joined.raw<T>() + first * deep_, deep_);
    }
    own.product.multiply(count, h_of(group, i, carried) - (deep_ - size), carried.product,
                         carried.rest);
    const std::int64_t input_step = joins_ ? 0 : wide;
    const std::int64_t h_step = deep_;
    const std::int64_t gate_step = trace.gates.defined() ? wide : 0;
    const std::int64_t cell_step = trace.cells.defined() ? size : 0;
    const ForwardRow<T, C> from{
        joins_ ? carried.zeros : own.input.template raw<C>() + first * wide,
        carried.product,
        own.biases.template raw<C>(),
        h_of(group, i + 1, carried),
        carried.c,
        gate_step == 0 ? carried.gates : trace.gates.raw<T>() + first * wide,
        cell_step == 0 ? carried.cells : trace.cells.raw<C>() + first * size,
        output_of(group, i)};
    detail::vectorised_wide([=] {
      ForwardRow<T, C> row = from;
      for (std::int64_t n = 0; n < count; ++n) {
#pragma omp simd
        for (std::int64_t j = 0; j < size; ++j) {
          Cell::forward(row, size, j);
        }
        row.input += input_step;
        row.own += wide;
        row.h += h_step;
        row.c += size;
        row.gates += gate_step;
        row.cells += cell_step;
        row.output += across;
      }
    });
  }

  // The first of a group's rows in (T N), at the i-th step.
  std::int64_t row_of(const RowGroup& group, std::int64_t i) const {
    return geometry_.time_of(group.direction, i) * geometry_.batch + group.first;
  }
  T* output_of(const RowGroup& group, std::int64_t i) const {
    const std::int64_t size = geometry_.hidden;
    return packed_.raw<T>() + row_of(group, i) * geometry_.directions * size +
           group.direction * size;
  }
  // h before the i-th step, its rows `deep` numbers apart.
  C* h_of(const RowGroup& group, std::int64_t i, const Carried& carried) const {
    if constexpr (std::is_same_v<T, C>) {
      if (joins_ && i < geometry_.steps) {
        const Tensor& joined = directions_[static_cast<std::size_t>(group.direction)].trace.joined;
        return joined.raw<C>() + row_of(group, i) * deep_ + geometry_.features;
      }
    }
    return carried.h + (deep_ - geometry_.hidden);
  }

  const RecurrenceGeometry& geometry_;
  const Tensor& x_;
  const Tensor& h_;
  const Tensor& c_;
  RowGroups groups_;
  bool joins_;         // x and h, which are multiplied by both weights at once
  std::int64_t deep_;  // numbers of a row that a step multiplies
  std::vector<Direction<T>> directions_;
  Tensor packed_;
};

}  // namespace

RecurrentValues recurrence(const RecurrenceGeometry& geometry, const Tensor& x, const Tensor& h,
                           const Tensor& c, const std::vector<RecurrentWeights>& weights,
                           bool keeps_traces) {
  const detail::KernelTimer timer(x, weights.front().w_hh);
  const Tensor inputs = as_contiguous(x);
  const Tensor first_h = h.defined() ? as_contiguous(h) : h;
  const Tensor first_c = c.defined() ? as_contiguous(c) : c;
  return for_floating(x.dtype(), [&]<class T>() {
    RecurrentValues values;
    for_cell(geometry.kind, [&]<class Cell>() {
      values = Forward<T, Cell>(geometry, inputs, first_h, first_c, weights, keeps_traces).run();
    });
    return values;
  });
}

}  // namespace retrograd::kernels
