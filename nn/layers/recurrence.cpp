#include <retrograd/nn/recurrence.h>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

using namespace detail;

namespace {

template <auto function>
LSTMSequence one_state(const Tensor& input, const LSTMState& hx, const std::vector<Tensor>& params,
                       const RecurrenceOptions& options) {
  RecurrentOutput found = function(input, hx.h, params, options, {});
  return {.output = std::move(found.output), .h = std::move(found.hidden), .c = {}};
}
LSTMSequence two_states(const Tensor& input, const LSTMState& hx, const std::vector<Tensor>& params,
                        const RecurrenceOptions& options) {
  return lstm(input, hx, params, options);
}

// The parameters of a cell, or of one layer in one direction.
template <class Owner>
void start(Owner& owner, std::int64_t gates, std::int64_t input_size, std::int64_t hidden_size,
           bool bias, DType dtype) {
  const std::int64_t rows = gates * hidden_size;
  const auto parameter = [&](const Shape& shape) {
    return uniform_parameter(shape, dtype, hidden_size);
  };
  owner.weight_ih = parameter({rows, input_size});
  owner.weight_hh = parameter({rows, hidden_size});
  if (bias) {
    owner.bias_ih = parameter({rows});
    owner.bias_hh = parameter({rows});
  }
}

template <class Owner>
void list(Members& members, Owner& owner, const std::string& suffix) {
  const auto add = [&](const char* name, Tensor& parameter) {
    members.emplace_back(formatted("{}{}", name, suffix), parameter);
  };
  add("weight_ih", owner.weight_ih);
  add("weight_hh", owner.weight_hh);
  add("bias_ih", owner.bias_ih);
  add("bias_hh", owner.bias_hh);
}

template <auto cell, class State>
State step(const RecurrentCell<State>& at, const Tensor& input, const State& state) {
  return cell(input, state, at.weight_ih, at.weight_hh, at.bias_ih, at.bias_hh, {});
}

}  // namespace

detail::Layers::Layers(const Frame& call, Operator run_layer, std::int64_t gates,
                       std::int64_t input_size, std::int64_t hidden_size,
                       const RecurrentOptions& options)
    : layer_(call.name()),
      run_layer_(run_layer),
      gates_(gates),
      input_size_(input_size),
      hidden_size_(hidden_size),
      options_(options) {
  require_positive(call, {{"input_size", input_size},
                          {"hidden_size", hidden_size},
                          {"num_layers", options.num_layers}});
  require_floating(call, options.dtype);
  const std::int64_t directions = options.bidirectional ? 2 : 1;
  for (std::int64_t i = 0; i < options.num_layers * directions; ++i) {
    const std::int64_t features = i < directions ? input_size : directions * hidden_size;
    start(parts_.emplace_back(), gates, features, hidden_size, options.bias, options.dtype);
  }
}

Members detail::Layers::members() {
  Members found;
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    list(found, parts_[i],
         formatted("_l{}{}", i / directions, i % directions == 1 ? "_reverse" : ""));
  }
  return found;
}

std::string detail::Layers::describe() const {
  std::vector<std::string> arguments{text(input_size_), text(hidden_size_)};
  if (options_.num_layers > 1) {
    arguments.push_back(formatted("num_layers={}", options_.num_layers));
  }
  if (options_.bidirectional) {
    arguments.emplace_back("bidirectional");
  }
  return with_arguments(layer_, arguments);
}

std::int64_t detail::Layers::multiply_adds(const Shape& input) const {
  std::int64_t each_step = 0;
  for (const Part& part : parts_) {
    each_step += part.weight_ih.numel() + part.weight_hh.numel();
  }
  return count(input) / input_size_ * each_step;
}

// `casts`: Autocast is going to make one dtype of bfloat16 and float32.
void detail::Layers::check(const Tensor& input, const Tensor& hx, const char* name,
                           bool casts) const {
  const Frame call(layer_, {});
  check::floating(call, input);
  if (!casts) {
    check::same_dtype(call, "input", input, "weight_ih_l0", parts_[0].weight_ih);
  }
  const bool batched = input.dim() == 3;
  const std::size_t time = batched && options_.batch_first ? 1 : 0;
  const bool fits = (batched || input.dim() == 2) && input.shape().back() == input_size_ &&
                    input.shape()[time] != 0;
  check::require<ShapeError>(
      call, fits, {{"input", input}},
      "needs an input ({}, {}) or (T, {}) of at least one step [shape-unexpected]",
      options_.batch_first ? "N, T" : "T, N", input_size_, input_size_);
  if (hx.defined()) {
    if (!casts) {
      check::same_dtype(call, "input", input, name, hx);
    }
    Shape expected{static_cast<std::int64_t>(parts_.size()), hidden_size_};
    if (batched) {
      expected.insert(1, input.shape()[1 - time]);
    }
    check::require<ShapeError>(call, hx.shape() == expected, {{"input", input}, {name, hx}},
                               "{} must have shape {} [shape-unexpected]", name, expected);
  }
}

std::vector<Tensor> detail::Layers::parameters_of(std::size_t layer) const {
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  std::vector<Tensor> found;
  for (std::size_t i = layer * directions; i < (layer + 1) * directions; ++i) {
    const Part& own = parts_[i];
    found.insert(found.end(), {own.weight_ih, own.weight_hh});
    if (options_.bias) {
      found.insert(found.end(), {own.bias_ih, own.bias_hh});
    }
  }
  return found;
}

