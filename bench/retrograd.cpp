// The rows in retrograd; peers/libtorch/ has the same.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "main.h"
#include "models.h"
#include "networks.h"
#include "rows.h"
#ifdef RETROGRAD_BENCH_ONNX
#include <retrograd/onnx/load.h>
#endif

namespace {

using namespace bench;
using rg::Tensor;

Step convolution(const ConvRow& row) {
  Tensor x = rg::randn({row.batch, row.in, row.size, row.size});
  x.set_requires_grad(row.input_gradient);
  Tensor w = rg::randn({row.out, row.in, row.kernel, row.kernel}, {.requires_grad = true});
  const rg::ConvOptions<2> options{.stride = row.stride, .padding = row.padding};
  const Tensor seed = rg::ones_like(rg::conv2d(x, w, {}, options).detach());
  return [=]() mutable {
    x.zero_grad();
    w.zero_grad();
    rg::conv2d(x, w, {}, options).backward(seed);
  };
}

// The lecture's regression: five values, a filter of three, ReLU, five weights, squared loss.
Step slide() {
  const Tensor x = rg::tensor({{{0.5, -1.0, 2.0, 1.0, -0.5}}});
  const Tensor target = rg::tensor({{1.0}});
  Tensor w1 = rg::tensor({{{0.2, -0.3, 0.4}}}, {.requires_grad = true});
  Tensor w2 = rg::tensor({{0.1, 0.2, 0.3, -0.1, 0.4}}, {.requires_grad = true});
  const auto optimizer = std::make_shared<rg::optim::SGD>(std::vector<Tensor>{w1, w2},
                                                          rg::optim::SGDOptions{.lr = 0.01});
  return [=] {
    optimizer->zero_grad();
    const Tensor a1 = rg::relu(rg::conv1d(x, w1, {}, {.padding = 1}));
    const Tensor a2 = rg::linear(rg::flatten(a1, 1), w2);
    rg::mse_loss(a2, target).backward();
    optimizer->step();
  };
}

Step chain() {
  const Tensor x = rg::tensor({1.0}, {.requires_grad = true});
  const Tensor factor = rg::tensor({1.0001});
  return [=] {
    Tensor y = x;
    for (std::int64_t i = 0; i < kChainLength; ++i) {
      y = y * factor;
    }
    y.backward();
  };
}

// Forward and backward of f on one input.
template <class F>
Step both_ways(const Tensor& input, F f) {
  Tensor x = input;
  x.set_requires_grad();
  const Tensor seed = rg::ones_like(f(x).detach());
  return [=]() mutable {
    x.zero_grad();
    f(x).backward(seed);
  };
}

Tensor activations() {
  return rg::randn({128, 64, 32, 32});
}

Step batch_norm() {
  const auto norm = std::make_shared<nn::Sequential>(nn::BatchNorm2d(64), nn::ReLU());
  // What a convolution hands on: channels-last.
  return both_ways(rg::conv2d(activations(), rg::ones({64, 1, 1, 1}), {}, {.groups = 64}),
                   [norm](const Tensor& x) { return (*norm)(x); });
}

Step cross_entropy() {
  const Tensor target = rg::randint(0, 1000, {4096});
  return both_ways(rg::randn({4096, 1000}),
                   [target](const Tensor& x) { return rg::cross_entropy(x, target); });
}

Step unrecorded(std::function<Tensor()> f) {
  return [f = std::move(f)] { benchmark::DoNotOptimize(f()); };
}

template <class Model>
void add_training(Rows& all, const TrainingRow& row) {
  const rg::Shape input(std::span(row.sizes.data(), row.dim));
  for (const bool low : {false, true}) {
    Row added{row.name, [=] { return Training<Model>(input, low); }};
    added.name += low ? kLow : "";
    added.count = [=] {
      return Counts{training_flops<Model>(input), 0,
                    static_cast<double>(Model().parameter_count())};
    };
    added.memory = row.memory && !low;
    all.push_back(std::move(added));
  }
}

template <class Model>
void add_inference(Rows& all, const TrainingRow& row, bool fused = false) {
  const rg::Shape input(std::span(row.sizes.data(), row.dim));
  const auto prepare = [=] {
    const Inference<Model> infer(input, fused);
    return [=] { benchmark::DoNotOptimize(infer()); };
  };
  all.push_back({forward_name(row), prepare, [=] {
                   return Counts{forward_flops<Model>(input), 0,
                                 static_cast<double>(Model().parameter_count())};
                 }});
}

Rows inference_rows() {
  Rows all;
  add_inference<LeNet>(all, kLenet64);
  add_inference<LeNet>(all, kLenet1);
  add_inference<ResNet20>(all, kResnet32);
  add_inference<Vgg>(all, kVgg);
  add_inference<Depthwise>(all, kDepthwise);
  add_inference<UNet>(all, kUNet);
  return all;
}

#ifdef RETROGRAD_BENCH_ONNX
// Rows of a network from a file, where it is given.
void add_onnx(Rows& all, const TrainingRow& row) {
  const char* const folder = std::getenv("RETROGRAD_TEST_DATA");
  const std::string path =
      folder == nullptr ? "" : std::string(folder) + "/models/text_direction_cls.onnx";
  if (!std::filesystem::exists(path)) {
    return;
  }
  const rg::Shape input(std::span(row.sizes.data(), row.dim));
  all.push_back({row.name, [=] {
                   const Tensor x = rg::rand(input);
                   const auto model = std::make_shared<nn::Fused>(
                       nn::fuse(rg::onnx::load(path), std::vector<Tensor>{x}));
                   return [=] {
                     const rg::NoGradGuard no_grad;
                     benchmark::DoNotOptimize((*model)(x));
                   };
                 }});
}
#else
void add_onnx(Rows& /*all*/, const TrainingRow& /*row*/) {}
#endif

Rows fused_rows() {
  Rows all;
  add_inference<LeNet>(all, kFusedLenet1, true);
  add_inference<LeNet>(all, kFusedLenet32, true);
  add_inference<ResNet20>(all, kFusedResnet1, true);
  add_inference<ResNet20>(all, kFusedResnet32, true);
  add_inference<Depthwise>(all, kFusedDepthwise1, true);
  add_inference<Depthwise>(all, kFusedDepthwise32, true);
  add_inference<UNet>(all, kFusedUNet1, true);
  add_inference<UNet>(all, kFusedUNet32, true);
  add_onnx(all, kTextDirection1);
  add_onnx(all, kTextDirection32);
  return all;
}

Rows training_rows() {
  Rows all;
  add_training<Mlp>(all, kMlp);
  add_training<LeNet>(all, kLenet64);
  add_training<LeNet>(all, kLenet1);
  add_training<ResNet20>(all, kResnet32);
  add_training<ResNet20>(all, kResnet128);
  add_training<Lstm>(all, kLstm);
  add_training<Vit>(all, kVit);
  add_training<Vgg>(all, kVgg);
  add_training<Depthwise>(all, kDepthwise);
  add_training<OddChannels>(all, kOddChannels);
  add_training<UNet>(all, kUNet);
  add_training<Ecg>(all, kEcg);
  return all;
}

Step attention(bool low) {
  std::vector<Tensor> inputs;
  for (int i = 0; i < 3; ++i) {
    inputs.push_back(rg::randn(rg::Shape(kAttentionSizes), {.requires_grad = true}));
  }
  const Tensor seed = rg::ones_like(inputs[0].detach());
  return [=]() mutable {
    for (Tensor& input : inputs) {
      input.zero_grad();
    }
    const Tensor result = [&] {
      const rg::Autocast casting(rg::bfloat16, low);
      return rg::scaled_dot_product_attention(inputs[0], inputs[1], inputs[2]);
    }();
    result.backward(seed.to(result.dtype()));
  };
}

Rows rows() {
  Rows all{{kSlide, slide}, {kChain, chain}};
  for (const Rows& networks : {training_rows(), inference_rows(), fused_rows()}) {
    all.insert(all.end(), networks.begin(), networks.end());
  }
  for (const bool low : {false, true}) {
    all.push_back({std::string(kAttention) + (low ? kLow : ""), [=] { return attention(low); },
                   flops_of(kAttentionFlops), !low});
  }
  for (const ConvRow& row : kConvs) {
    all.push_back({row.name, [&row] { return convolution(row); }, flops_of(flops(row))});
  }
  all.push_back({kMatmul,
                 [] {
                   const Tensor a = rg::randn({kMatmulSize, kMatmulSize});
                   const Tensor b = rg::randn({kMatmulSize, kMatmulSize});
                   return unrecorded([=] { return rg::matmul(a, b); });
                 },
                 flops_of(kMatmulFlops)});
  all.push_back({kProduct,
                 [] {
                   const Tensor a = rg::ones({kProductSize});
                   const Tensor b = rg::ones({kProductSize});
                   return unrecorded([=] { return a * b; });
                 },
                 bytes_of(kProductBytes)});
  all.push_back({kBatchNorm, batch_norm});
  all.push_back({kMaxPool, [] {
                   return both_ways(activations(),
                                    [](const Tensor& x) { return rg::max_pool2d(x, 2); });
                 }});
  all.push_back({kCrossEntropy, cross_entropy});
  all.push_back({kSumMiddle,
                 [] {
                   const Tensor x = rg::randn({64, 512, 512});
                   return unrecorded([=] { return rg::sum(x, {1}); });
                 },
                 bytes_of(kSumMiddleBytes)});
  all.push_back({kTransposed,
                 [] {
                   const Tensor x = rg::randn({4096, 4096});
                   return unrecorded([=] { return rg::transpose(x, 0, 1).contiguous(); });
                 },
                 bytes_of(kTransposedBytes)});
  all.push_back({kCat,
                 [] {
                   const std::vector<Tensor> parts(8, rg::randn({32, 64, 28, 28}));
                   return unrecorded([=] { return rg::cat(parts, 1); });
                 },
                 bytes_of(kCatBytes)});
  all.push_back({kBias,
                 [] {
                   const Tensor x = activations();
                   const Tensor bias = rg::randn({64, 1, 1});
                   return unrecorded([=] { return x + bias; });
                 },
                 bytes_of(kBiasBytes)});
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, rows(), [](int threads) { rg::set_num_threads(threads); });
}
