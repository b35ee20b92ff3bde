// Recurrent networks over a whole sequence: one layer, in one direction or both.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

enum class Recurrence : std::uint8_t { rnn_tanh, rnn_relu, gru, lstm };

// How many blocks of H rows the weights have.
constexpr std::int64_t gates_of(Recurrence kind) noexcept {
  return kind == Recurrence::lstm ? 4 : kind == Recurrence::gru ? 3 : 1;
}

// The parameters of one direction: (G H, I), (G H, H), and (G H) or undefined.
struct RecurrentWeights {
  Tensor w_ih;
  Tensor w_hh;
  Tensor b_ih;
  Tensor b_hh;
};

struct RecurrenceGeometry {
  Recurrence kind;
  std::int64_t steps;       // T, at least 1
  std::int64_t batch;       // N
  std::int64_t features;    // I
  std::int64_t hidden;      // H
  std::int64_t directions;  // D
  bool reversed;            // whether the first direction reads from the end; a second one does

  std::int64_t gates() const { return gates_of(kind); }
  bool has_cells() const { return kind == Recurrence::lstm; }
  bool reads_backwards(std::int64_t direction) const { return reversed || direction == 1; }
  // Index in time of the i-th step that a direction takes.
  std::int64_t time_of(std::int64_t direction, std::int64_t i) const {
    return reads_backwards(direction) ? steps - 1 - i : i;
  }
  std::int64_t outputs() const { return steps * batch * directions * hidden; }
  std::int64_t states() const { return directions * batch * hidden; }
  // Elements of what a call returns: the outputs (T, N, D H), then the last h (D, N, H), then an
  // LSTM's last c (D, N, H).
  std::int64_t packed() const { return outputs() + (has_cells() ? 2 : 1) * states(); }
};

// What a backward pass reads, for each direction. A part is undefined where it needs none.
struct RecurrentTrace {
  Tensor gates;  // after their functions, (T, N, G H), in the inputs' dtype; none of an RNN
  // float32 at least, (T, N, H): an LSTM's c; W_hn h + b_hn of a GRU
  Tensor cells;
  // What each step multiplied by both weights at once: x and the h before it, (T, N, I + H)
  Tensor joined;
};

struct RecurrentValues {
  Tensor packed;
  std::vector<RecurrentTrace> traces;
};

// x (T, N, I); h and c are (D, N, H), or undefined for zeros. All of one floating dtype.
RecurrentValues recurrence(const RecurrenceGeometry& geometry, const Tensor& x, const Tensor& h,
                           const Tensor& c, const std::vector<RecurrentWeights>& weights,
                           bool keeps_traces);

struct RecurrentWanted {
  bool x;
  bool h;
  bool c;
  std::vector<std::array<bool, 4>> weights;  // of w_ih, w_hh, b_ih, b_hh
};

struct RecurrentGradients {
  Tensor x;
  Tensor h;
  Tensor c;
  std::vector<RecurrentWeights> weights;
};

// The gradients that are wanted, from that of `packed`.
RecurrentGradients recurrence_backward(const RecurrenceGeometry& geometry, const Tensor& grad,
                                       const Tensor& x, const Tensor& h, const Tensor& c,
                                       const std::vector<RecurrentWeights>& weights,
                                       const RecurrentValues& values,
                                       const RecurrentWanted& wanted);

}  // namespace retrograd::kernels
