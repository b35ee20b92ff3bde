// The networks of the training rows in LibTorch: those of models.h and networks.h.
#pragma once

#include <torch/torch.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

namespace bench {

using torch::Tensor;
namespace nn = torch::nn;

struct MlpImpl : nn::Module {
  nn::Linear fc1{784, 128};
  nn::Linear fc2{128, 10};
  MlpImpl() {
    register_module("fc1", fc1);
    register_module("fc2", fc2);
  }
  Tensor forward(const Tensor& x) { return fc2(torch::relu(fc1(x))); }
};
TORCH_MODULE(Mlp);

struct LeNetImpl : nn::Module {
  nn::Conv2d conv1{nn::Conv2dOptions(1, 6, 5).padding(2)};
  nn::Conv2d conv2{nn::Conv2dOptions(6, 16, 5)};
  nn::Linear fc1{400, 120};
  nn::Linear fc2{120, 84};
  nn::Linear fc3{84, 10};
  LeNetImpl() {
    register_module("conv1", conv1);
    register_module("conv2", conv2);
    register_module("fc1", fc1);
    register_module("fc2", fc2);
    register_module("fc3", fc3);
  }
  Tensor forward(const Tensor& images) {
    Tensor x = torch::max_pool2d(torch::relu(conv1(images)), 2);
    x = torch::max_pool2d(torch::relu(conv2(x)), 2);
    x = torch::relu(fc1(x.flatten(1)));
    return fc3(torch::relu(fc2(x)));
  }
};
TORCH_MODULE(LeNet);

struct BlockImpl : nn::Module {
  nn::Conv2d conv1{nullptr};
  nn::BatchNorm2d bn1{nullptr};
  nn::Conv2d conv2{nullptr};
  nn::BatchNorm2d bn2{nullptr};
  nn::Sequential shortcut;
  BlockImpl(std::int64_t in, std::int64_t out, std::int64_t stride) {
    conv1 = register_module(
        "conv1", nn::Conv2d(nn::Conv2dOptions(in, out, 3).stride(stride).padding(1).bias(false)));
    bn1 = register_module("bn1", nn::BatchNorm2d(out));
    conv2 =
        register_module("conv2", nn::Conv2d(nn::Conv2dOptions(out, out, 3).padding(1).bias(false)));
    bn2 = register_module("bn2", nn::BatchNorm2d(out));
    if (in != out) {
      shortcut->push_back(nn::Conv2d(nn::Conv2dOptions(in, out, 1).stride(stride).bias(false)));
      shortcut->push_back(nn::BatchNorm2d(out));
    }
    register_module("shortcut", shortcut);
  }
  Tensor forward(const Tensor& x) {
    const Tensor inner = bn2(conv2(torch::relu(bn1(conv1(x)))));
    return torch::relu(inner + (shortcut->size() > 0 ? shortcut->forward(x) : x));
  }
};
TORCH_MODULE(Block);

struct ResNet20Impl : nn::Module {
  nn::Conv2d conv1{nn::Conv2dOptions(3, 16, 3).padding(1).bias(false)};
  nn::BatchNorm2d bn1{16};
  nn::Sequential blocks;
  nn::Linear fc{64, 10};
  ResNet20Impl() {
    register_module("conv1", conv1);
    register_module("bn1", bn1);
    std::int64_t in = 16;
    for (const std::int64_t out : {16, 32, 64}) {
      for (int i = 0; i < 3; ++i) {
        blocks->push_back(Block(in, out, in == out ? 1 : 2));
        in = out;
      }
    }
    register_module("blocks", blocks);
    register_module("fc", fc);
  }
  Tensor forward(const Tensor& images) {
    const Tensor x = blocks->forward(torch::relu(bn1(conv1(images))));
    return fc(x.mean({2, 3}));
  }
};
TORCH_MODULE(ResNet20);

// Sizes, stride, padding, groups and bias of a convolution, in short.
inline nn::Conv2d convolution(std::int64_t in, std::int64_t out, std::int64_t kernel,
                              std::int64_t stride, std::int64_t padding, std::int64_t groups = 1,
                              bool bias = true) {
  return nn::Conv2d(
      nn::Conv2dOptions(in, out, kernel).stride(stride).padding(padding).groups(groups).bias(bias));
}

struct LstmImpl : nn::Module {
  nn::LSTM lstm{nn::LSTMOptions(32, 128).batch_first(true)};
  nn::Linear head{128, 10};
  LstmImpl() {
    register_module("lstm", lstm);
    register_module("head", head);
  }
  Tensor forward(const Tensor& x) { return head(std::get<0>(lstm(x))).flatten(0, 1); }
};
TORCH_MODULE(Lstm);

// LibTorch 1.13 has no public function for it in one piece.
inline Tensor attend(const Tensor& query, const Tensor& key, const Tensor& value) {
  const double scale = 1 / std::sqrt(static_cast<double>(query.size(-1)));
  return torch::matmul(torch::softmax(torch::matmul(query * scale, key.transpose(-2, -1)), -1),
                       value);
}

// nn::MultiheadAttention of the C++ frontend always returns weights, and takes (L, N, E).
struct EncoderImpl : nn::Module {
  std::int64_t heads = 4;
  nn::LayerNorm norm1{nullptr};
  nn::Linear in_proj{nullptr};
  nn::Linear out_proj{nullptr};
  nn::LayerNorm norm2{nullptr};
  nn::Sequential mlp;
  explicit EncoderImpl(std::int64_t width) {
    norm1 = register_module("norm1", nn::LayerNorm(nn::LayerNormOptions({width})));
    in_proj = register_module("in_proj", nn::Linear(width, 3 * width));
    out_proj = register_module("out_proj", nn::Linear(width, width));
    norm2 = register_module("norm2", nn::LayerNorm(nn::LayerNormOptions({width})));
    mlp = register_module("mlp", nn::Sequential(nn::Linear(width, 4 * width), nn::GELU(),
                                                nn::Linear(4 * width, width)));
  }
  Tensor forward(const Tensor& tokens) {
    const std::int64_t batch = tokens.size(0);
    const std::int64_t length = tokens.size(1);
    const std::int64_t width = tokens.size(2);
    const Tensor parts = in_proj(norm1(tokens))
                             .reshape({batch, length, 3, heads, width / heads})
                             .permute({2, 0, 3, 1, 4});
    const Tensor attended = attend(parts[0], parts[1], parts[2]).transpose(1, 2);
    const Tensor x = tokens + out_proj(attended.reshape({batch, length, width}));
    return x + mlp->forward(norm2(x));
  }
};
TORCH_MODULE(Encoder);

struct VitImpl : nn::Module {
  nn::Conv2d patches = convolution(3, 64, 4, 4, 0);
  Tensor positions;
  nn::Sequential layers{Encoder(64), Encoder(64)};
  nn::LayerNorm norm{nn::LayerNormOptions({64})};
  nn::Linear head{64, 10};
  VitImpl() {
    register_module("patches", patches);
    positions = register_parameter("positions", 0.02 * torch::randn({1, 64, 64}));
    register_module("layers", layers);
    register_module("norm", norm);
    register_module("head", head);
  }
  Tensor forward(const Tensor& images) {
    const Tensor tokens = patches(images).flatten(2).transpose(1, 2);
    return head(norm(layers->forward(tokens + positions)).mean(1));
  }
};
TORCH_MODULE(Vit);

struct VggImpl : nn::SequentialImpl {
  VggImpl() {
    std::int64_t in = 3;
    for (const std::int64_t out : {64, 128, 256}) {
      push_back(convolution(in, out, 3, 1, 1));
      push_back(nn::ReLU());
      push_back(convolution(out, out, 3, 1, 1));
      push_back(nn::ReLU());
      push_back(nn::MaxPool2d(2));
      in = out;
    }
    push_back(nn::Flatten());
    push_back(nn::Linear(256 * 4 * 4, 10));
  }
};

struct OddChannelsImpl : nn::SequentialImpl {
  OddChannelsImpl()
      : SequentialImpl(convolution(3, 13, 3, 1, 1), nn::ReLU(), convolution(13, 29, 3, 1, 1),
                       nn::ReLU(), nn::MaxPool2d(2), convolution(29, 37, 3, 1, 1), nn::ReLU(),
                       nn::MaxPool2d(2), nn::Flatten(), nn::Linear(37 * 8 * 8, 10)) {}
};

struct DepthwiseImpl : nn::SequentialImpl {
  DepthwiseImpl() {
    add(3, 32, 3, 2, 1);
    std::int64_t in = 32;
    const std::pair<std::int64_t, std::int64_t> sizes[] = {
        {64, 1}, {128, 2}, {128, 1}, {256, 2}, {256, 1}};
    for (const auto& [out, stride] : sizes) {
      add(in, in, 3, stride, in);
      add(in, out, 1, 1, 1);
      in = out;
    }
    push_back(nn::AdaptiveAvgPool2d(1));
    push_back(nn::Flatten());
    push_back(nn::Linear(256, 10));
  }

