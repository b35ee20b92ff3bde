// The models that train_models trains, each with dropout.
#pragma once

#include <cstdint>

#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "bench/networks.h"

namespace test {

namespace rg = retrograd;
namespace nn = retrograd::nn;
using rg::Tensor;

inline nn::Sequential lenet() {
  return nn::Sequential{nn::Conv2d(1, 6, 5, {.padding = 2}),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(6, 16, 5),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Linear(400, 120),
                        nn::ReLU(),
                        nn::Dropout(0.5),
                        nn::Linear(120, 84),
                        nn::ReLU(),
                        nn::Linear(84, 10)};
}

struct ResNet20 : bench::ResNet20 {
  nn::Dropout dropout{0.1};

  nn::Members members() override { return {{"blocks", blocks}, {"dropout", dropout}, {"fc", fc}}; }
  Tensor forward(const Tensor& images) override {
    return fc(dropout(rg::mean(blocks(images), {2, 3})));
  }
};

struct UNet : bench::UNet {
  UNet() : bench::UNet(0.2) {}
};

struct Lstm : bench::Lstm {
  Lstm() : bench::Lstm(0.2) {}
};

struct Vit : bench::Vit {
  Vit() : bench::Vit(0.1) {}
};

}  // namespace test
