#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/recurrence.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

using namespace detail;

RecurrentCell::RecurrentCell(const Frame& call, std::int64_t gates, std::int64_t input_size,
                             std::int64_t hidden_size, const CellOptions& options)
    : layer_(call.name()), input_size_(input_size), hidden_size_(hidden_size) {
  require_positive(call, "input_size", input_size);
  require_positive(call, "hidden_size", hidden_size);
  require_floating(call, options.dtype);
  const std::int64_t rows = gates * hidden_size;
  const auto parameter = [&](const Shape& shape) {
    return uniform_parameter(shape, options.dtype, hidden_size);
  };
  weight_ih = parameter({rows, input_size});
  weight_hh = parameter({rows, hidden_size});
  if (options.bias) {
    bias_ih = parameter({rows});
    bias_hh = parameter({rows});
  }
}

Members RecurrentCell::members() {
  return {{"weight_ih", weight_ih},
          {"weight_hh", weight_hh},
          {"bias_ih", bias_ih},
          {"bias_hh", bias_hh}};
}

std::string RecurrentCell::describe() const {
  return std::string(layer_) + "(" + std::to_string(input_size_) + ", " +
         std::to_string(hidden_size_) + ")";
}

std::int64_t RecurrentCell::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return count(output) / hidden_size_ * (weight_ih.numel() + weight_hh.numel());
}

Tensor RecurrentCell::state_for(const Tensor& input, const Tensor& hx) const {
  if (hx.defined() || !input.defined() || input.dim() == 0) {
    return hx;
  }
  Shape shape = input.shape();
  shape.back() = hidden_size_;
  return zeros(shape, {.dtype = weight_hh.dtype()});
}

RNNCell::RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options,
                 Where where)
    : RecurrentCell(Frame("RNNCell", where), 1, input_size, hidden_size,
                    {.bias = options.bias, .dtype = options.dtype}),
      nonlinearity_(options.nonlinearity) {}
Tensor RNNCell::next(const Tensor& input, const Tensor& hx) const {
  const auto cell = nonlinearity_ == Nonlinearity::relu ? rnn_relu_cell : rnn_tanh_cell;
  return cell(input, state_for(input, hx), weight_ih, weight_hh, bias_ih, bias_hh, {});
}
Tensor RNNCell::operator()(const Tensor& input, const Tensor& hx, Where where) {
  return call(
      {input, hx}, [&](const Tensor& first) { return next(first, hx); }, where);
}
Tensor RNNCell::forward(const Tensor& input) {
  return next(input, {});
}

GRUCell::GRUCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options,
                 Where where)
    : RecurrentCell(Frame("GRUCell", where), 3, input_size, hidden_size, options) {}
Tensor GRUCell::next(const Tensor& input, const Tensor& hx) const {
  return gru_cell(input, state_for(input, hx), weight_ih, weight_hh, bias_ih, bias_hh);
}
Tensor GRUCell::operator()(const Tensor& input, const Tensor& hx, Where where) {
  return call(
      {input, hx}, [&](const Tensor& first) { return next(first, hx); }, where);
}
Tensor GRUCell::forward(const Tensor& input) {
  return next(input, {});
}

LSTMCell::LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options,
                   Where where)
    : RecurrentCell(Frame("LSTMCell", where), 4, input_size, hidden_size, options) {}
LSTMState LSTMCell::next(const Tensor& input, const LSTMState& hx) const {
  const LSTMState state{state_for(input, hx.h), state_for(input, hx.c)};
  return lstm_cell(input, state, weight_ih, weight_hh, bias_ih, bias_hh);
}
LSTMState LSTMCell::operator()(const Tensor& input, const LSTMState& hx, Where where) {
  LSTMState state;
  state.h = call(
      {input, hx.h, hx.c},
      [&](const Tensor& first) {
        state = next(first, hx);
        return state.h;
      },
      where);
  return state;
}
Tensor LSTMCell::forward(const Tensor& input) {
  return next(input, {}).h;
}

}  // namespace retrograd::nn
