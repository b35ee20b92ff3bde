// Backpropagation through time: Werbos, 1990.
#include <retrograd/ops/kernels/sequence/backward_steps.h>
#include <retrograd/ops/kernels/sequence/matrices.h>
#include <retrograd/ops/kernels/sequence/recurrence.h>
#include <retrograd/ops/kernels/shape/converted.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

using namespace sequence;

// The gradient of w_hh: each step's gates with the h before it.
Tensor own_weight_gradient(const RecurrenceGeometry& geometry, std::int64_t direction,
                           const Tensor& gates, const Tensor& packed, const Tensor& h) {
  const std::int64_t size = geometry.hidden;
  const std::int64_t wide = geometry.gates() * size;
  const std::int64_t across = geometry.directions * size;
  const std::int64_t later = (geometry.steps - 1) * geometry.batch;  // rows of all but one step
  const bool backwards = geometry.reads_backwards(direction);
  const std::int64_t first = backwards ? later : 0;  // row of the first step
  const std::int64_t others = backwards ? 0 : geometry.batch;
  const std::int64_t before = backwards ? geometry.batch : 0;
  const Tensor after = matrix(gates, later, wide, wide, others * wide);
  const Tensor outputs = matrix(packed, later, size, across, before * across + direction * size);
  const Tensor sum = sums_of_products(transposed(after), outputs);
  if (h.defined()) {
    const Tensor start = matrix(gates, geometry.batch, wide, wide, first * wide);
    const Tensor states =
        matrix(h, geometry.batch, size, size, direction * geometry.states() / geometry.directions);
    binary_in_place(Binary::add, sum, sums_of_products(transposed(start), states));
  }
  return sum;
}

// Some columns of a product of `rows` rows.
Tensor columns_of(const Tensor& product, std::int64_t rows, std::int64_t first,
                  std::int64_t count) {
  return contiguous_copy(detail::view_within(product, {rows, count}, {product.strides()[1], 1},
                                             product.impl().offset + first));
}

// (1, rows, columns) as a tensor of the given shape and dtype.
Tensor result(const Tensor& product, const Shape& shape, DType dtype) {
  const Tensor rounded = product.dtype() == dtype ? product : converted(product, dtype);
  return detail::view_within(rounded, shape, contiguous_strides(shape), rounded.impl().offset);
}

}  // namespace

RecurrentGradients recurrence_backward(const RecurrenceGeometry& geometry, const Tensor& grad,
                                       const Tensor& x, const Tensor& h, const Tensor& c,
                                       const std::vector<RecurrentWeights>& weights,
                                       const RecurrentValues& values,
                                       const RecurrentWanted& wanted) {
  const detail::KernelTimer timer(x, weights.front().w_hh);
  const Tensor first_h = h.defined() ? as_contiguous(h) : h;
  const Tensor first_c = c.defined() ? as_contiguous(c) : c;
  const Tensor seeds = as_contiguous(grad);
  RecurrentGradients gradients;
  std::vector<GateGradients> gates;
  for_floating(x.dtype(), [&]<class T>() {
    for_cell(geometry.kind, [&]<class Cell>() {
      Backwards<T, Cell> backwards(geometry, seeds, first_h, first_c, weights, values);
      backwards.run();
      gates = backwards.gates();
      gradients.h = wanted.h ? backwards.first_h() : Tensor();
      gradients.c = wanted.c ? backwards.first_c() : Tensor();
    });
  });
  const DType dtype = x.dtype();
  const std::int64_t rows = geometry.steps * geometry.batch;
  const std::int64_t wide = geometry.gates() * geometry.hidden;
  const Tensor inputs = matrix(as_contiguous(x), rows, geometry.features);
  const bool apart = geometry.kind == Recurrence::gru;  // of w_ih x and w_hh h
  Tensor x_sum;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const auto [w_ih, w_hh, b_ih, b_hh] = wanted.weights[i];
    const Tensor of_input = matrix(gates[i].input, rows, wide);
    RecurrentWeights& found = gradients.weights.emplace_back();
    const Tensor& joined = values.traces[i].joined;
    if (joined.defined() && (w_ih || w_hh)) {
      const std::int64_t deep = geometry.features + geometry.hidden;
      const Tensor both = matmul(transposed(of_input), matrix(joined, rows, deep));
      found.w_ih = w_ih ? columns_of(both, wide, 0, geometry.features) : Tensor();
      found.w_hh = w_hh ? columns_of(both, wide, geometry.features, geometry.hidden) : Tensor();
    } else if (w_ih) {
      found.w_ih = result(matmul(transposed(of_input), inputs), {wide, geometry.features}, dtype);
    }
    if (w_hh && !joined.defined()) {
      const auto direction = static_cast<std::int64_t>(i);
      found.w_hh =
          result(own_weight_gradient(geometry, direction, gates[i].own, values.packed, first_h),
                 {wide, geometry.hidden}, dtype);
    }
    found.b_ih = b_ih ? gates[i].input_sum : Tensor();
    found.b_hh = !b_hh            ? Tensor()
                 : b_ih && !apart ? contiguous_copy(gates[i].own_sum)
                                  : gates[i].own_sum;
    if (wanted.x) {
      const Tensor w = matrix(as_contiguous(weights[i].w_ih), wide, geometry.features);
      const Tensor part = sums_of_products(of_input, w);
      if (x_sum.defined()) {
        binary_in_place(Binary::add, x_sum, part);
      } else {
        x_sum = part;
      }
    }
  }
  if (wanted.x) {
    gradients.x = result(x_sum, x.shape(), dtype);
  }
  return gradients;
}

}  // namespace retrograd::kernels
