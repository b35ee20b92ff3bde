// What several networks share: blocks, initial values, new heads. Internal.
#pragma once

#include <cstdint>
#include <utility>

#include <retrograd/nn/conv.h>
#include <retrograd/nn/linear.h>
#include <retrograd/nn/module.h>
#include <retrograd/nn/norm.h>
#include <retrograd/nn/sequential.h>

namespace retrograd::models::detail {

struct ConvNormOptions {
  std::int64_t kernel_size = 3;
  std::int64_t stride = 1;
  std::int64_t groups = 1;
  nn::BatchNormOptions norm = {};
};

// torchvision's Conv2dNormActivation: a convolution without bias, padded so that a stride of 1
// keeps the size, batch norm, and the activation if there is one.
template <class... Activation>
nn::Sequential conv_norm(std::int64_t in, std::int64_t out, const ConvNormOptions& options,
                         Activation... activation) {
  return nn::Sequential{nn::Conv2d(in, out, options.kernel_size,
                                   {.stride = options.stride,
                                    .padding = options.kernel_size / 2,
                                    .groups = options.groups,
                                    .bias = false}),
                        nn::BatchNorm2d(out, options.norm), std::move(activation)...};
}

// Calls f with each module of class M in the network.
template <class M, class F>
void for_each(nn::Module& network, F f) {
  for (nn::Module* const module : network.modules()) {
    if (auto* const one = dynamic_cast<M*>(module)) {
      f(*one);
    }
  }
}

// Fills the bias, if there is one, with zeros.
void start_at_zero(const Tensor& bias);
// He's normal numbers, by the outputs, for convolutions; biases at 0.
void start_convolutions(nn::Module& network);
// Normal numbers of a deviation of 0.01; the bias at 0.
void start_small(nn::Weighted& layer);

// A layer in the place of `head`, for another number of classes: the dtype and mode are equal.
nn::Linear like(const nn::Linear& head, std::int64_t num_classes);
// A 1x1 convolution.
nn::Conv2d like(const nn::Conv2d& head, std::int64_t num_classes);

}  // namespace retrograd::models::detail