LSTMOutput detail::Layers::run(const Tensor& input, const LSTMState& hx) const {
  const bool casts = autocast_widens(input, hx.h, hx.c) && parts_[0].weight_ih.dtype() == float32;
  check(input, hx.h, "hx", casts);
  check(input, hx.c, "cx", casts);
  const bool batched = input.dim() == 3;
  const bool swapped = batched && options_.batch_first;
  // (T, N, features) from here on, a single sequence being a batch of one
  Tensor x = swapped ? transpose(input, 0, 1) : batched ? input : unsqueeze(input, 1);
  const std::int64_t directions = options_.bidirectional ? 2 : 1;
  const auto initial = [&](const Tensor& given, std::int64_t layer) {
    if (!given.defined()) {
      return given;
    }
    const Tensor states = options_.num_layers == 1
                              ? given
                              : slice(given, 0, layer * directions, (layer + 1) * directions);
    return batched ? states : unsqueeze(states, 1);
  };
  std::vector<Tensor> last_h;
  std::vector<Tensor> last_c;
  for (std::int64_t layer = 0; layer < options_.num_layers; ++layer) {
    LSTMSequence found =
        run_layer_(x, {.h = initial(hx.h, layer), .c = initial(hx.c, layer)},
                   parameters_of(static_cast<std::size_t>(layer)),
                   {directions == 2 ? Direction::bidirectional : Direction::forward});
    x = std::move(found.output);
    last_h.push_back(std::move(found.h));
    last_c.push_back(std::move(found.c));
  }
  const auto joined = [&](const std::vector<Tensor>& states) {
    const Tensor all = states.size() == 1 ? states.front() : cat(states, 0);
    return batched ? all : squeeze(all, 1);
  };
  x = swapped ? transpose(x, 0, 1) : batched ? x : squeeze(x, 1);
  return {.output = x,
          .state = {.h = joined(last_h), .c = gates_ == 4 ? joined(last_c) : Tensor()}};
}

template <>
RecurrentOutput Recurrent<RecurrentOutput, Tensor>::forward(const Tensor& input, const Tensor& hx) {
  LSTMOutput result = layers_.run(input, {.h = hx, .c = {}});
  return {.output = std::move(result.output), .hidden = std::move(result.state.h)};
}
template <>
LSTMOutput Recurrent<LSTMOutput, LSTMState>::forward(const Tensor& input, const LSTMState& hx) {
  return layers_.run(input, hx);
}
template class Recurrent<RecurrentOutput, Tensor>;
template class Recurrent<LSTMOutput, LSTMState>;

RNN::RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options, Where where)
    : Recurrent(
          {Frame("RNN", where),
           options.nonlinearity == Nonlinearity::relu ? one_state<rnn_relu> : one_state<rnn_tanh>,
           1,
           input_size,
           hidden_size,
           {.num_layers = options.num_layers,
            .bias = options.bias,
            .batch_first = options.batch_first,
            .bidirectional = options.bidirectional,
            .dtype = options.dtype}}) {}

GRU::GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options,
         Where where)
    : Recurrent({Frame("GRU", where), one_state<gru>, 3, input_size, hidden_size, options}) {}

LSTM::LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options,
           Where where)
    : Recurrent({Frame("LSTM", where), two_states, 4, input_size, hidden_size, options}) {}

template <class State>
RecurrentCell<State>::RecurrentCell(const Frame& call, Step step, std::int64_t gates,
                                    std::int64_t input_size, std::int64_t hidden_size,
                                    const RecurrentCellOptions& options)
    : text_(described(call.name(), input_size, hidden_size)),
      step_(step),
      hidden_size_(hidden_size) {
  require_positive(call, {{"input_size", input_size}, {"hidden_size", hidden_size}});
  require_floating(call, options.dtype);
  start(*this, gates, input_size, hidden_size, options.bias, options.dtype);
}

template <class State>
Members RecurrentCell<State>::members() {
  Members found;
  list(found, *this, "");
  return found;
}

template <class State>
std::int64_t RecurrentCell<State>::multiply_adds(const std::vector<Shape>&,
                                                 const Shape& output) const {
  return count(output) / hidden_size_ * (weight_ih.numel() + weight_hh.numel());
}

template <class State>
State RecurrentCell<State>::forward(const Tensor& input, const State& hx) {
  State state = hx;
  visit_tensors(state, [&](Tensor& each) {
    if (!each.defined() && input.defined() && input.dim() != 0) {
      Shape shape = input.shape();
      shape.back() = hidden_size_;
      each = zeros(shape, {.dtype = weight_hh.dtype()});
    }
  });
  return step_(*this, input, state);
}

template <class State>
Tensor RecurrentCell<State>::forward(const Tensor& input) {
  State state = forward(input, State());
  return *tensors_in(state).front();
}

template class RecurrentCell<Tensor>;
template class RecurrentCell<LSTMState>;

RNNCell::RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options,
                 Where where)
    : RecurrentCell(Frame("RNNCell", where),
                    options.nonlinearity == Nonlinearity::relu ? step<rnn_relu_cell, Tensor>
                                                               : step<rnn_tanh_cell, Tensor>,
                    1, input_size, hidden_size, {.bias = options.bias, .dtype = options.dtype}) {}

GRUCell::GRUCell(std::int64_t input_size, std::int64_t hidden_size,
                 const RecurrentCellOptions& options, Where where)
    : RecurrentCell(Frame("GRUCell", where), step<gru_cell, Tensor>, 3, input_size, hidden_size,
                    options) {}

LSTMCell::LSTMCell(std::int64_t input_size, std::int64_t hidden_size,
                   const RecurrentCellOptions& options, Where where)
    : RecurrentCell(Frame("LSTMCell", where), step<lstm_cell, LSTMState>, 4, input_size,
                    hidden_size, options) {}

}  // namespace retrograd::nn
