#include <retrograd/ops/recurrence.h>

#include <algorithm>

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
  const bool fits = input.dim() >= 1 && hx.dim() == input.dim() &&
                    std::equal(input.shape().begin(), input.shape().end() - 1, hx.shape().begin());
  check::require<ShapeError>(
      call, fits, {{"input", input}, {"hx", hx}},
      "needs an input (..., I) and a state (..., H) of one batch [shape-unexpected]");
  const std::int64_t size = hx.shape().back();
  const std::int64_t rows = p.w_hh.dim() == 2 ? p.w_hh.shape()[0] : -1;
  const bool weights_fit = rows == factor * size && p.w_hh.shape() == Shape{rows, size} &&
                           p.w_ih.shape() == Shape{rows, input.shape().back()};
  check::require<ShapeError>(
      call, weights_fit, {{"input", input}, {"hx", hx}, {"w_ih", p.w_ih}, {"w_hh", p.w_hh}},
      "the weights must be ({} H, I) and ({} H, H) [shape-unexpected]", factor, factor);
  for (const Tensor* bias : {&p.b_ih, &p.b_hh}) {
    const char* const name = bias == &p.b_ih ? "b_ih" : "b_hh";
    if (bias->defined()) {
      check::same_dtype(call, "input", input, name, *bias);
      check::require<ShapeError>(call, bias->shape() == Shape{rows},
                                 {{"w_hh", p.w_hh}, {name, *bias}},
                                 "{} must have {} elements [shape-unexpected]", name, rows);
    }
  }
}

// A cell of `factor` gates whose state is one tensor: step(gates, h, hidden).
Tensor cell(const Call& call, std::int64_t factor, const Tensor& input, const Tensor& hx,
            const Parameters& given,
            Tensor (*step)(const Tensor& gates, const Tensor& h, recurrence::Hidden)) {
  const auto [x, h, w_ih, w_hh, b_ih, b_hh] = call.inputs({{"input", input, floating},
                                                           {"hx", hx, like_first},
                                                           {"w_ih", given.w_ih, like_first},
                                                           {"w_hh", given.w_hh, like_first},
                                                           {"b_ih", given.b_ih, optional},
                                                           {"b_hh", given.b_hh, optional}});
  const Parameters p{w_ih, w_hh, b_ih, b_hh};
  check_cell(call, factor, x, h, p);
  const Tensor gates = linear(widened(x), widened(w_ih), widened(b_ih));
  const Tensor weight = widened(w_hh);
  const Tensor bias = widened(b_hh);
  return call.result(step(gates, widened(h), {weight, bias}).to(x.dtype()));
}

template <bool use_relu>
Tensor plain_step(const Tensor& gates, const Tensor& h, recurrence::Hidden hidden) {
  return recurrence::rnn_step(gates, h, hidden, use_relu);
}

}  // namespace

Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("rnn_tanh_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return cell(call, 1, input, hx, {w_ih, w_hh, b_ih, b_hh}, plain_step<false>);
}

Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("rnn_relu_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return cell(call, 1, input, hx, {w_ih, w_hh, b_ih, b_hh}, plain_step<true>);
}

Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih, const Tensor& w_hh,
                const Tensor& b_ih, const Tensor& b_hh, Where where) {
  const Call call("gru_cell", where, Cast::downcast, input, hx, w_ih, w_hh, b_ih, b_hh);
  return cell(call, 3, input, hx, {w_ih, w_hh, b_ih, b_hh}, recurrence::gru_step);
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
  const Tensor gates = linear(widened(x), widened(wi), widened(bi));
  const Tensor weight = widened(wh);
  const Tensor bias = widened(bh);
  const LSTMState next =
      recurrence::lstm_step(gates, {.h = widened(h), .c = widened(c)}, {weight, bias});
  return call.result(LSTMState{.h = next.h.to(x.dtype()), .c = next.c.to(x.dtype())});
}

}  // namespace retrograd
