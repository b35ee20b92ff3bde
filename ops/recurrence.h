/// @file
/// One step of recurrent networks, with PyTorch's layout of the parameters.
///
/// For hidden size H and G gates, `input` is (..., I) and `hx` is (..., H) with equal leading
/// dimensions. `w_ih` is (G H, I) and `w_hh` is (G H, H), with the gates in order. The biases are
/// (G H) or undefined.
#pragma once

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the next hidden state `tanh(w_ih input + b_ih + w_hh hx + b_hh)`, with G = 1.
/// @code
/// const rg::Tensor h = rg::rnn_tanh_cell(x, hx, rg::rand({4, 3}), rg::rand({4, 4}));
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor rnn_tanh_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                   const Tensor& w_hh, const Tensor& b_ih = {},
                                   const Tensor& b_hh = {}, Where where = {});

/// Returns the next hidden state `relu(w_ih input + b_ih + w_hh hx + b_hh)`, with G = 1.
/// @code
/// const rg::Tensor h = rg::rnn_relu_cell(x, hx, rg::rand({4, 3}), rg::rand({4, 4}));
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor rnn_relu_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                                   const Tensor& w_hh, const Tensor& b_ih = {},
                                   const Tensor& b_hh = {}, Where where = {});

/// Returns the next hidden state `n + z (hx - n)`, with G = 3 gates in the order r, z, n. The gates
/// r and z are `sigmoid(w_ih input + b_ih + w_hh hx + b_hh)`, each with its rows. The last one is
/// `n = tanh(w_in input + b_in + r (w_hn hx + b_hn))`.
/// @code const rg::Tensor h = rg::gru_cell(x, hx, rg::rand({12, 3}), rg::rand({12, 4})); @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API Tensor gru_cell(const Tensor& input, const Tensor& hx, const Tensor& w_ih,
                              const Tensor& w_hh, const Tensor& b_ih = {}, const Tensor& b_hh = {},
                              Where where = {});

/// The state of an LSTM.
struct RETROGRAD_API LSTMState {
  Tensor h;  ///< Hidden state.
  Tensor c;  ///< Cell state.
};

/// Returns the next state ``c' = f c + i g`` and ``h' = o tanh(c')``, with G = 4 gates in the order
/// i, f, g, o. Here g is `tanh(w_ih input + b_ih + w_hh h + b_hh)`, and the other gates are the
/// sigmoid of such sums, each with its rows.
/// @code
/// const auto [h, c] = rg::lstm_cell(x, {hx, cx}, rg::rand({16, 3}), rg::rand({16, 4}));
/// @endcode
/// @throws ShapeError if a shape does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API LSTMState lstm_cell(const Tensor& input, const LSTMState& hx, const Tensor& w_ih,
                                  const Tensor& w_hh, const Tensor& b_ih = {},
                                  const Tensor& b_hh = {}, Where where = {});

}  // namespace retrograd
