/// @file
/// One step of recurrent networks, with PyTorch's layout of the parameters: for hidden size H,
/// input
/// (..., I) and hx (..., H) of the same leading dimensions, w_ih is (G H, I), w_hh (G H, H), and
/// the biases are (G H) or undefined; the G gates lie one after another. Throws ShapeError or
/// DTypeError.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// tanh(w_ih x + b_ih + w_hh h + b_hh).
RETROGRAD_API Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                   const Tensor& w_hh, const Tensor& b_ih = {},
                                   const Tensor& b_hh = {}, Where where = {});
/// The same with relu.
RETROGRAD_API Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                   const Tensor& w_hh, const Tensor& b_ih = {},
                                   const Tensor& b_hh = {}, Where where = {});
/// n + z (h - n) with the gates r, z = sigmoid(...) and n = tanh(w_in x + b_in + r (w_hn h +
/// b_hn)), in this order.
RETROGRAD_API Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                              const Tensor& w_hh, const Tensor& b_ih = {}, const Tensor& b_hh = {},
                              Where where = {});

/// The state of an LSTM.
struct RETROGRAD_API LSTMState {
  Tensor h;  ///< The hidden state.
  Tensor c;  ///< The cell state.
};

/// c' = f c + i g and h' = o tanh(c') with the gates i, f, o = sigmoid(...) and g = tanh(...), in
/// the order i, f, g, o.
RETROGRAD_API LSTMState lstm_cell(const Tensor& input, const LSTMState& hx, const Tensor& w_ih,
                                  const Tensor& w_hh, const Tensor& b_ih = {},
                                  const Tensor& b_hh = {}, Where where = {});

}  // namespace retrograd
