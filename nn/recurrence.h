// Recurrent layers. All parameters start uniform in [-1/sqrt(hidden), 1/sqrt(hidden)); their layout
// is that of ops/recurrence.h. Constructors throw ValueError for sizes out of range.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/module.h>
#include <retrograd/ops/recurrence.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

enum class Nonlinearity : std::uint8_t { tanh, relu };

struct RNNCellOptions {
  bool bias = true;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  DType dtype = float32;
};

struct CellOptions {
  bool bias = true;
  DType dtype = float32;
};

// What the cells share: weight_ih, weight_hh, bias_ih, bias_hh, and one step for inputs (N, I) or
// (I); without a state it starts from zeros.
class RETROGRAD_API RecurrentCell : public Module {
 public:
  Members members() override;
  std::string describe() const override { return text_; }
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;
  Tensor operator()(const Tensor& input, const Tensor& hx = {}, Where where = {}) {
    return call_with_state(input, {.h = hx, .c = {}}, where).h;
  }
  Tensor forward(const Tensor& input) override { return next(input, {}).h; }

  Tensor weight_ih;
  Tensor weight_hh;
  Tensor bias_ih;  // undefined without
  Tensor bias_hh;

 protected:
  // The next state; c is undefined except for an LSTM.
  using Step = LSTMState (*)(const RecurrentCell& cell, const Tensor& input,
                             const LSTMState& state);
  // `call`: the constructor's, which has the layer's name.
  RecurrentCell(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
                std::int64_t hidden_size, const CellOptions& options);
  // Starts from zeros where a state is left out.
  LSTMState next(const Tensor& input, const LSTMState& hx) const;
  // The same as a call of the module.
  LSTMState call_with_state(const Tensor& input, const LSTMState& hx, Where where);

 private:
  std::string text_;
  Step step_;
  std::int64_t hidden_size_;
};

// A step with tanh or relu.
class RETROGRAD_API RNNCell : public RecurrentCell {
 public:
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {},
          Where where = {});
};
class RETROGRAD_API GRUCell : public RecurrentCell {
 public:
  GRUCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {},
          Where where = {});
};
class RETROGRAD_API LSTMCell : public RecurrentCell {
 public:
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {},
           Where where = {});
  LSTMState operator()(const Tensor& input, const LSTMState& hx = {}, Where where = {}) {
    return call_with_state(input, hx, where);
  }
};

struct RNNOptions {
  std::int64_t num_layers = 1;
  Nonlinearity nonlinearity = Nonlinearity::tanh;
  bool bias = true;
  bool batch_first = false;  // inputs and outputs are (N, T, ...) instead of (T, N, ...)
  bool bidirectional = false;
  DType dtype = float32;
};

struct RecurrentOptions {
  std::int64_t num_layers = 1;
  bool bias = true;
  bool batch_first = false;  // inputs and outputs are (N, T, ...) instead of (T, N, ...)
  bool bidirectional = false;
  DType dtype = float32;
};

// output (T, N, D H) holds the last layer's states at each step, D being the number of directions;
// hidden (layers D, N, H) the last state of every layer and direction. Without a batch: (T, D H)
// and (layers D, H).
struct RecurrentOutput {
  Tensor output;
  Tensor hidden;
};
struct LSTMOutput {
  Tensor output;
  LSTMState state;
};

// What sequences share: recurrence over (T, N, I) or (T, I); hx (layers D, N, H) or (layers D, H)
// are the first states, zeros when left out. The parameters are named weight_ih_l0, weight_hh_l0,
// bias_ih_l0, bias_hh_l0, with _reverse for the second direction, layer by layer.
class RETROGRAD_API Recurrent : public Module {
 public:
  Members members() override;
  std::string describe() const override;
  RecurrentOutput operator()(const Tensor& input, const Tensor& hx = {}, Where where = {});
  // The outputs, starting from zeros.
  Tensor forward(const Tensor& input) override { return run(input, {}).output; }
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 protected:
  // One step; gates: the input's part of it. c is undefined except for an LSTM.
  using Step = LSTMState (*)(const Tensor& gates, const LSTMState& state, const Tensor& weight_hh,
                             const Tensor& bias_hh);
  // `call`: the constructor's, which has the layer's name.
  Recurrent(const Frame& call, Step step, std::int64_t gates, std::int64_t input_size,
            std::int64_t hidden_size, const RecurrentOptions& options);
  LSTMOutput run(const Tensor& input, const LSTMState& hx) const;
  // The same as a call of the module.
  LSTMOutput call_with_state(const Tensor& input, const LSTMState& hx, Where where);

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

// Recurrence with tanh or relu.
class RETROGRAD_API RNN : public Recurrent {
 public:
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {},
      Where where = {});
};
class RETROGRAD_API GRU : public Recurrent {
 public:
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
      Where where = {});
};
class RETROGRAD_API LSTM : public Recurrent {
 public:
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
       Where where = {});
  LSTMOutput operator()(const Tensor& input, const LSTMState& hx = {}, Where where = {}) {
    return call_with_state(input, hx, where);
  }
};

}  // namespace retrograd::nn
