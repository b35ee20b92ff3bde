// Recurrent operators of ONNX with all their options, one step after the other. Internal.
#pragma once

#include <string>

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

struct Activation {
  std::string name;
  double alpha;
  double beta;

  Tensor operator()(const Tensor& x) const;
};

enum class CellKind : std::uint8_t { rnn, gru, lstm };

// Weights of one direction, gates in ONNX's order.
struct CellWeights {
  Tensor w;  // (G H, I)
  Tensor r;  // (G H, H)
  Tensor w_bias;
  Tensor r_bias;
  Tensor peepholes;  // (3 H), for LSTM
};

struct CellOptions {
  CellKind kind;
  std::vector<Activation> activations;
  double clip = 0;  // of the sums before activations; 0 for none
  bool input_forget = false;
  bool linear_before_reset = false;
};

struct CellState {
  Tensor h;  // (N, H)
  Tensor c;
};

struct CellRun {
  std::vector<Tensor> outputs;  // h at each step
  CellState last;
};

// Runs a cell over x (T, N, I). Sequences end after `lengths` steps, if there are any.
CellRun run_cell(const Tensor& x, const CellWeights& weights, const CellState& first,
                 const CellOptions& options, const Ints& lengths);

// The activations that the node names, or the operator's own, for `directions` times `count`.
std::vector<Activation> activations_of(const NodeCall& call, std::size_t directions,
                                       const std::vector<std::string>& otherwise);

}  // namespace retrograd::onnx::detail
