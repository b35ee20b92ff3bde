/// @file
/// Recurrent networks, one step or a sequence, with PyTorch's layout of the parameters.
///
/// For hidden size H and G gates, the `input` of a step is (..., I) and `hx` is (..., H) with equal
/// leading dimensions. `w_ih` is (G H, I) and `w_hh` is (G H, H), with the gates in order. The
/// biases are (G H) or undefined.
///
/// A sequence is (T, N, I) with at least one step, and its states are (D, N, H) for D directions,
/// or undefined for zeros. The parameters of a direction are w_ih, w_hh, b_ih and b_hh, or w_ih and
/// w_hh alone. With two directions, `params` has the parameters of the first, then of the second.
#pragma once

#include <cstdint>
#include <vector>

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

/// Orders in which a sequence is read, as in ONNX.
enum class Direction : std::uint8_t {
  forward,       ///< Order from the first step to the last.
  reverse,       ///< Order from the last step to the first.
  bidirectional  ///< Both orders, each with parameters of its own; D is 2.
};

/// Options of rnn_tanh(), rnn_relu(), gru() and lstm().
///
/// The functions are ONNX's RNN, GRU and LSTM with the same `direction`, where `hidden_size` is the
/// number of columns of `w_hh`. The GRU is ONNX's with `linear_before_reset = 1`.
struct RecurrenceOptions {
  Direction direction = Direction::forward;  ///< Order in which the sequence is read.
};

/// Result of RNN and GRU. D is the number of directions.
struct RETROGRAD_API RecurrentOutput {
  /// States of the last layer at each step, (T, N, D H), or (T, D H) without a batch.
  Tensor output;
  /// Last state of every layer and direction, (layers D, N, H), or (layers D, H) without a batch.
  Tensor hidden;
};

/// Result of lstm(). D is the number of directions.
struct RETROGRAD_API LSTMSequence {
  Tensor output;  ///< States h at each step, (T, N, D H).
  Tensor h;       ///< Last h of each direction, (D, N, H).
  Tensor c;       ///< Last c of each direction, (D, N, H).
};

/// Runs rnn_tanh_cell() over a sequence. The results are views of one tensor.
/// @code
/// const std::vector<rg::Tensor> params{rg::rand({4, 3}), rg::rand({4, 4})};
/// const auto [output, hidden] = rg::rnn_tanh(rg::rand({10, 8, 3}), {}, params);
/// @endcode
/// @throws ShapeError if a shape or the number of parameters does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API RecurrentOutput rnn_tanh(const Tensor& input, const Tensor& hx,
                                       const std::vector<Tensor>& params,
                                       const RecurrenceOptions& options = {}, Where where = {});

/// Runs rnn_relu_cell() over a sequence. The results are views of one tensor.
/// @code
/// const std::vector<rg::Tensor> params{rg::rand({4, 3}), rg::rand({4, 4})};
/// const auto [output, hidden] = rg::rnn_relu(rg::rand({10, 8, 3}), {}, params);
/// @endcode
/// @throws ShapeError if a shape or the number of parameters does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API RecurrentOutput rnn_relu(const Tensor& input, const Tensor& hx,
                                       const std::vector<Tensor>& params,
                                       const RecurrenceOptions& options = {}, Where where = {});

/// Runs gru_cell() over a sequence. The results are views of one tensor.
/// @code
/// const std::vector<rg::Tensor> params{rg::rand({12, 3}), rg::rand({12, 4})};
/// const auto [output, hidden] = rg::gru(rg::rand({10, 8, 3}), {}, params);
/// @endcode
/// @throws ShapeError if a shape or the number of parameters does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API RecurrentOutput gru(const Tensor& input, const Tensor& hx,
                                  const std::vector<Tensor>& params,
                                  const RecurrenceOptions& options = {}, Where where = {});

/// Runs lstm_cell() over a sequence. The results are views of one tensor.
/// @code
/// const std::vector<rg::Tensor> params{rg::rand({16, 3}), rg::rand({16, 4})};
/// const auto [output, h, c] = rg::lstm(rg::rand({10, 8, 3}), {}, params);
/// @endcode
/// @throws ShapeError if a shape or the number of parameters does not fit.
/// @throws DTypeError if `input` is not floating, or the dtypes differ.
RETROGRAD_API LSTMSequence lstm(const Tensor& input, const LSTMState& hx,
                                const std::vector<Tensor>& params,
                                const RecurrenceOptions& options = {}, Where where = {});

}  // namespace retrograd
