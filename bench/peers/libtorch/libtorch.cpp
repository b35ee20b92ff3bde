// The rows in LibTorch's C++ frontend: the same models, shapes and optimiser.
#include <torch/torch.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "../../main.h"
#include "../../rows.h"
#include "networks.h"

namespace {

using namespace bench;

template <class Model>
Step training(const TrainingRow& row) {
  torch::manual_seed(1);
  Model model;
  const auto optimizer = std::make_shared<torch::optim::SGD>(
      model->parameters(), torch::optim::SGDOptions(1e-6).momentum(0.9));
  const Tensor x = torch::randn(at::IntArrayRef(row.sizes.data(), row.dim));
  const torch::NoGradGuard unrecorded;
  const Tensor scores = model(x);
  const bool pixels = scores.dim() == 4;
  const Tensor y = pixels ? (torch::rand_like(scores) > 0.5).to(torch::kFloat)
                          : torch::randint(0, scores.size(1), {scores.size(0)});
  return [=]() mutable {
    optimizer->zero_grad();
    const Tensor out = model(x);
    (pixels ? nn::functional::binary_cross_entropy_with_logits(out, y)
            : nn::functional::cross_entropy(out, y))
        .backward();
    optimizer->step();
  };
}

template <class Model>
Counts parameters() {
  Counts counts;
  for (const Tensor& parameter : Model()->parameters()) {
    counts.parameters += static_cast<double>(parameter.numel());
  }
  return counts;
}

template <class Model>
Row training_row(const TrainingRow& row) {
  return {row.name, [&row] { return training<Model>(row); }, parameters<Model>, row.memory};
}

template <class Model>
Row inference_row(const TrainingRow& row) {
  const auto prepare = [&row] {
    torch::manual_seed(1);
    Model model;
    model->eval();
    const Tensor x = torch::randn(at::IntArrayRef(row.sizes.data(), row.dim));
    return [=]() mutable {
      const c10::InferenceMode unrecorded;
      benchmark::DoNotOptimize(model(x));
    };
  };
  return {forward_name(row), prepare, parameters<Model>};
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

Step attention() {
  std::vector<Tensor> inputs;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(torch::randn(kAttentionSizes, torch::requires_grad()));
  }
  const Tensor seed = torch::ones_like(inputs[0].detach());
  return [=]() mutable {
    for (Tensor& input : inputs) {
      input.mutable_grad().reset();
    }
    attend(inputs[0], inputs[1], inputs[2]).backward(seed);
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
      training_row<Mlp>(kMlp),
      training_row<LeNet>(kLenet64),
      training_row<LeNet>(kLenet1),
      training_row<ResNet20>(kResnet32),
      training_row<ResNet20>(kResnet128),
      training_row<Lstm>(kLstm),
      training_row<Vit>(kVit),
      training_row<Vgg>(kVgg),
      training_row<Depthwise>(kDepthwise),
      training_row<OddChannels>(kOddChannels),
      training_row<UNet>(kUNet),
      training_row<Ecg>(kEcg),
      inference_row<LeNet>(kLenet64),
      inference_row<LeNet>(kLenet1),
      inference_row<ResNet20>(kResnet32),
      inference_row<Vgg>(kVgg),
      inference_row<Depthwise>(kDepthwise),
      inference_row<UNet>(kUNet),
      inference_row<LeNet>(kFusedLenet1),
      inference_row<LeNet>(kFusedLenet32),
      inference_row<ResNet20>(kFusedResnet1),
      inference_row<ResNet20>(kFusedResnet32),
      inference_row<Depthwise>(kFusedDepthwise1),
      inference_row<Depthwise>(kFusedDepthwise32),
      inference_row<UNet>(kFusedUNet1),
      inference_row<UNet>(kFusedUNet32),
      {kAttention, attention, flops_of(kAttentionFlops), true},
  };
  for (const ConvRow& row : kConvs) {
    all.push_back({row.name, [&row] { return convolution(row); }, flops_of(flops(row))});
  }
  all.push_back({kMatmul,
                 [] {
                   const Tensor a = torch::randn({kMatmulSize, kMatmulSize});
                   const Tensor b = torch::randn({kMatmulSize, kMatmulSize});
                   return unrecorded([=] { return torch::matmul(a, b); });
                 },
                 flops_of(kMatmulFlops)});
  all.push_back({kProduct,
                 [] {
                   const Tensor a = torch::ones({kProductSize});
                   const Tensor b = torch::ones({kProductSize});
                   return unrecorded([=] { return a * b; });
                 },
                 bytes_of(kProductBytes)});
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
                 bytes_of(kSumMiddleBytes)});
  all.push_back({kTransposed,
                 [] {
                   const Tensor x = torch::randn({4096, 4096});
                   return unrecorded([=] { return x.transpose(0, 1).contiguous(); });
                 },
                 bytes_of(kTransposedBytes)});
  all.push_back({kCat,
                 [] {
                   const std::vector<Tensor> parts(8, torch::randn({32, 64, 28, 28}));
                   return unrecorded([=] { return torch::cat(parts, 1); });
                 },
                 bytes_of(kCatBytes)});
  all.push_back({kBias,
                 [] {
                   const Tensor x = activations();
                   const Tensor bias = torch::randn({64, 1, 1});
                   return unrecorded([=] { return x + bias; });
                 },
                 bytes_of(kBiasBytes)});
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
    std::printf("%s\n", TORCH_VERSION);
    return 0;
  }
  return run(argc, argv, rows(), [](int threads) { torch::set_num_threads(threads); });
}
