// The rows in LibTorch's C++ frontend: the same models, shapes and optimiser.
#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../main.h"
#include "../../rows.h"

namespace {

using namespace bench;
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

template <class Model>
Step training(at::IntArrayRef input) {
  torch::manual_seed(1);
  Model model;
  const auto optimizer = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(0.01).momentum(0.9));
  const Tensor x = torch::randn(input);
  const Tensor y = torch::randint(0, 10, {input[0]});
  return [=]() mutable {
    optimizer->zero_grad();
    nn::functional::cross_entropy(model(x), y).backward();
    optimizer->step();
  };
}

Step convolution(const ConvRow& row) {
  Tensor x = torch::randn({row.batch, row.in, row.size, row.size});
  x.set_requires_grad(row.input_gradient);
  Tensor w = torch::randn({row.out, row.in, row.kernel, row.kernel}, torch::requires_grad());
  const Tensor seed = torch::ones_like(torch::conv2d(x, w, {}, row.stride, row.padding).detach());
  return [=]() mutable {
    x.mutable_grad().reset();
    w.mutable_grad().reset();
    torch::conv2d(x, w, {}, row.stride, row.padding).backward(seed);
  };
}

Step slide() {
  const Tensor x = torch::tensor({0.5F, -1.0F, 2.0F, 1.0F, -0.5F}).reshape({1, 1, 5});
  const Tensor target = torch::tensor({1.0F}).reshape({1, 1});
  const Tensor w1 = torch::tensor({0.2F, -0.3F, 0.4F}).reshape({1, 1, 3}).set_requires_grad(true);
  const Tensor w2 =
      torch::tensor({0.1F, 0.2F, 0.3F, -0.1F, 0.4F}).reshape({1, 5}).set_requires_grad(true);
  const auto optimizer = std::make_shared<torch::optim::SGD>(std::vector<Tensor>{w1, w2},
                                                             torch::optim::SGDOptions(0.01));
  return [=] {
    optimizer->zero_grad();
    const Tensor a1 = torch::relu(torch::conv1d(x, w1, {}, 1, 1));
    const Tensor a2 = torch::linear(a1.flatten(1), w2);
    torch::mse_loss(a2, target).backward();
    optimizer->step();
  };
}

Step chain() {
  const Tensor x = torch::ones({1}, torch::requires_grad());
  const Tensor factor = torch::full({1}, 1.0001);
  return [=] {
    Tensor y = x;
    for (std::int64_t i = 0; i < kChainLength; ++i) {
      y = y * factor;
    }
    y.backward();
  };
}

template <class F>
Step both_ways(const Tensor& input, F f) {
  Tensor x = input.detach().set_requires_grad(true);
  const Tensor seed = torch::ones_like(f(x).detach());
  return [=]() mutable {
    x.mutable_grad().reset();
    f(x).backward(seed);
  };
}

Tensor activations() {
  return torch::randn({128, 64, 32, 32});
}

Step batch_norm() {
  nn::BatchNorm2d norm(64);
  return both_ways(activations(), [norm](const Tensor& x) mutable { return torch::relu(norm(x)); });
}

Step cross_entropy() {
  const Tensor target = torch::randint(0, 1000, {4096});
  return both_ways(torch::randn({4096, 1000}),
                   [target](const Tensor& x) { return nn::functional::cross_entropy(x, target); });
}

Step unrecorded(std::function<Tensor()> f) {
  return [f = std::move(f)] { benchmark::DoNotOptimize(f()); };
}

Rows rows() {
  Rows all{
      {kSlide, slide},
      {kChain, chain},
      {kMlp,
       [] {
         return training<Mlp>({64, 784});
       }},
      {kLenet64,
       [] {
         return training<LeNet>({64, 1, 28, 28});
       }},
      {kLenet1,
       [] {
         return training<LeNet>({1, 1, 28, 28});
       }},
      {kResnet32,
       [] {
         return training<ResNet20>({32, 3, 32, 32});
       }},
      {kResnet128,
       [] {
         return training<ResNet20>({128, 3, 32, 32});
       }},
      {kResnet128Low,
       [] {
         return training<ResNet20>({128, 3, 32, 32});
       }},
  };
  for (const ConvRow& row : kConvs) {
    all.push_back({row.name, [&row] { return convolution(row); }, flops(row)});
  }
  all.push_back({kMatmul,
                 [] {
                   const Tensor a = torch::randn({kMatmulSize, kMatmulSize});
                   const Tensor b = torch::randn({kMatmulSize, kMatmulSize});
                   return unrecorded([=] { return torch::matmul(a, b); });
                 },
                 kMatmulFlops});
  all.push_back({kProduct,
                 [] {
                   const Tensor a = torch::ones({kProductSize});
                   const Tensor b = torch::ones({kProductSize});
                   return unrecorded([=] { return a * b; });
                 },
                 0, kProductBytes});
  all.push_back({kBatchNorm, batch_norm});
  all.push_back({kMaxPool, [] {
                   return both_ways(activations(),
                                    [](const Tensor& x) { return torch::max_pool2d(x, 2); });
                 }});
  all.push_back({kCrossEntropy, cross_entropy});
  all.push_back({kSumMiddle,
                 [] {
                   const Tensor x = torch::randn({64, 512, 512});
                   return unrecorded([=] { return x.sum(1); });
                 },
                 0, kSumMiddleBytes});
  all.push_back({kTransposed,
                 [] {
                   const Tensor x = torch::randn({4096, 4096});
                   return unrecorded([=] { return x.transpose(0, 1).contiguous(); });
                 },
                 0, kTransposedBytes});
  all.push_back({kCat,
                 [] {
                   const std::vector<Tensor> parts(8, torch::randn({32, 64, 28, 28}));
                   return unrecorded([=] { return torch::cat(parts, 1); });
                 },
                 0, kCatBytes});
  all.push_back({kBias,
                 [] {
                   const Tensor x = activations();
                   const Tensor bias = torch::randn({64, 1, 1});
                   return unrecorded([=] { return x + bias; });
                 },
                 0, kBiasBytes});
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, rows(), [](int threads) { torch::set_num_threads(threads); });
}
