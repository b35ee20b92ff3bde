/// @file
/// Recurrent layers.
///
/// All parameters start uniform in [-1 / sqrt(hidden_size), 1 / sqrt(hidden_size)). Weights have
/// the layout that ops/recurrence.h describes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/nn/module_of.h>
#include <retrograd/ops/recurrence.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The function in the step of an RNN.
enum class Nonlinearity : std::uint8_t {
  /// `tanh()`.
  tanh,
  /// `relu()`.
  relu
};

/// Options of `RNNCell`, given as `{.name = value}`; omitted ones keep their defaults.
struct RNNCellOptions {
  bool bias = true;  ///< Adds learnable biases `bias_ih` and `bias_hh` when true.
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< Function of each step.
  DType dtype = float32;                           ///< Element type of the parameters.
};

/// Options of `GRUCell` and `LSTMCell`, given as `{.name = value}`; omitted ones keep their
/// defaults.
struct RecurrentCellOptions {
  bool bias = true;       ///< Adds learnable biases `bias_ih` and `bias_hh` when true.
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of `GRUCell`.
using GRUCellOptions = RecurrentCellOptions;
/// Options of `LSTMCell`.
using LSTMCellOptions = RecurrentCellOptions;
/// Former name of `RecurrentCellOptions`.
using CellOptions [[deprecated("RecurrentCellOptions")]] = RecurrentCellOptions;

/// The base of cells, which compute one step of a recurrence. `State` is Tensor or LSTMState.
///
/// An input (N, input_size) or (input_size) and a state (N, hidden_size) or (hidden_size) give the
/// next state. A state that is not given is 0.
template <class State>
class RETROGRAD_API RecurrentCell : public ModuleOf<State(const Tensor& input, const State& hx)> {
 public:
  /// Returns the members of the module, by name.
  Members members() override;
  /// Returns the layer and its arguments, as summaries show it.
  std::string describe() const override { return text_; }
  /// Returns the number of multiply-adds of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Returns the next state. Errors and tapes name the line of this call.
  State operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return RecurrentCell::ModuleOf::operator()(input, hx, where);
  }
  /// Returns the state after `hx`. Undefined tensors in `hx` count as zeros.
  ///
  /// @throws ShapeError if the shapes do not fit.
  State forward(const Tensor& input, const State& hx) override;
  /// Returns the state after zeros; of an LSTM, its `h`.
  Tensor forward(const Tensor& input) override;

  Tensor weight_ih;  ///< Weight of the input: (gates hidden_size, input_size).
  Tensor weight_hh;  ///< Weight of the state: (gates hidden_size, hidden_size).
  Tensor bias_ih;    ///< Bias beside `weight_ih`; undefined if `bias` is false.
  Tensor bias_hh;    ///< Bias beside `weight_hh`; undefined if `bias` is false.

 protected:
  /// A function that computes one step.
  using Step = State (*)(const RecurrentCell& cell, const Tensor& input, const State& state);
  /// Constructs the cell that the frame `call` names, with `gates * hidden_size` rows in the
  /// weights.
  ///
  /// @throws ValueError if a size is not positive.
  /// @throws DTypeError if the `dtype` of the options is not floating.
  RecurrentCell(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
                std::int64_t hidden_size, const RecurrentCellOptions& options);

 private:
  std::string text_;
  Step step_;
  std::int64_t hidden_size_;
};

