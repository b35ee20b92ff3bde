#include <retrograd/nn/recurrence.h>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/ops/internal/recurrence.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

using namespace detail;

namespace {

// Appends x[begin], ..., x[end - 1]. Halving keeps the gradient of all the parts at T log T: each
// slice's is as large as what it was cut from.
void append_steps(std::vector<Tensor>& steps, const Tensor& x) {
  const std::int64_t count = x.shape()[0];
  if (count == 1) {
    steps.push_back(select(x, 0, 0));
  } else if (count > 1) {
    append_steps(steps, slice(x, 0, 0, count / 2));
    append_steps(steps, slice(x, 0, count / 2, count));
  }
}

template <bool use_relu>
LSTMState rnn(const Tensor& gates, const LSTMState& state, const Tensor& w, const Tensor& b) {
  return {.h = recurrence::rnn_step(gates, state.h, {w, b}, use_relu), .c = {}};
}
LSTMState gru(const Tensor& gates, const LSTMState& state, const Tensor& w, const Tensor& b) {
  return {.h = recurrence::gru_step(gates, state.h, {w, b}), .c = {}};
}
LSTMState lstm(const Tensor& gates, const LSTMState& state, const Tensor& w, const Tensor& b) {
  return recurrence::lstm_step(gates, state, {w, b});
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

detail::Layers::Layers(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
                       std::int64_t hidden_size, const RecurrentOptions& options)
    : layer_(call.name()),
      step_(step),
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

void detail::Layers::check(const Tensor& input, const Tensor& hx, const char* name) const {
  const Frame call(layer_, {});
  check::floating(call, input);
  check::same_dtype(call, "input", input, "weight_ih_l0", parts_[0].weight_ih);
  const bool batched = input.dim() == 3;
  const std::size_t time = batched && options_.batch_first ? 1 : 0;
  const bool fits = (batched || input.dim() == 2) && input.shape().back() == input_size_ &&
                    input.shape()[time] != 0;
  check::require<ShapeError>(
      call, fits, {{"input", input}},
      "needs an input ({}, {}) or (T, {}) of at least one step [shape-unexpected]",
      options_.batch_first ? "N, T" : "T, N", input_size_, input_size_);
  if (hx.defined()) {
    check::same_dtype(call, "input", input, name, hx);
    Shape expected{static_cast<std::int64_t>(parts_.size()), hidden_size_};
    if (batched) {
      expected.insert(1, input.shape()[1 - time]);
    }
    check::require<ShapeError>(call, hx.shape() == expected, {{"input", input}, {name, hx}},
                               "{} must have shape {} [shape-unexpected]", name, expected);
  }
}

LSTMOutput detail::Layers::run(const Tensor& input, const LSTMState& hx) const {
  if (autocast_widens(input, hx.h, hx.c) && parts_[0].weight_ih.dtype() == float32) {
    return run(widened(input), {.h = widened(hx.h), .c = widened(hx.c)});
  }
  check(input, hx.h, "hx");
  check(input, hx.c, "cx");
  const bool batched = input.dim() == 3;
  const bool swapped = batched && options_.batch_first;
  // (T, N, features) from here on, a single sequence being a batch of one
  Tensor x = widened(input);
  x = swapped ? transpose(x, 0, 1) : batched ? x : unsqueeze(x, 1);
  const std::int64_t batch = x.shape()[1];
  const auto initial = [&](const Tensor& given, std::size_t i) {
    if (!given.defined()) {
      return zeros({batch, hidden_size_}, {.dtype = x.dtype()});
    }
    const Tensor state = select(widened(given), 0, static_cast<std::int64_t>(i));
    return batched ? state : unsqueeze(state, 0);
  };
  std::vector<Tensor> last_h;
  std::vector<Tensor> last_c;
  const std::size_t directions = options_.bidirectional ? 2 : 1;
  for (std::size_t i = 0; i < parts_.size(); i += directions) {
    std::vector<Tensor> outputs;
    for (std::size_t direction = 0; direction < directions; ++direction) {
      const Part& own = parts_[i + direction];
      const Tensor weight_hh = widened(own.weight_hh);
      const Tensor bias_hh = widened(own.bias_hh);
      std::vector<Tensor> steps;
      append_steps(steps, linear(x, widened(own.weight_ih), widened(own.bias_ih)));
      LSTMState state{.h = initial(hx.h, i + direction),
                      .c = gates_ == 4 ? initial(hx.c, i + direction) : Tensor()};
      for (std::size_t t = 0; t < steps.size(); ++t) {
        Tensor& at = steps[direction == 0 ? t : steps.size() - 1 - t];
        state = step_(at, state, weight_hh, bias_hh);
        at = state.h;
      }
      outputs.push_back(stack(steps, 0));
      last_h.push_back(state.h);
      last_c.push_back(state.c);
    }
    x = directions == 2 ? cat(outputs, -1) : outputs.front();
  }
  const auto stacked = [&](const std::vector<Tensor>& states) {
    const Tensor all = stack(states, 0).to(input.dtype());
    return batched ? all : squeeze(all, 1);
  };
  x = x.to(input.dtype());
  x = swapped ? transpose(x, 0, 1) : batched ? x : squeeze(x, 1);
  return {.output = x,
          .state = {.h = stacked(last_h), .c = gates_ == 4 ? stacked(last_c) : Tensor()}};
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
    : Recurrent({Frame("RNN", where),
                 options.nonlinearity == Nonlinearity::relu ? rnn<true> : rnn<false>,
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
    : Recurrent({Frame("GRU", where), gru, 3, input_size, hidden_size, options}) {}

LSTM::LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options,
           Where where)
    : Recurrent({Frame("LSTM", where), lstm, 4, input_size, hidden_size, options}) {}

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
