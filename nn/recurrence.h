/// @file
/// Recurrent layers. All parameters start uniform in [-1/sqrt(hidden), 1/sqrt(hidden)); their
/// layout is that of ops/recurrence.h. Constructors throw ValueError for sizes out of range.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/nn/module_of.h>
#include <retrograd/ops/recurrence.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The functions to choose from.
enum class Nonlinearity : std::uint8_t {
  /// Hyperbolic tangent.
  tanh,
  relu
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RNNCellOptions {
  bool bias = true;                                ///< The bias, or whether there is one.
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< tanh or relu.
  DType dtype = float32;                           ///< Element type.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RecurrentCellOptions {
  bool bias = true;       ///< The bias, or whether there is one.
  DType dtype = float32;  ///< Element type.
};
/// Those of the cells.
using GRUCellOptions = RecurrentCellOptions;
/// Those of the cells.
using LSTMCellOptions = RecurrentCellOptions;
/// Former name of RecurrentCellOptions.
using CellOptions [[deprecated("RecurrentCellOptions")]] = RecurrentCellOptions;

/// What the cells share: weight_ih, weight_hh, bias_ih, bias_hh, and one step for inputs (N, I) or
/// (I); without a state it starts from zeros. The State is a Tensor, or an LSTMState.
template <class State>
class RETROGRAD_API RecurrentCell : public ModuleOf<State(const Tensor& input, const State& hx)> {
 public:
  /// What the module owns, by name.
  Members members() override;
  /// The layer and its arguments, as summaries show it.
  std::string describe() const override { return text_; }
  /// How many multiplications, each with an addition, a call does.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  /// Computes; errors and tapes name the line of this call.
  State operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return RecurrentCell::ModuleOf::operator()(input, hx, where);
  }
  /// Computes what a call of the module gives.
  State forward(const Tensor& input, const State& hx) override;
  /// The next state, or its h, from zeros.
  Tensor forward(const Tensor& input) override;

  Tensor weight_ih;  ///< Weight of the input.
  Tensor weight_hh;  ///< Weight of the state.
  Tensor bias_ih;    ///< Bias beside weight_ih. Undefined without.
  Tensor bias_hh;    ///< Bias beside weight_hh.

 protected:
  /// One step of the recurrence.
  using Step = State (*)(const RecurrentCell& cell, const Tensor& input, const State& state);
  /// `call`: the constructor's, which has the layer's name.
  RecurrentCell(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
                std::int64_t hidden_size, const RecurrentCellOptions& options);

 private:
  std::string text_;
  Step step_;
  std::int64_t hidden_size_;
};

/// A step with tanh or relu.
class RETROGRAD_API RNNCell : public RecurrentCell<Tensor> {
 public:
  /// Constructs it from what the class and its options describe.
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {},
          Where where = {});
};
/// gru_cell() as a layer.
class RETROGRAD_API GRUCell : public RecurrentCell<Tensor> {
 public:
  /// Constructs it from what the class and its options describe.
  GRUCell(std::int64_t input_size, std::int64_t hidden_size,
          const RecurrentCellOptions& options = {}, Where where = {});
};
/// lstm_cell() as a layer.
class RETROGRAD_API LSTMCell : public RecurrentCell<LSTMState> {
 public:
  /// Constructs it from what the class and its options describe.
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size,
           const RecurrentCellOptions& options = {}, Where where = {});
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RNNOptions {
  std::int64_t num_layers = 1;                     ///< Layers on top of each other.
  Nonlinearity nonlinearity = Nonlinearity::tanh;  ///< tanh or relu.
  bool bias = true;                                ///< The bias, or whether there is one.
  bool batch_first = false;  ///< Inputs and outputs are (N, T, ...) instead of (T, N, ...).
  /// A second pass from the end to the start, its outputs beside the first's.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type.
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct RecurrentOptions {
  std::int64_t num_layers = 1;  ///< Layers on top of each other.
  bool bias = true;             ///< The bias, or whether there is one.
  bool batch_first = false;     ///< Inputs and outputs are (N, T, ...) instead of (T, N, ...).
  /// A second pass from the end to the start, its outputs beside the first's.
  bool bidirectional = false;
  DType dtype = float32;  ///< Element type.
};
/// Those of recurrent layers.
using GRUOptions = RecurrentOptions;
/// Those of recurrent layers.
using LSTMOptions = RecurrentOptions;

/// output (T, N, D H) holds the last layer's states at each step, D being the number of directions;
/// hidden (layers D, N, H) the last state of every layer and direction. Without a batch: (T, D H)
/// and (layers D, H).
struct RETROGRAD_API RecurrentOutput {
  Tensor output;  ///< The output, for all steps.
  Tensor hidden;  ///< The state after the last step.
};
/// What an LSTM gives.
struct RETROGRAD_API LSTMOutput {
  Tensor output;    ///< The output, for all steps.
  LSTMState state;  ///< The present state.
};

namespace detail {
// What a recurrence is made of.
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

/// What sequences share: recurrence over (T, N, I) or (T, I); hx (layers D, N, H) or (layers D, H)
/// are the first states, zeros when left out. The parameters are named weight_ih_l0, weight_hh_l0,
/// bias_ih_l0, bias_hh_l0, with _reverse for the second direction, layer by layer. The State is a
/// Tensor, or an LSTMState.
template <class Output, class State>
class RETROGRAD_API Recurrent : public ModuleOf<Output(const Tensor& input, const State& hx)> {
 public:
  /// What the module owns, by name.
  Members members() override { return layers_.members(); }
  /// The layer and its arguments, as summaries show it.
  std::string describe() const override { return layers_.describe(); }
  /// How many multiplications, each with an addition, a call does.
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape&) const override {
    return layers_.multiply_adds(inputs.front());
  }
  /// Computes; errors and tapes name the line of this call.
  Output operator()(const Tensor& input, const State& hx = {}, Where where = {}) {
    return Recurrent::ModuleOf::operator()(input, hx, where);
  }
  /// Computes what a call of the module gives.
  Output forward(const Tensor& input, const State& hx) override;
  /// The outputs, starting from zeros.
  Tensor forward(const Tensor& input) override { return layers_.run(input, {}).output; }

 protected:
  /// Constructs it from what the class and its options describe.
  explicit Recurrent(detail::Layers layers) : layers_(std::move(layers)) {}

 private:
  detail::Layers layers_;
};

/// Recurrence with tanh or relu.
class RETROGRAD_API RNN : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Constructs it from what the class and its options describe.
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {},
      Where where = {});
};
/// Gated recurrent units over a sequence.
class RETROGRAD_API GRU : public Recurrent<RecurrentOutput, Tensor> {
 public:
  /// Constructs it from what the class and its options describe.
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
      Where where = {});
};
/// Long short-term memory over a sequence.
class RETROGRAD_API LSTM : public Recurrent<LSTMOutput, LSTMState> {
 public:
  /// Constructs it from what the class and its options describe.
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
       Where where = {});
};

}  // namespace retrograd::nn