/// The cell of an Elman network: `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)`, or with relu.
///
/// @code
/// nn::RNNCell cell(10, 20);
/// h = cell(x, h);  // (N, 10) and (N, 20) to (N, 20)
/// @endcode
class RETROGRAD_API RNNCell : public RecurrentCell<Tensor> {
 public:
  /// Constructs a cell with random weights.
  ///
  /// @throws ValueError if a size is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {},
          Where where = {});
};
/// The cell of gated recurrent units (Cho et al., 2014), as `gru_cell()` computes it:
/// @code
/// r, z = sigmoid(W_i x + b_i + W_h h + b_h)
/// n  = tanh(W_in x + b_in + r (W_hn h + b_hn))
/// h' = n + z (h - n)
/// @endcode
///
/// @code
/// nn::GRUCell cell(10, 20);
/// h = cell(x, h);  // (N, 10) and (N, 20) to (N, 20)
/// @endcode
class RETROGRAD_API GRUCell : public RecurrentCell<Tensor> {
 public:
  /// Constructs a cell with random weights.
  ///
  /// @throws ValueError if a size is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  GRUCell(std::int64_t input_size, std::int64_t hidden_size,
          const RecurrentCellOptions& options = {}, Where where = {});
};
/// The cell of a long short-term memory (Hochreiter and Schmidhuber, 1997), as `lstm_cell()`
/// computes it:
/// @code
/// i, f, o = sigmoid(W_i x + b_i + W_h h + b_h)
/// g  = tanh(W_ig x + b_ig + W_hg h + b_hg)
/// c' = f c + i g,  h' = o tanh(c')
/// @endcode
///
/// @code
/// nn::LSTMCell cell(10, 20);
/// LSTMState state = cell(x);  // zeros before
/// state = cell(x, state);
/// @endcode
class RETROGRAD_API LSTMCell : public RecurrentCell<LSTMState> {
 public:
  /// Constructs a cell with random weights.
  ///
  /// @throws ValueError if a size is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size,
           const RecurrentCellOptions& options = {}, Where where = {});
};

/// Options of `RNN`, given as `{.name = value}`; omitted ones keep their defaults.
struct RNNOptions {
  /// Number of layers, each of which gets the outputs of the one before, >= 1.
  std::int64_t num_layers = 1;
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< Function of each step.
  bool bias = true;                                ///< Adds learnable biases when true.
  bool batch_first = false;  ///< Uses shapes (N, T, ...) when true, else (T, N, ...).
  /// Adds a second pass from the end when true, and joins its outputs to those of the first.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type of the parameters.
};

/// Options of `GRU` and `LSTM`, given as `{.name = value}`; omitted ones keep their defaults.
struct RecurrentOptions {
  /// Number of layers, each of which gets the outputs of the one before, >= 1.
  std::int64_t num_layers = 1;
  bool bias = true;          ///< Adds learnable biases when true.
  bool batch_first = false;  ///< Uses shapes (N, T, ...) when true, else (T, N, ...).
  /// Adds a second pass from the end when true, and joins its outputs to those of the first.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of `GRU`.
using GRUOptions = RecurrentOptions;
/// Options of `LSTM`.
using LSTMOptions = RecurrentOptions;

/// The result of `RNN` and `GRU`. D is the number of directions, H is `hidden_size`.
struct RETROGRAD_API RecurrentOutput {
  /// States of the last layer at each step: (T, N, D H), or (T, D H) without a batch.
  Tensor output;
  /// Last state of each layer and direction: (layers D, N, H), or (layers D, H) without a batch.
  Tensor hidden;
};
/// The result of `LSTM`. D is the number of directions, H is `hidden_size`.
struct RETROGRAD_API LSTMOutput {
  /// States of the last layer at each step: (T, N, D H), or (T, D H) without a batch.
  Tensor output;
  /// Last h and c of each layer and direction: (layers D, N, H), or (layers D, H) without a batch.
  LSTMState state;
};

namespace detail {
// The parameters and the step of a recurrent layer.
class RETROGRAD_API Layers {
 public:
  // One step; gates: the input's part of it. c is undefined except for an LSTM.
  using Step = LSTMState (*)(const Tensor& gates, const LSTMState& state, const Tensor& weight_hh,
                             const Tensor& bias_hh);
  // `call`: the constructor's, which has the layer's name.
  Layers(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
         std::int64_t hidden_size, const RecurrentOptions& options);

