// The models of the training rows.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace bench {

namespace rg = retrograd;
namespace nn = retrograd::nn;

struct Mlp : nn::Sequential {
  Mlp() : Sequential(nn::Linear(784, 128), nn::ReLU(), nn::Linear(128, 10)) {}
};

struct LeNet : nn::Sequential {
  LeNet()
      : Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}), nn::ReLU(), nn::MaxPool2d(2),
                   nn::Conv2d(6, 16, 5), nn::ReLU(), nn::MaxPool2d(2), nn::Flatten(),
                   nn::Linear(400, 120), nn::ReLU(), nn::Linear(120, 84), nn::ReLU(),
                   nn::Linear(84, 10)) {}
};

// K. He et al., "Deep residual learning for image recognition", 2016, section 4.2: two convolutions
// and a shortcut; where the size halves, the shortcut is a 1x1 convolution.
struct Block : nn::Module {
  nn::Sequential residual;
  nn::Sequential shortcut;

  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : residual(nn::Conv2d(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
                 nn::BatchNorm2d(out), nn::ReLU(),
                 nn::Conv2d(out, out, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(out)) {
    if (in != out) {
      shortcut.push_back(nn::Conv2d(in, out, 1, {.stride = stride, .bias = false}));
      shortcut.push_back(nn::BatchNorm2d(out));
    }
  }
  nn::Members members() override { return {{"residual", residual}, {"shortcut", shortcut}}; }
  rg::Tensor forward(const rg::Tensor& x) override {
    return rg::add_relu(residual(x), shortcut(x));
  }
};

struct ResNet20 : nn::Module {
  nn::Sequential blocks{nn::Conv2d(3, 16, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(16),
                        nn::ReLU()};
  nn::Linear fc{64, 10};

  // Three groups of blocks; with n in each there are 6 n + 2 layers.
  explicit ResNet20(int blocks_each = 3) {
    std::int64_t in = 16;
    for (const std::int64_t out : {16, 32, 64}) {
      for (int i = 0; i < blocks_each; ++i) {
        blocks.push_back(Block(in, out, in == out ? 1 : 2));
        in = out;
      }
    }
  }
  nn::Members members() override { return {{"blocks", blocks}, {"fc", fc}}; }
  rg::Tensor forward(const rg::Tensor& images) override {
    return fc(rg::mean(blocks(images), {2, 3}));
  }
};

// A step of training on random images, with its model and optimiser.
template <class Model>
std::function<void()> training(const rg::Shape& input, bool autocast = false) {
  rg::manual_seed(1);
  const auto model = std::make_shared<Model>();
  const auto optimizer = std::make_shared<rg::optim::SGD>(
      model->parameters(), rg::optim::SGDOptions{.lr = 0.01, .momentum = 0.9});
  const rg::Tensor x = rg::randn(input);
  const rg::Tensor y = rg::randint(0, 10, {input[0]});
  return [=] {
    optimizer->zero_grad();
    const rg::Tensor loss = [&] {
      const rg::Autocast casting(rg::bfloat16, autocast);
      return rg::cross_entropy((*model)(x), y);
    }();
    loss.backward();
    optimizer->step();
  };
}

}  // namespace bench
