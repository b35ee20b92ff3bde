#include <retrograd/ops/recurrence.h>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/recurrence.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace recurrence {

namespace {

// Gate `i` of those that lie one after another.
Tensor gate(const Tensor& gates, std::int64_t i, std::int64_t size, Where where) {
  return slice(gates, -1, i * size, (i + 1) * size, 1, where);
}

}  // namespace

Tensor rnn_step(const Tensor& gates, const Tensor& h, Hidden hidden, bool use_relu, Where where) {
  const Tensor sum = add(gates, linear(h, hidden.weight, hidden.bias, where), where);
  return use_relu ? relu(sum, where) : tanh(sum, where);
}

Tensor gru_step(const Tensor& gates, const Tensor& h, Hidden hidden, Where where) {
  const std::int64_t size = h.shape().back();
  const Tensor own = linear(h, hidden.weight, hidden.bias, where);
  const auto sigmoid_gate = [&](std::int64_t i) {
    return sigmoid(add(gate(gates, i, size, where), gate(own, i, size, where), where), where);
  };
  const Tensor reset = mul(sigmoid_gate(0), gate(own, 2, size, where), where);
  const Tensor update = sigmoid_gate(1);
  const Tensor fresh = tanh(add(gate(gates, 2, size, where), reset, where), where);
  return add(fresh, mul(update, sub(h, fresh, where), where), where);
}

LSTMState lstm_step(const Tensor& gates, const LSTMState& state, Hidden hidden, Where where) {
  const std::int64_t size = state.h.shape().back();
  const Tensor all = add(gates, linear(state.h, hidden.weight, hidden.bias, where), where);
  const auto sigmoid_gate = [&](std::int64_t i) {
    return sigmoid(gate(all, i, size, where), where);
  };
  const Tensor written = mul(sigmoid_gate(0), tanh(gate(all, 2, size, where), where), where);
  const Tensor c = add(mul(sigmoid_gate(1), state.c, where), written, where);
  return {.h = mul(sigmoid_gate(3), tanh(c, where), where), .c = c};
}

}  // namespace recurrence

namespace {

struct Parameters {
  const Tensor& w_ih;
  const Tensor& w_hh;
  const Tensor& b_ih;
  const Tensor& b_hh;
};

void check_like(const char* op, const char* name, const Tensor& x, const Tensor& input,
                Where where) {
  check::defined(op, name, x, where);
  check::same_dtype(op, "input", input, name, x, where);
}

// `factor` is the number of gates.
void check_cell(const char* op, std::int64_t factor, const Tensor& input, const Tensor& hx,
                const Parameters& p, Where where) {
  check::floating(op, input, where);
  check_like(op, "hx", hx, input, where);
  check_like(op, "w_ih", p.w_ih, input, where);
  check_like(op, "w_hh", p.w_hh, input, where);
  bool fits = input.dim() >= 1 && hx.dim() == input.dim();
  for (std::size_t d = 0; fits && d + 1 < input.shape().size(); ++d) {
    fits = input.shape()[d] == hx.shape()[d];
  }
  if (!fits) {
    fail<ShapeError>(op, where, "needs an input (..., I) and a state (..., H) of one batch",
                     {{"input", input}, {"hx", hx}});
  }
  const std::int64_t size = hx.shape().back();
  const std::int64_t rows = p.w_hh.dim() == 2 ? p.w_hh.shape()[0] : -1;
  if (rows != factor * size || p.w_hh.shape() != Shape{rows, size} ||
      p.w_ih.shape() != Shape{rows, input.shape().back()}) {
    fail<ShapeError>(op, where,
                     "the weights must be (" + std::to_string(factor) + " H, I) and (" +
                         std::to_string(factor) + " H, H)",
                     {{"input", input}, {"hx", hx}, {"w_ih", p.w_ih}, {"w_hh", p.w_hh}});
  }
  for (const Tensor* bias : {&p.b_ih, &p.b_hh}) {
    const char* const name = bias == &p.b_ih ? "b_ih" : "b_hh";
    if (bias->defined()) {
      check::same_dtype(op, "input", input, name, *bias, where);
      if (bias->shape() != Shape{rows}) {
        fail<ShapeError>(op, where,
                         std::string(name) + " must have " + std::to_string(rows) + " elements",
                         {{"w_hh", p.w_hh}, {name, *bias}});
      }
    }
  }
}

// The parameters in the dtype that is computed in.
struct Wide {
  Tensor gates;  // w_ih x + b_ih
  Tensor w_hh;
  Tensor b_hh;