 private:
  void add(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride,
           std::int64_t groups) {
    push_back(convolution(in, out, kernel, stride, kernel / 2, groups, false));
    push_back(nn::BatchNorm2d(out));
    push_back(nn::ReLU());
  }
};

struct EcgImpl : nn::SequentialImpl {
  EcgImpl() {
    std::int64_t in = 1;
    const std::pair<std::int64_t, std::int64_t> sizes[] = {{16, 7}, {32, 5}, {64, 5}};
    for (const auto& [out, kernel] : sizes) {
      push_back(nn::Conv1d(nn::Conv1dOptions(in, out, kernel).padding(kernel / 2).bias(false)));
      push_back(nn::BatchNorm1d(out));
      push_back(nn::ReLU());
      push_back(nn::MaxPool1d(2));
      in = out;
    }
    push_back(nn::Flatten());
    push_back(nn::Linear(64 * 90, 5));
  }
};

// nn::Sequential's own holder does not take a derived class.
template <class Layers>
class Stack {
 public:
  Tensor operator()(const Tensor& x) { return layers_->forward(x); }
  Layers* operator->() { return layers_.get(); }

 private:
  std::shared_ptr<Layers> layers_ = std::make_shared<Layers>();
};
using Vgg = Stack<VggImpl>;
using OddChannels = Stack<OddChannelsImpl>;
using Depthwise = Stack<DepthwiseImpl>;
using Ecg = Stack<EcgImpl>;

struct UNetImpl : nn::Module {
  nn::Sequential down1 = convolutions(1, 16);
  nn::Sequential down2 = convolutions(16, 32);
  nn::Sequential bottom = convolutions(32, 64);
  nn::ConvTranspose2d raise2{nn::ConvTranspose2dOptions(64, 32, 2).stride(2)};
  nn::Sequential up2 = convolutions(64, 32);
  nn::ConvTranspose2d raise1{nn::ConvTranspose2dOptions(32, 16, 2).stride(2)};
  nn::Sequential up1 = convolutions(32, 16);
  nn::Conv2d head = convolution(16, 1, 1, 1, 0);
  UNetImpl() {
    register_module("down1", down1);
    register_module("down2", down2);
    register_module("bottom", bottom);
    register_module("raise2", raise2);
    register_module("up2", up2);
    register_module("raise1", raise1);
    register_module("up1", up1);
    register_module("head", head);
  }
  static nn::Sequential convolutions(std::int64_t in, std::int64_t out) {
    return nn::Sequential(convolution(in, out, 3, 1, 1), nn::BatchNorm2d(out), nn::ReLU(),
                          convolution(out, out, 3, 1, 1), nn::BatchNorm2d(out), nn::ReLU());
  }
  Tensor forward(const Tensor& images) {
    const Tensor large = down1->forward(images);
    const Tensor half = down2->forward(torch::max_pool2d(large, 2));
    Tensor x = bottom->forward(torch::max_pool2d(half, 2));
    x = up2->forward(torch::cat({half, raise2(x)}, 1));
    return head(up1->forward(torch::cat({large, raise1(x)}, 1)));
  }
};
TORCH_MODULE(UNet);

}  // namespace bench
