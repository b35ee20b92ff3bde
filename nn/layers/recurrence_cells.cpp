#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/recurrence.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::nn {

using namespace detail;

namespace {

template <auto cell>
LSTMState one_state(const RecurrentCell& at, const Tensor& input, const LSTMState& state) {
  return {.h = cell(input, state.h, at.weight_ih, at.weight_hh, at.bias_ih, at.bias_hh, {}),
          .c = {}};
}
LSTMState two_states(const RecurrentCell& at, const Tensor& input, const LSTMState& state) {
  return lstm_cell(input, state, at.weight_ih, at.weight_hh, at.bias_ih, at.bias_hh);
}

}  // namespace

RecurrentCell::RecurrentCell(const Frame& call, Step step, std::int64_t gates,
                             std::int64_t input_size, std::int64_t hidden_size,
                             const CellOptions& options)
    : layer_(call.name()), step_(step), input_size_(input_size), hidden_size_(hidden_size) {
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
  return described(layer_, input_size_, hidden_size_);
}

std::int64_t RecurrentCell::multiply_adds(const std::vector<Shape>&, const Shape& output) const {
  return count(output) / hidden_size_ * (weight_ih.numel() + weight_hh.numel());
}

LSTMState RecurrentCell::next(const Tensor& input, const LSTMState& hx) const {
  const auto given_or_zeros = [&](const Tensor& state) {
    if (state.defined() || !input.defined() || input.dim() == 0) {
      return state;
    }
    Shape shape = input.shape();
    shape.back() = hidden_size_;
    return zeros(shape, {.dtype = weight_hh.dtype()});
  };
  const bool has_c = step_ == two_states;
  return step_(*this, input,
               {.h = given_or_zeros(hx.h), .c = has_c ? given_or_zeros(hx.c) : Tensor()});
}

LSTMState RecurrentCell::call_with_state(const Tensor& input, const LSTMState& hx, Where where) {
  LSTMState state;
  const auto run = [&](const Tensor& first) {
    state = next(first, hx);
    return state.h;
  };
  state.h = call({input, hx.h, hx.c}, run, where);
  return state;
}

RNNCell::RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options,
                 Where where)
    : RecurrentCell(Frame("RNNCell", where),
                    options.nonlinearity == Nonlinearity::relu ? one_state<rnn_relu_cell>
                                                               : one_state<rnn_tanh_cell>,
                    1, input_size, hidden_size, {.bias = options.bias, .dtype = options.dtype}) {}

GRUCell::GRUCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options,
                 Where where)
    : RecurrentCell(Frame("GRUCell", where), one_state<gru_cell>, 3, input_size, hidden_size,
                    options) {}

LSTMCell::LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options,
                   Where where)
    : RecurrentCell(Frame("LSTMCell", where), two_states, 4, input_size, hidden_size, options) {}

}  // namespace retrograd::nn
