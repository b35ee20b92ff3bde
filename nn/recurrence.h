/// @file
/// Recurrent layers, with the layout of parameters of ops/recurrence.h. All parameters start
/// uniform in [-1/sqrt(hidden_size), 1/sqrt(hidden_size)).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/nn/module_of.h>
#include <retrograd/ops/recurrence.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Functions of a simple recurrence.
enum class Nonlinearity : std::uint8_t {
  tanh,  ///< The hyperbolic tangent.
  relu   ///< ReLU.
};

/// Options of RNNCell.
struct RNNCellOptions {
  bool bias = true;                                ///< Whether there are learnable biases.
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< Function of the recurrence.
  DType dtype = float32;                           ///< Element type of the parameters.
};

/// Options of GRUCell and LSTMCell.
struct RecurrentCellOptions {
  bool bias = true;       ///< Whether there are learnable biases.
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of GRUCell.
using GRUCellOptions = RecurrentCellOptions;
/// Options of LSTMCell.
using LSTMCellOptions = RecurrentCellOptions;
/// Former name of RecurrentCellOptions.
using CellOptions [[deprecated("RecurrentCellOptions")]] = RecurrentCellOptions;

/// The base of cells: one step for inputs (N, I) or (I), from zeros without a state. The State is a
/// Tensor or an LSTMState.
template <class State>
class RETROGRAD_API RecurrentCell : public ModuleOf<State(const Tensor& input, const State& hx)> {
 public:
  /// Returns the parameters by name.
  Members members() override;
  /// Returns the layer and its arguments, as summaries show them.
  std::string describe() const override { return text_; }
  /// Returns the number of multiplications, each with an addition, of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Runs forward(); errors and tapes name the line of this call.
  State operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return RecurrentCell::ModuleOf::operator()(input, hx, where);
  }

  /// Returns the next state.
  /// @throws ShapeError if a shape does not fit.
  /// @throws DTypeError if a dtype does not fit.
  State forward(const Tensor& input, const State& hx) override;
  /// Returns the next state from zeros, or its h.
  Tensor forward(const Tensor& input) override;

  Tensor weight_ih;  ///< Weight of the input, (gates H, I).
  Tensor weight_hh;  ///< Weight of the state, (gates H, H).
  Tensor bias_ih;    ///< Bias beside weight_ih, (gates H), or undefined.
  Tensor bias_hh;    ///< Bias beside weight_hh, (gates H), or undefined.

 protected:
  /// One step of the recurrence.
  using Step = State (*)(const RecurrentCell& cell, const Tensor& input, const State& state);
  /// Makes the layer. `call` is the constructor's, which has the layer's name.
  RecurrentCell(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
                std::int64_t hidden_size, const RecurrentCellOptions& options);

 private:
  std::string text_;
  Step step_;
  std::int64_t hidden_size_;
};

/// rnn_tanh_cell() or rnn_relu_cell() as a layer.
/// @code nn::RNNCell(3, 4)(rg::rand({8, 3})).shape();  // [8, 4] @endcode
class RETROGRAD_API RNNCell : public RecurrentCell<Tensor> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {},
          Where where = {});
};
/// gru_cell() as a layer.
/// @code nn::GRUCell(3, 4)(rg::rand({8, 3})).shape();  // [8, 4] @endcode
class RETROGRAD_API GRUCell : public RecurrentCell<Tensor> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  GRUCell(std::int64_t input_size, std::int64_t hidden_size,
          const RecurrentCellOptions& options = {}, Where where = {});
};
/// lstm_cell() as a layer.
/// @code const auto [h, c] = nn::LSTMCell(3, 4)(rg::rand({8, 3})); @endcode
class RETROGRAD_API LSTMCell : public RecurrentCell<LSTMState> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size,
           const RecurrentCellOptions& options = {}, Where where = {});
};

/// Options of RNN.
struct RNNOptions {
  std::int64_t num_layers = 1;  ///< Number of layers, each of which reads the outputs of the last.
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< Function of the recurrence.
  bool bias = true;                                ///< Whether there are learnable biases.
  /// Whether inputs and outputs are (N, T, ...), instead of (T, N, ...).
  bool batch_first = false;
  /// Whether a second pass runs from the end to the start. Its outputs follow those of the first in
  /// the last dimension.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type of the parameters.
};

