// Steps of recurrent networks whose input has gone through its linear map already: over a sequence
// that is one product instead of many. Internal.
#pragma once

#include <retrograd/ops/recurrence.h>

namespace retrograd::recurrence {

// What the hidden state goes through.
struct Hidden {
  const Tensor& weight;  // (G H, H)
  const Tensor& bias;    // (G H) or undefined
};

// gates: w_ih x + b_ih, (..., G H).
Tensor rnn_step(const Tensor& gates, const Tensor& h, Hidden hidden, bool use_relu);
Tensor gru_step(const Tensor& gates, const Tensor& h, Hidden hidden);
LSTMState lstm_step(const Tensor& gates, const LSTMState& state, Hidden hidden);

}  // namespace retrograd::recurrence
