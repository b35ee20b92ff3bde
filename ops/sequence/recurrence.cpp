#include <retrograd/ops/recurrence.h>

#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/internal/recurrence.h>
#include <retrograd/ops/matmul.h>

namespace retrograd {

namespace recurrence {

namespace {

// Gate `i` of those that lie one after another.
Tensor gate(const Tensor& gates, std::int64_t i, std::int64_t size) {
  return slice(gates, -1, i * size, (i + 1) * size);
}

}  // namespace

Tensor rnn_step(const Tensor& gates, const Tensor& h, Hidden hidden, bool use_relu) {
  const Tensor sum = gates + linear(h, hidden.weight, hidden.bias);
  return use_relu ? relu(sum) : tanh(sum);
}

Tensor gru_step(const Tensor& gates, const Tensor& h, Hidden hidden) {
  const std::int64_t size = h.shape().back();
  const Tensor own = linear(h, hidden.weight, hidden.bias);
  const auto sigmoid_gate = [&](std::int64_t i) {
    return sigmoid(gate(gates, i, size) + gate(own, i, size));
  };
  const Tensor reset = sigmoid_gate(0) * gate(own, 2, size);
  const Tensor update = sigmoid_gate(1);
  const Tensor fresh = tanh(gate(gates, 2, size) + reset);
  return fresh + update * (h - fresh);
}

LSTMState lstm_step(const Tensor& gates, const LSTMState& state, Hidden hidden) {
  const std::int64_t size = state.h.shape().back();
  const Tensor all = gates + linear(state.h, hidden.weight, hidden.bias);
  const auto sigmoid_gate = [&](std::int64_t i) { return sigmoid(gate(all, i, size)); };
  const Tensor written = sigmoid_gate(0) * tanh(gate(all, 2, size));
  const Tensor c = sigmoid_gate(1) * state.c + written;
  return {.h = sigmoid_gate(3) * tanh(c), .c = c};
}

}  // namespace recurrence

namespace {

struct Parameters {
  const Tensor& w_ih;
  const Tensor& w_hh;
  const Tensor& b_ih;
  const Tensor& b_hh;
};

// `factor` is the number of gates.
void check_cell(const Call& call, std::int64_t factor, const Tensor& input, const Tensor& hx,
                const Parameters& p) {
  bool fits = input.dim() >= 1 && hx.dim() == input.dim();
  for (std::size_t d = 0; fits && d + 1 < input.shape().size(); ++d) {
    fits = input.shape()[d] == hx.shape()[d];
  }
  if (!fits) {
    fail<ShapeError>(call, "needs an input (..., I) and a state (..., H) of one batch",
                     {{"input", input}, {"hx", hx}});
  }
  const std::int64_t size = hx.shape().back();
  const std::int64_t rows = p.w_hh.dim() == 2 ? p.w_hh.shape()[0] : -1;
  if (rows != factor * size || p.w_hh.shape() != Shape{rows, size} ||
      p.w_ih.shape() != Shape{rows, input.shape().back()}) {
    fail<ShapeError>(call,
                     "the weights must be (" + std::to_string(factor) + " H, I) and (" +
                         std::to_string(factor) + " H, H)",
                     {{"input", input}, {"hx", hx}, {"w_ih", p.w_ih}, {"w_hh", p.w_hh}});
  }
  for (const Tensor* bias : {&p.b_ih, &p.b_hh}) {
    const char* const name = bias == &p.b_ih ? "b_ih" : "b_hh";
    if (bias->defined()) {
      check::same_dtype(call, "input", input, name, *bias);
      if (bias->shape() != Shape{rows}) {
        fail<ShapeError>(call,
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

  Wide(const Tensor& input, const Parameters& p)
      : gates(linear(widened(input), widened(p.w_ih), widened(p.b_ih))),
        w_hh(widened(p.w_hh)),
        b_hh(widened(p.b_hh)) {}
  recurrence::Hidden hidden() const { return {w_hh, b_hh}; }
};

// A cell of `factor` gates whose state is one tensor: step(gates, h, hidden).
template <class Step>
Tensor cell(const Call& call, std::int64_t factor, const Tensor& input, const Tensor& hx,
            const Parameters& given, Step step) {
  const auto [x, h, w_ih, w_hh, b_ih, b_hh] = call.inputs({{"input", input, floating},
                                                           {"hx", hx, like_first},
                                                           {"w_ih", given.w_ih, like_first},
                                                           {"w_hh", given.w_hh, like_first},
                                                           {"b_ih", given.b_ih, optional},
                                                           {"b_hh", given.b_hh, optional}});
  const Parameters p{w_ih, w_hh, b_ih, b_hh};
  check_cell(call, factor, x, h, p);
  const Wide wide(x, p);
  return call.result(step(wide.gates, widened(h), wide.hidden()).to(x.dtype()));
}

Tensor rnn_cell(const Call& call, const Tensor& input, const Tensor& hx, const Parameters& p,
                bool use_relu) {
  using recurrence::Hidden;
  return cell(call, 1, input, hx, p,
              [use_relu](const Tensor& gates, const Tensor& h, Hidden hidden) {
                return recurrence::rnn_step(gates, h, hidden, use_relu);
              });
}

}  // namespace

Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("rnn_tanh_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return rnn_cell(call, input, hx, {w_ih, w_hh, b_ih, b_hh}, false);
}

Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("rnn_relu_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return rnn_cell(call, input, hx, {w_ih, w_hh, b_ih, b_hh}, true);
}

Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("gru_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return cell(call, 3, input, hx, {w_ih, w_hh, b_ih, b_hh},
              [](const Tensor& gates, const Tensor& h, recurrence::Hidden hidden) {
                return recurrence::gru_step(gates, h, hidden);
              });
}

LSTMState lstm_cell(const Tensor& input, const LSTMState& hx, const Tensor& w_ih,
                    const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("lstm_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  const auto [x, h, wi, wh, bi, bh, c] = call.inputs({{"input", input, floating},
                                                      {"hx", hx.h, like_first},
                                                      {"w_ih", w_ih, like_first},
                                                      {"w_hh", w_hh, like_first},
                                                      {"b_ih", b_ih, optional},
                                                      {"b_hh", b_hh, optional},
                                                      {"c", hx.c}});
  const Parameters p{wi, wh, bi, bh};
  check_cell(call, 4, x, h, p);
  check::same_dtype(call, "input", x, "c", c);
  check::same_shape(call, "h", h, "c", c);
  const Wide wide(x, p);
  const LSTMState next =
      recurrence::lstm_step(wide.gates, {.h = widened(h), .c = widened(c)}, wide.hidden());
  return call.result(LSTMState{.h = next.h.to(x.dtype()), .c = next.c.to(x.dtype())});
}

}  // namespace retrograd
