// Random weights at which each layer's output is of order 1.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace compare {

namespace rg = retrograd;
namespace nn = retrograd::nn;

// The layer's own tensor of this name, or an undefined one.
inline rg::Tensor own(nn::Module& module, const std::string& name) {
  for (const nn::Member& member : module.members()) {
    if (member.name() == name && member.tensor() != nullptr) {
      return *member.tensor();
    }
  }
  return {};
}

inline rg::Tensor uniform(const rg::Tensor& like, double low, double high) {
  return rg::rand(like.shape()) * (high - low) + low;
}

// Running statistics near those of the layer's input.
inline void meet(nn::Module& norm, const rg::Tensor& input) {
  const rg::Tensor x = rg::flatten(rg::transpose(input, 0, 1), 1);
  const rg::Tensor deviation = rg::std(x, 1);
  own(norm, "running_mean").copy_(rg::mean(x, 1) + 0.2 * deviation * rg::randn(deviation.shape()));
  own(norm, "running_var").copy_(rg::square(deviation) * uniform(deviation, 0.7, 1.4));
}

// Draws the parameters, and scales those of each layer with a `weight` by its output.
template <class Model>
void draw(Model& model, const rg::Tensor& example) {
  const rg::NoGradGuard unrecorded;
  std::vector<nn::HookHandle> hooks;
  for (const auto& [name, tensor] : model.named_parameters()) {
    rg::Tensor values = tensor;
    values.copy_(tensor.dim() < 2 ? 0.2 * rg::randn(tensor.shape())
                 : name.find("layer_scale") != std::string::npos
                     ? uniform(tensor, 0.2, 0.6)
                     : rg::randn(tensor.shape()) * (tensor.dim() == 2 ? 0.3 : 1.0));
  }
  for (nn::Module* module : model.modules()) {
    rg::Tensor weight = own(*module, "weight");
    if (!weight.defined()) {
      continue;
    }
    if (weight.dim() == 1) {
      weight.copy_(uniform(weight, 0.5, 1.5));
    }
    if (own(*module, "running_mean").defined()) {
      hooks.push_back(module->register_forward_pre_hook(
          [](nn::Module& norm, const rg::Tensor& input) { meet(norm, input); }));
    }
    hooks.push_back(module->register_forward_hook(
        [](nn::Module& layer, const rg::Tensor&, const rg::Tensor& output) {
          const double factor = 1 / std::max(rg::std(output).item<float>(), 1e-3F);
          for (const char* each : {"weight", "bias"}) {
            if (rg::Tensor tensor = own(layer, each); tensor.defined()) {
              tensor.mul_(factor);
            }
          }
          return output * factor;
        }));
  }
  model.eval();
  model(example);
  for (nn::HookHandle& hook : hooks) {
    hook.remove();
  }
}

}  // namespace compare
