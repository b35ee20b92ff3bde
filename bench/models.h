// The models of the training rows.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace bench {

namespace rg = retrograd;
namespace nn = retrograd::nn;

struct Mlp : nn::Module {
  nn::Linear fc1{784, 128};
  nn::Linear fc2{128, 10};

  nn::Members members() override { return {{"fc1", fc1}, {"fc2", fc2}}; }
  rg::Tensor forward(const rg::Tensor& x) override { return fc2(rg::relu(fc1(x))); }
};

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5, {.padding = 2}};
  nn::Conv2d conv2{6, 16, 5};
  nn::Linear fc1{400, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};

  nn::Members members() override {
    return {{"conv1", conv1}, {"conv2", conv2}, {"fc1", fc1}, {"fc2", fc2}, {"fc3", fc3}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    rg::Tensor x = rg::max_pool2d(rg::relu(conv1(images)), 2);
    x = rg::max_pool2d(rg::relu(conv2(x)), 2);
    x = rg::relu(fc1(rg::flatten(x, 1)));
    return fc3(rg::relu(fc2(x)));
  }
};

// K. He et al., "Deep residual learning for image recognition", 2016, section 4.2: two convolutions
// and a shortcut; where the size halves, the shortcut is a 1x1 convolution.
struct Block : nn::Module {
  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  nn::Sequential shortcut;

  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(in, out, 3, {.stride = stride, .padding = 1, .bias = false}),
        bn1(out),
        conv2(out, out, 3, {.padding = 1, .bias = false}),
        bn2(out) {
    if (in != out) {
      shortcut.push_back(nn::Conv2d(in, out, 1, {.stride = stride, .bias = false}));
      shortcut.push_back(nn::BatchNorm2d(out));
    }
  }
  nn::Members members() override {
    return {{"conv1", conv1}, {"bn1", bn1}, {"conv2", conv2}, {"bn2", bn2}, {"shortcut", shortcut}};
  }
  rg::Tensor forward(const rg::Tensor& x) override {
    const rg::Tensor inner = bn2(conv2(rg::relu(bn1(conv1(x)))));
    return rg::relu(inner + (shortcut.size() > 0 ? shortcut(x) : x));
  }
};

struct ResNet20 : nn::Module {
  nn::Conv2d conv1{3, 16, 3, {.padding = 1, .bias = false}};
  nn::BatchNorm2d bn1{16};
  nn::Sequential blocks;
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
  nn::Members members() override {
    return {{"conv1", conv1}, {"bn1", bn1}, {"blocks", blocks}, {"fc", fc}};
  }
  rg::Tensor forward(const rg::Tensor& images) override {
    const rg::Tensor x = blocks(rg::relu(bn1(conv1(images))));
    return fc(rg::mean(x, {2, 3}));
  }
};

}  // namespace bench