/// Options of GRU and LSTM.
struct RecurrentOptions {
  std::int64_t num_layers = 1;  ///< Number of layers, each of which reads the outputs of the last.
  bool bias = true;             ///< Whether there are learnable biases.
  /// Whether inputs and outputs are (N, T, ...), instead of (T, N, ...).
  bool batch_first = false;
  /// Whether a second pass runs from the end to the start. Its outputs follow those of the first in
  /// the last dimension.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type of the parameters.
};
/// Options of GRU.
using GRUOptions = RecurrentOptions;
/// Options of LSTM.
using LSTMOptions = RecurrentOptions;

/// Result of RNN and GRU.
using RecurrentOutput = retrograd::RecurrentOutput;
/// Result of LSTM. D is the number of directions.
struct RETROGRAD_API LSTMOutput {
  /// States h of the last layer at each step, (T, N, D H), or (T, D H) without a batch.
  Tensor output;
  /// Last state of every layer and direction, of (layers D, N, H), or (layers D, H) without a
  /// batch.
  LSTMState state;
};

namespace detail {
// What a recurrence is made of.
class RETROGRAD_API Layers {
 public:
  // One layer of an operator; c is undefined except for an LSTM.
  using Operator = LSTMSequence (*)(const Tensor& input, const LSTMState& hx,
                                    const std::vector<Tensor>& params,
                                    const RecurrenceOptions& options);
  // `call`: the constructor's, which has the layer's name.
  Layers(const Frame& call, Operator run_layer, std::int64_t gates, std::int64_t input_size,
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

  void check(const Tensor& input, const Tensor& hx, const char* name, bool casts) const;
  std::vector<Tensor> parameters_of(std::size_t layer) const;

  const char* layer_;
  Operator run_layer_;
  std::int64_t gates_;
  std::int64_t input_size_;
  std::int64_t hidden_size_;
  RecurrentOptions options_;
  std::vector<Part> parts_;  // layer by layer, both directions of each
};
}  // namespace detail

/// The base of recurrent layers. The Output is a RecurrentOutput or an LSTMOutput, and the State is
/// a Tensor or an LSTMState.
///
/// - input: (T, N, I), or (T, I) without a batch
/// - hx: (layers D, N, H), or (layers D, H) without a batch; zeros by default
///
/// The parameters are weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, with _reverse for the
/// second direction, layer by layer.
template <class Output, class State>
class RETROGRAD_API Recurrent : public ModuleOf<Output(const Tensor& input, const State& hx)> {
 public:
  /// Returns the parameters by name.
  Members members() override { return layers_.members(); }
  /// Returns the layer and its arguments, as summaries show them.
  std::string describe() const override { return layers_.describe(); }
  /// Returns the number of multiplications, each with an addition, of a call.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape&) const override {
    return layers_.multiply_adds(inputs.front());
  }
  /// Runs forward(); errors and tapes name the line of this call.
  Output operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return Recurrent::ModuleOf::operator()(input, hx, where);
  }

  /// Returns the outputs and the last states.
  /// @throws ShapeError if a shape does not fit.
  /// @throws DTypeError if a dtype does not fit.
  Output forward(const Tensor& input, const State& hx) override;
  /// Returns the outputs, from zeros.
  Tensor forward(const Tensor& input) override { return layers_.run(input, {}).output; }

 protected:
  /// Makes the layer from its parameters.
  explicit Recurrent(detail::Layers layers) : layers_(std::move(layers)) {}

 private:
  detail::Layers layers_;
};

/// Recurrence with tanh or ReLU over a sequence:
/// `h[t] = tanh(w_ih x[t] + b_ih + w_hh h[t-1] + b_hh)`.
/// @code const auto [output, hidden] = nn::RNN(3, 4)(rg::rand({10, 8, 3})); @endcode
class RETROGRAD_API RNN : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {},
      Where where = {});
};
/// Gated recurrent units over a sequence, with the step of gru_cell().
/// @code const auto [output, hidden] = nn::GRU(3, 4)(rg::rand({10, 8, 3})); @endcode
class RETROGRAD_API GRU : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
      Where where = {});
};
/// Long short-term memory over a sequence, with the step of lstm_cell().
/// @code const auto [output, state] = nn::LSTM(3, 4)(rg::rand({10, 8, 3})); @endcode
class RETROGRAD_API LSTM : public Recurrent<LSTMOutput, LSTMState> {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size is below 1.
  /// @throws DTypeError if `dtype` is not floating.
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
       Where where = {});
};

}  // namespace retrograd::nn
