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

// What the steps of one direction read and write.
template <class T>
struct Direction {
  StepProduct<T> product;
  Tensor biases;
  Tensor input;  // w_ih x for all steps, (T N, G H)
  RecurrentTrace trace;
};

template <class T, class Cell>
class Forward {
  using C = compute_t<T>;

 public:
  Forward(const RecurrenceGeometry& geometry, const Tensor& x, const Tensor& h, const Tensor& c,
          const std::vector<RecurrentWeights>& weights, bool keeps)
      : geometry_(geometry), h_(h), c_(c), groups_(geometry) {
    const std::int64_t rows = geometry.steps * geometry.batch;
    const std::int64_t wide = geometry.gates() * geometry.hidden;
    const Tensor inputs = matrix(x, rows, geometry.features);
    for (const RecurrentWeights& own : weights) {
      const Tensor w_ih = matrix(as_contiguous(own.w_ih), wide, geometry.features);
      Direction<T>& made =
          directions_.emplace_back(Direction<T>{StepProduct<T>(groups_.rows(), own.w_hh, true),
                                                joined_biases<C>(geometry, own),
                                                sums_of_products(inputs, transposed(w_ih)),
                                                {}});
      if (keeps && Cell::kKeepsGates) {  // where the inputs' part was, if that fits
        made.trace.gates =
            std::is_same_v<T, C> ? made.input : empty_tensor({rows, wide}, dtype_of<T>());
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
    const std::int64_t elements = groups_.rows() * (wide + 2 * size) + wide + size;
    const LaneScratch scratch(
        LaneParts::bytes(elements, 5, sizeof(C)) + directions_.front().product.scratch_bytes(),
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
  void take_group(const RowGroup& group, LaneParts scratch) {
    const std::int64_t size = geometry_.hidden;
    const std::int64_t wide = geometry_.gates() * size;
    const std::int64_t across = geometry_.directions * size;
    const std::int64_t count = group.count;
    const Direction<T>& own = directions_[static_cast<std::size_t>(group.direction)];
    const RecurrentTrace& trace = own.trace;
    C* const product = scratch.take<C>(groups_.rows() * wide);
    C* const h = scratch.take<C>(groups_.rows() * size);
    C* const c = scratch.take<C>(count * size);
    T* const no_gates = scratch.take<T>(wide);
    C* const no_cells = scratch.take<C>(size);
    std::byte* const rest = scratch.take<std::byte>(0);
    const std::int64_t states = (group.direction * geometry_.batch + group.first) * size;
    std::fill_n(h + count * size, (groups_.rows() - count) * size, C{0});  // the product reads it
    start<T>(h_, states, count * size, h);
    start<T>(c_, states, count * size, c);
    const std::int64_t gate_step = trace.gates.defined() ? wide : 0;
    const std::int64_t cell_step = trace.cells.defined() ? size : 0;
    for (std::int64_t i = 0; i < geometry_.steps; ++i) {
      own.product.multiply(count, h, product, rest);
      const std::int64_t first =
          geometry_.time_of(group.direction, i) * geometry_.batch + group.first;
      const ForwardRow<T, C> from{own.input.template raw<C>() + first * wide,
                                  product,
                                  own.biases.template raw<C>(),
                                  h,
                                  c,
                                  gate_step == 0 ? no_gates : trace.gates.raw<T>() + first * wide,
                                  cell_step == 0 ? no_cells : trace.cells.raw<C>() + first * size,
                                  packed_.raw<T>() + first * across + group.direction * size};
      detail::vectorised_wide([=] {
        ForwardRow<T, C> row = from;
        for (std::int64_t n = 0; n < count; ++n) {
#pragma omp simd
          for (std::int64_t j = 0; j < size; ++j) {
            Cell::forward(row, size, j);
          }
          row.input += wide;
          row.own += wide;
          row.h += size;
          row.c += size;
          row.gates += gate_step;
          row.cells += cell_step;
          row.output += across;
        }
      });
    }
    T* const last = packed_.raw<T>() + geometry_.outputs() + states;
    std::transform(h, h + count * size, last, convert<T, C>);
    if (geometry_.has_cells()) {
      std::transform(c, c + count * size, last + geometry_.states(), convert<T, C>);
    }
  }

  const RecurrenceGeometry& geometry_;
  const Tensor& h_;
  const Tensor& c_;
  RowGroups groups_;
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