  Wide(const Tensor& input, const Parameters& p, Where where)
      : gates(linear(widened(input, where), widened(p.w_ih, where), widened(p.b_ih, where), where)),
        w_hh(widened(p.w_hh, where)),
        b_hh(widened(p.b_hh, where)) {}
  recurrence::Hidden hidden() const { return {w_hh, b_hh}; }
};

Tensor rnn_cell(const char* op, const Tensor& input, const Tensor& hx, const Parameters& p,
                bool use_relu, Where where) {
  if (autocast::applies(input, hx, p.w_ih, p.w_hh, p.b_ih, p.b_hh)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return rnn_cell(op, autocast::lowered(input, where), autocast::lowered(hx, where),
                    {autocast::lowered(p.w_ih, where), autocast::lowered(p.w_hh, where),
                     autocast::lowered(p.b_ih, where), autocast::lowered(p.b_hh, where)},
                    use_relu, where);
  }
  check_cell(op, 1, input, hx, p, where);
  const Wide wide(input, p, where);
  return recurrence::rnn_step(wide.gates, widened(hx, where), wide.hidden(), use_relu, where)
      .to(input.dtype(), where);
}

}  // namespace

Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  return rnn_cell("rnn_tanh_cell", input, hx, {w_ih, w_hh, b_ih, b_hh}, false, where);
}

Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  return rnn_cell("rnn_relu_cell", input, hx, {w_ih, w_hh, b_ih, b_hh}, true, where);
}

Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const Tensor& b_ih, const Tensor& b_hh, Where where) {
  if (autocast::applies(input, hx, w_ih, w_hh, b_ih, b_hh)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return gru_cell(autocast::lowered(input, where), autocast::lowered(hx, where),
                    autocast::lowered(w_ih, where), autocast::lowered(w_hh, where),
                    autocast::lowered(b_ih, where), autocast::lowered(b_hh, where), where);
  }
  const Parameters p{w_ih, w_hh, b_ih, b_hh};
  check_cell("gru_cell", 3, input, hx, p, where);
  const Wide wide(input, p, where);
  return recurrence::gru_step(wide.gates, widened(hx, where), wide.hidden(), where)
      .to(input.dtype(), where);
}

LSTMState lstm_cell(const Tensor& input, const LSTMState& hx, const Tensor& w_ih,
                    const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, Where where) {
  if (autocast::applies(input, hx.h, hx.c, w_ih, w_hh, b_ih, b_hh)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return lstm_cell(autocast::lowered(input, where),
                     {.h = autocast::lowered(hx.h, where), .c = autocast::lowered(hx.c, where)},
                     autocast::lowered(w_ih, where), autocast::lowered(w_hh, where),
                     autocast::lowered(b_ih, where), autocast::lowered(b_hh, where), where);
  }
  const Parameters p{w_ih, w_hh, b_ih, b_hh};
  check_cell("lstm_cell", 4, input, hx.h, p, where);
  check_like("lstm_cell", "c", hx.c, input, where);
  check::same_shape("lstm_cell", "h", hx.h, "c", hx.c, where);
  const Wide wide(input, p, where);
  const LSTMState state{widened(hx.h, where), widened(hx.c, where)};
  const LSTMState next = recurrence::lstm_step(wide.gates, state, wide.hidden(), where);
  return {.h = next.h.to(input.dtype(), where), .c = next.c.to(input.dtype(), where)};
}

}  // namespace retrograd
