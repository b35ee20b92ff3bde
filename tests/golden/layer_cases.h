// The table of layers that are compared with PyTorch's; make_layers.py makes the same ones.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace golden {

using LayerTensors = std::vector<retrograd::Tensor>;

// What a layer is called with; the masks are for attention alone.
struct LayerInputs {
  LayerTensors list;
  retrograd::Tensor key_padding_mask;
  retrograd::Tensor attn_mask;

  retrograd::Tensor get(std::size_t i) const {
    return i < list.size() ? list[i] : retrograd::Tensor();
  }
};

struct Layer {
  std::unique_ptr<retrograd::nn::Module> module;
  std::function<LayerTensors(const LayerInputs&)> call;
};

inline LayerTensors tensors(const retrograd::Tensor& x) {
  return {x};
}
inline LayerTensors tensors(const retrograd::LSTMState& x) {
  return {x.h, x.c};
}
inline LayerTensors tensors(const retrograd::nn::RecurrentOutput& x) {
  return {x.output, x.hidden};
}
inline LayerTensors tensors(const retrograd::nn::LSTMOutput& x) {
  return {x.output, x.state.h, x.state.c};
}

// A layer and how it is called: with one tensor unless its kind says otherwise.
template <class M>
Layer layer(M made) {
  namespace nn = retrograd::nn;
  auto owned = std::make_unique<M>(std::move(made));
  M& module = *owned;
  std::function<LayerTensors(const LayerInputs&)> call;
  if constexpr (std::derived_from<M, nn::TripleLoss>) {
    call = [&](const LayerInputs& x) { return tensors(module(x.get(0), x.get(1), x.get(2))); };
  } else if constexpr (std::derived_from<M, nn::LSTM> || std::derived_from<M, nn::LSTMCell>) {
    call = [&](const LayerInputs& x) { return tensors(module(x.get(0), {x.get(1), x.get(2)})); };
  } else if constexpr (requires(retrograd::Tensor t) { tensors(module(t, t)); }) {
    call = [&](const LayerInputs& x) { return tensors(module(x.get(0), x.get(1))); };
  } else {
    call = [&](const LayerInputs& x) { return tensors(module(x.get(0))); };
  }
  return {std::move(owned), std::move(call)};
}

// Attention with options of the call, to which the masks of the inputs are added.
inline Layer attention(retrograd::nn::MultiheadAttention made,
                       retrograd::nn::MultiheadAttentionCall options = {}) {
  auto owned = std::make_unique<retrograd::nn::MultiheadAttention>(std::move(made));
  auto& module = *owned;
  const auto call = [&module, options](const LayerInputs& x) {
    auto all = options;
    all.key_padding_mask = x.key_padding_mask;
    all.attn_mask = x.attn_mask;
    const auto result = module(x.get(0), x.get(1), x.get(2), all);
    return result.weights.defined() ? LayerTensors{result.output, result.weights}
                                    : LayerTensors{result.output};
  };
  return {std::move(owned), call};
}

// LAYER("Linear/default", Linear(3, 2))
#define LAYER(name, ...)                                \
  {                                                     \
    name, [] { return golden::layer(nn::__VA_ARGS__); } \
  }

struct LayerCase {
  std::string name;  // the class and a label
  std::function<Layer()> make;
};
using LayerCases = std::vector<LayerCase>;

LayerCases convolutions_and_pools();
LayerCases image_layers();
LayerCases plain_layers();
LayerCases recurrent_layers();
LayerCases losses();

}  // namespace golden
