// The twin of the fused recurrence: one step after the other, in float32 at least.
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/internal/sequence.h>
#include <retrograd/ops/matmul.h>

namespace retrograd::recurrence {

namespace {

using kernels::Recurrence;
using kernels::RecurrenceGeometry;
using kernels::RecurrentWeights;
using Tensors = std::vector<Tensor>;

// Appends x[0], ..., x[T - 1]. Halving keeps the gradient of all the parts at T log T: each slice's
// is as large as what it was cut from.
void append_steps(Tensors& steps, const Tensor& x) {
  const std::int64_t count = x.shape()[0];
  if (count == 1) {
    steps.push_back(select(x, 0, 0));
  } else if (count > 1) {
    append_steps(steps, slice(x, 0, 0, count / 2));
    append_steps(steps, slice(x, 0, count / 2, count));
  }
}

LSTMState step(Recurrence kind, const Tensor& gates, const LSTMState& state, Hidden hidden) {
  switch (kind) {
    case Recurrence::lstm: return lstm_step(gates, state, hidden);
    case Recurrence::gru: return {.h = gru_step(gates, state.h, hidden), .c = {}};
    default: return {.h = rnn_step(gates, state.h, hidden, kind == Recurrence::rnn_relu), .c = {}};
  }
}

}  // namespace

RecurrentWeights weights_of(const Tensors& all, std::size_t direction) {
  const std::size_t first = kParameters + 4 * direction;
  return {all[first], all[first + 1], all[first + 2], all[first + 3]};
}

Tensor composed(const RecurrenceGeometry& geometry, const Tensors& all) {
  const Tensor x = widened(all[kX]);
  const auto initial = [&](const Tensor& given, std::size_t direction) {
    return given.defined() ? select(widened(given), 0, static_cast<std::int64_t>(direction))
                           : zeros({geometry.batch, geometry.hidden}, {.dtype = x.dtype()});
  };
  Tensors outputs;
  Tensors last_h;
  Tensors last_c;
  for (std::size_t i = 0; kParameters + 4 * i < all.size(); ++i) {
    const RecurrentWeights own = weights_of(all, i);
    const Tensor w_hh = widened(own.w_hh);
    const Tensor b_hh = widened(own.b_hh);
    Tensors steps;
    append_steps(steps, linear(x, widened(own.w_ih), widened(own.b_ih)));
    LSTMState state{.h = initial(all[kH], i),
                    .c = geometry.has_cells() ? initial(all[kC], i) : Tensor()};
    const bool backwards = geometry.reads_backwards(static_cast<std::int64_t>(i));
    for (std::size_t t = 0; t < steps.size(); ++t) {
      Tensor& at = steps[backwards ? steps.size() - 1 - t : t];
      state = step(geometry.kind, at, state, {w_hh, b_hh});
      at = state.h;
    }
    outputs.push_back(stack(steps));
    last_h.push_back(state.h);
    last_c.push_back(state.c);
  }
  Tensors parts{flatten(cat(outputs, -1)), flatten(stack(last_h))};
  if (geometry.has_cells()) {
    parts.push_back(flatten(stack(last_c)));
  }
  return cat(parts).to(all[kX].dtype());
}

}  // namespace retrograd::recurrence
