// Recurrence and attention.
#include "golden/layer_cases.h"

namespace golden {

namespace rg = retrograd;
namespace nn = rg::nn;

LayerCases recurrent_layers() {
  LayerCases cases{
      LAYER("RNN/default", RNN(3, 2)),
      LAYER("RNN/layers", RNN(2, 3, {.num_layers = 2})),
      LAYER("RNN/both", RNN(2, 2, {.bias = false, .bidirectional = true})),
      LAYER("RNN/batch_first",
            RNN(2, 2, {.num_layers = 2, .batch_first = true, .bidirectional = true})),
      LAYER("RNN/no_batch", RNN(2, 2, {.batch_first = true})),
      LAYER("RNN/relu", RNN(2, 3, {.nonlinearity = nn::Nonlinearity::relu})),
      LAYER("GRU/default", GRU(3, 2)),
      LAYER("GRU/layers", GRU(2, 3, {.num_layers = 2})),
      LAYER("GRU/both", GRU(2, 2, {.bias = false, .bidirectional = true})),
      LAYER("GRU/batch_first",
            GRU(2, 2, {.num_layers = 2, .batch_first = true, .bidirectional = true})),
      LAYER("GRU/no_batch", GRU(2, 2, {.batch_first = true})),
      LAYER("LSTM/default", LSTM(3, 2)),
      LAYER("LSTM/layers", LSTM(2, 3, {.num_layers = 2})),
      LAYER("LSTM/both", LSTM(2, 2, {.bias = false, .bidirectional = true})),
      LAYER("LSTM/batch_first",
            LSTM(2, 2, {.num_layers = 2, .batch_first = true, .bidirectional = true})),
      LAYER("LSTM/no_batch", LSTM(2, 2, {.batch_first = true})),
      LAYER("RNNCell/default", RNNCell(3, 2)),
      LAYER("RNNCell/state", RNNCell(2, 3)),
      LAYER("RNNCell/no_bias", RNNCell(2, 2, {.bias = false})),
      LAYER("RNNCell/relu", RNNCell(2, 3, {.nonlinearity = nn::Nonlinearity::relu})),
      LAYER("GRUCell/default", GRUCell(3, 2)),
      LAYER("GRUCell/state", GRUCell(2, 3)),
      LAYER("GRUCell/no_bias", GRUCell(2, 2, {.bias = false})),
      LAYER("LSTMCell/default", LSTMCell(3, 2)),
      LAYER("LSTMCell/state", LSTMCell(2, 3)),
      LAYER("LSTMCell/no_bias", LSTMCell(2, 2, {.bias = false})),
  };
  const auto add = [&](const char* label, nn::MultiheadAttentionOptions options,
                       nn::MultiheadAttentionCall call) {
    cases.push_back({std::string("MultiheadAttention/") + label, [options, call] {
                       return attention(nn::MultiheadAttention(4, 2, options), call);
                     }});
  };
  add("default", {}, {});
  add("no_bias", {.bias = false}, {.average_attn_weights = false});
  add("batch_first", {.batch_first = true}, {.need_weights = false});
  add("no_batch", {}, {});
  add("padding", {}, {});
  add("mask", {}, {});
  add("added", {}, {});
  return cases;
}

}  // namespace golden
