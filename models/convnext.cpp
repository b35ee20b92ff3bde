#include <retrograd/models/convnext.h>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/nn/init.h>
#include <retrograd/nn/shape.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::models {

namespace {

using std::int64_t;

constexpr nn::LayerNormOptions kNorm{.eps = 1e-6};
constexpr std::size_t kHead = 2;  // in the classifier

// Layer norm of the channels.
struct LayerNorm2d : nn::LayerNorm {
  explicit LayerNorm2d(int64_t channels) : LayerNorm(channels, kNorm) {}
  Tensor forward(const Tensor& x) override {
    return permute(LayerNorm::forward(permute(x, {0, 2, 3, 1})), {0, 3, 1, 2});
  }
};

struct CNBlock : nn::Module {
  Tensor layer_scale;  // (C, 1, 1)
  nn::Sequential block;
  nn::StochasticDepth stochastic_depth;

  CNBlock(int64_t channels, double scale, double skip)
      : layer_scale(full({channels, 1, 1}, scale, {.requires_grad = true})),
        block(nn::Conv2d(channels, channels, 7, {.padding = 3, .groups = channels}),
              nn::Permute({0, 2, 3, 1}), nn::LayerNorm(channels, kNorm),
              nn::Linear(channels, 4 * channels), nn::GELU(), nn::Linear(4 * channels, channels),
              nn::Permute({0, 3, 1, 2})),
        stochastic_depth(skip, StochasticDepthMode::row) {}
  nn::Members members() override {
    return {{"layer_scale", layer_scale}, {"block", block}, {"stochastic_depth", stochastic_depth}};
  }
  Tensor forward(const Tensor& x) override { return stochastic_depth(layer_scale * block(x)) + x; }
  std::string describe() const override { return "CNBlock"; }
};

struct Stage {
  int64_t channels;
  int64_t blocks;
};
constexpr Stage kStages[] = {{96, 3}, {192, 3}, {384, 9}, {768, 3}};
constexpr int64_t kFeatures = 768;
constexpr int64_t kBlocks = 18;

nn::Sequential features_of(const ConvNeXtOptions& options) {
  nn::Sequential features;
  int64_t made = 0;
  int64_t in = 3;
  for (const Stage& stage : kStages) {
    if (in == 3) {
      features.push_back(nn::Sequential{nn::Conv2d(in, stage.channels, 4, {.stride = 4}),
                                        LayerNorm2d(stage.channels)});
    } else {
      features.push_back(
          nn::Sequential{LayerNorm2d(in), nn::Conv2d(in, stage.channels, 2, {.stride = 2})});
    }
    nn::Sequential& blocks = features.push_back(nn::Sequential());
    for (int64_t i = 0; i < stage.blocks; ++i) {
      const double depth = static_cast<double>(made++) / (kBlocks - 1);
      blocks.push_back(
          CNBlock(stage.channels, options.layer_scale, options.stochastic_depth_prob * depth));
    }
    in = stage.channels;
  }
  return features;
}

void start(nn::Weighted& layer) {
  nn::init::trunc_normal_(layer.weight, 0, 0.02);
  detail::start_at_zero(layer.bias);
}

}  // namespace

ConvNeXt::ConvNeXt(const ConvNeXtOptions& options)
    : features(features_of(options)),
      avgpool(1),
      classifier(LayerNorm2d(kFeatures), nn::Flatten(),
                 nn::Linear(kFeatures, options.num_classes)) {
  detail::for_each<nn::Conv2d>(*this, start);
  detail::for_each<nn::Linear>(*this, start);
}

nn::Members ConvNeXt::members() {
  return {{"features", features}, {"avgpool", avgpool}, {"classifier", classifier}};
}

Tensor ConvNeXt::forward(const Tensor& x) {
  return classifier(avgpool(features(x)));
}

void ConvNeXt::make_head(int64_t num_classes) {
  nn::Linear made = detail::like(classifier.at<nn::Linear>(kHead), num_classes);
  start(made);
  classifier.at<nn::Linear>(kHead) = std::move(made);
}

ConvNeXt convnext_tiny(const ConvNeXtOptions& options, Where where) {
  const Frame call("convnext_tiny", where);
  return ConvNeXt(options);
}

}  // namespace retrograd::models