  Members members();
  std::string describe() const;
  std::int64_t multiply_adds(const Shape& input) const;
  LSTMOutput run(const Tensor& input, const LSTMState& hx) const;

 private:
  // The parameters of one layer in one direction.
  struct Part {
    Tensor weight_ih;
    Tensor weight_hh;
    Tensor bias_ih;
    Tensor bias_hh;
  };

  void check(const Tensor& input, const Tensor& hx, const char* name) const;

  const char* layer_;
  Step step_;
  std::int64_t gates_;
  std::int64_t input_size_;
  std::int64_t hidden_size_;
  RecurrentOptions options_;
  std::vector<Part> parts_;  // layer by layer, both directions of each
};
}  // namespace detail

/// The base of recurrent layers, which run over a sequence. `State` is Tensor or LSTMState.
///
/// The input is (T, N, input_size), or (T, input_size) without a batch. The first states `hx` are
/// (layers D, N, H), or (layers D, H) without a batch, and 0 if not given. D is the number of
/// directions, H is `hidden_size`.
///
/// The parameters are named weight_ih_l0, weight_hh_l0, bias_ih_l0 and bias_hh_l0, then those of
/// the second direction with _reverse, layer by layer.
template <class Output, class State>
class RETROGRAD_API Recurrent : public ModuleOf<Output(const Tensor& input, const State& hx)> {
 public:
  /// Returns the members of the module, by name.
  Members members() override { return layers_.members(); }
  /// Returns the layer and its arguments, as summaries show it.
  std::string describe() const override { return layers_.describe(); }
  /// Returns the number of multiply-adds of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape&) const override {
    return layers_.multiply_adds(inputs.front());
  }
  /// Returns `forward(input, hx)`. Errors and tapes name the line of this call.
  Output operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return Recurrent::ModuleOf::operator()(input, hx, where);
  }
  /// Returns the outputs of all steps and the last states.
  ///
  /// @throws ShapeError if `input` or `hx` does not fit, or there are no steps.
  /// @throws DTypeError if dtypes differ.
  Output forward(const Tensor& input, const State& hx) override;
  /// Returns the outputs of all steps, from states of 0.
  Tensor forward(const Tensor& input) override { return layers_.run(input, {}).output; }

 protected:
  /// Constructs a layer from its parameters and its step.
  explicit Recurrent(detail::Layers layers) : layers_(std::move(layers)) {}

 private:
  detail::Layers layers_;
};

/// An Elman network over a sequence, with the step of `RNNCell`.
///
/// @code
/// nn::RNN rnn(10, 20, {.num_layers = 2});
/// const auto [output, hidden] = rnn(x);  // (T, N, 10) to (T, N, 20) and (2, N, 20)
/// @endcode
class RETROGRAD_API RNN : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a size or `num_layers` is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {},
      Where where = {});
};
/// Gated recurrent units over a sequence, with the step of `GRUCell`.
///
/// @code
/// nn::GRU gru(10, 20, {.batch_first = true});
/// const auto [output, hidden] = gru(x);  // (N, T, 10) to (N, T, 20) and (1, N, 20)
/// @endcode
class RETROGRAD_API GRU : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a size or `num_layers` is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
      Where where = {});
};
/// Long short-term memory over a sequence, with the step of `LSTMCell`.
///
/// @code
/// nn::LSTM lstm(10, 20, {.bidirectional = true});
/// const auto [output, state] = lstm(x);  // (T, N, 10) to (T, N, 40) and (2, N, 20)
/// @endcode
class RETROGRAD_API LSTM : public Recurrent<LSTMOutput, LSTMState> {
 public:
  /// Constructs a layer with random weights.
  ///
  /// @throws ValueError if a size or `num_layers` is not positive.
  /// @throws DTypeError if `dtype` is not floating.
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
       Where where = {});
};

}  // namespace retrograd::nn
