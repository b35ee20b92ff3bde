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

// What the cells share: weight_ih, weight_hh, bias_ih, bias_hh.
class RETROGRAD_API RecurrentCell : public Module {
 public:
  Members members() override;
  std::string describe() const override;
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

  Tensor weight_ih;
  Tensor weight_hh;
  Tensor bias_ih;  // undefined without
  Tensor bias_hh;

 protected:
  // `call`: the constructor's, which has the layer's name.
  RecurrentCell(const Frame& call, std::int64_t gates, std::int64_t input_size,
                std::int64_t hidden_size, const CellOptions& options);
  // hx, or zeros for an input when it is undefined.
  Tensor state_for(const Tensor& input, const Tensor& hx) const;

  const char* layer_;
  std::int64_t input_size_;
  std::int64_t hidden_size_;
};

// One step for inputs (N, I) or (I); without a state it starts from zeros.
class RETROGRAD_API RNNCell : public RecurrentCell {
 public:
  RNNCell(std::int64_t input_size, std::int64_t hidden_size, const RNNCellOptions& options = {},
          Where where = {});
  Tensor operator()(const Tensor& input, const Tensor& hx = {}, Where where = {});
  Tensor forward(const Tensor& input) override;

 private:
  Tensor next(const Tensor& input, const Tensor& hx) const;

  Nonlinearity nonlinearity_;
};

class RETROGRAD_API GRUCell : public RecurrentCell {
 public:
  GRUCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {},
          Where where = {});
  Tensor operator()(const Tensor& input, const Tensor& hx = {}, Where where = {});
  Tensor forward(const Tensor& input) override;

 private:
  Tensor next(const Tensor& input, const Tensor& hx) const;
};

class RETROGRAD_API LSTMCell : public RecurrentCell {
 public:
  LSTMCell(std::int64_t input_size, std::int64_t hidden_size, const CellOptions& options = {},
           Where where = {});
  LSTMState operator()(const Tensor& input, const LSTMState& hx = {}, Where where = {});
  Tensor forward(const Tensor& input) override;  // h of the next state

 private:
  LSTMState next(const Tensor& input, const LSTMState& hx) const;
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

// What sequences share. The parameters are named weight_ih_l0, weight_hh_l0, bias_ih_l0,
// bias_hh_l0, with _reverse for the second direction, layer by layer.
class RETROGRAD_API Recurrent : public Module {
 public:
  Members members() override;
  std::string describe() const override;
  Tensor forward(const Tensor& input) override;  // the outputs, starting from zeros
  std::int64_t multiply_adds(const std::vector<Shape>& inputs, const Shape& output) const override;

 protected:
  // `call`: the constructor's, which has the layer's name.
  Recurrent(const Frame& call, std::int64_t gates, std::int64_t input_size,
            std::int64_t hidden_size, const RecurrentOptions& options);

  // The parameters of one layer in one direction.
  struct Part {
    Tensor weight_ih;
    Tensor weight_hh;
    Tensor bias_ih;
    Tensor bias_hh;
  };
  // The outputs of the last layer, and the last states of all layers and directions.
  struct Result {
    Tensor output;
    LSTMState state;  // c is undefined but for an LSTM
  };
  Result run(const Tensor& input, const LSTMState& hx) const;
  // The same as a call of the module.
  Result call_with_state(const Tensor& input, const LSTMState& hx, Where where);
  // gates: the part of the input in one step.
  virtual LSTMState step(const Tensor& gates, const LSTMState& state, const Part& part) const = 0;

 private:
  void check(const Tensor& input, const Tensor& hx, const char* name) const;

  const char* layer_;
  std::int64_t gates_;
  std::int64_t input_size_;
  std::int64_t hidden_size_;
  RecurrentOptions options_;
  std::vector<Part> parts_;  // layer by layer, both directions of each
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

// Recurrence over a sequence (T, N, I) or (T, I); hx (layers D, N, H) or (layers D, H) are the
// first states, zeros when left out.
class RETROGRAD_API RNN : public Recurrent {
 public:
  RNN(std::int64_t input_size, std::int64_t hidden_size, const RNNOptions& options = {},
      Where where = {});
  RecurrentOutput operator()(const Tensor& input, const Tensor& hx = {}, Where where = {});

 protected:
  LSTMState step(const Tensor& gates, const LSTMState& state, const Part& part) const override;

 private:
  Nonlinearity nonlinearity_;
};

class RETROGRAD_API GRU : public Recurrent {
 public:
  GRU(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
      Where where = {});
  RecurrentOutput operator()(const Tensor& input, const Tensor& hx = {}, Where where = {});

 protected:
  LSTMState step(const Tensor& gates, const LSTMState& state, const Part& part) const override;
};

class RETROGRAD_API LSTM : public Recurrent {
 public:
  LSTM(std::int64_t input_size, std::int64_t hidden_size, const RecurrentOptions& options = {},
       Where where = {});
  LSTMOutput operator()(const Tensor& input, const LSTMState& hx = {}, Where where = {});

 protected:
  LSTMState step(const Tensor& gates, const LSTMState& state, const Part& part) const override;
};

}  // namespace retrograd::nn
