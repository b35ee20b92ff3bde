#include <algorithm>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/models/mobilenet.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

namespace {

using std::int64_t;

constexpr nn::BatchNormOptions kNorm{.eps = 0.001, .momentum = 0.01};
constexpr std::size_t kHead = 3;  // in the classifier

// Hu et al., "Squeeze-and-excitation networks", 2018: each channel is scaled by a number that two
// 1x1 convolutions compute from the means of all channels.
struct SqueezeExcitation : nn::Module {
  nn::AdaptiveAvgPool2d avgpool{1};
  nn::Conv2d fc1;
  nn::Conv2d fc2;
  nn::ReLU activation;
  nn::Hardsigmoid scale_activation;

  SqueezeExcitation(int64_t channels, int64_t squeezed)
      : fc1(channels, squeezed, 1), fc2(squeezed, channels, 1) {}
  nn::Members members() override {
    return {{"avgpool", avgpool},
            {"fc1", fc1},
            {"fc2", fc2},
            {"activation", activation},
            {"scale_activation", scale_activation}};
  }
  Tensor forward(const Tensor& x) override {
    return nn::run_in_order(x, {avgpool, fc1, activation, fc2, scale_activation}) * x;
  }
  std::string describe() const override { return "SqueezeExcitation"; }
};

struct BlockOptions {
  int64_t in;
  int64_t kernel_size;
  int64_t expanded;
  int64_t out;
  bool squeeze;
  bool hardswish;  // else ReLU
  int64_t stride;
};
constexpr BlockOptions kBlocks[] = {
    {16, 3, 16, 16, true, false, 2},  {16, 3, 72, 24, false, false, 2},
    {24, 3, 88, 24, false, false, 1}, {24, 5, 96, 40, true, true, 2},
    {40, 5, 240, 40, true, true, 1},  {40, 5, 240, 40, true, true, 1},
    {40, 5, 120, 48, true, true, 1},  {48, 5, 144, 48, true, true, 1},
    {48, 5, 288, 96, true, true, 2},  {96, 5, 576, 96, true, true, 1},
    {96, 5, 576, 96, true, true, 1}};
constexpr int64_t kFeatures = 576;
constexpr int64_t kHidden = 1024;

// The multiple of 8 next to a quarter of the channels, at least 8 and not below nine tenths of it.
int64_t squeezed(int64_t channels) {
  const int64_t wanted = channels / 4;
  const int64_t near = std::max<int64_t>(8, (wanted + 4) / 8 * 8);
  return 10 * near < 9 * wanted ? near + 8 : near;
}

nn::Sequential conv_norm(int64_t in, int64_t out, detail::ConvNormOptions options, bool hardswish) {
  options.norm = kNorm;
  return hardswish ? detail::conv_norm(in, out, options, nn::Hardswish())
                   : detail::conv_norm(in, out, options, nn::ReLU());
}

struct InvertedResidual : nn::Module {
  nn::Sequential block;
  bool has_shortcut;

  explicit InvertedResidual(const BlockOptions& o) : has_shortcut(o.stride == 1 && o.in == o.out) {
    if (o.expanded != o.in) {
      block.push_back(conv_norm(o.in, o.expanded, {.kernel_size = 1}, o.hardswish));
    }
    block.push_back(conv_norm(
        o.expanded, o.expanded,
        {.kernel_size = o.kernel_size, .stride = o.stride, .groups = o.expanded}, o.hardswish));
    if (o.squeeze) {
      block.push_back(SqueezeExcitation(o.expanded, squeezed(o.expanded)));
    }
    block.push_back(detail::conv_norm(o.expanded, o.out, {.kernel_size = 1, .norm = kNorm}));
  }
  nn::Members members() override { return {{"block", block}}; }
  Tensor forward(const Tensor& x) override { return has_shortcut ? x + block(x) : block(x); }
  std::string describe() const override { return "InvertedResidual"; }
};

nn::Sequential features_of() {
  nn::Sequential features;
  features.push_back(conv_norm(3, 16, {.stride = 2}, true));
  for (const BlockOptions& block : kBlocks) {
    features.push_back(InvertedResidual(block));
  }
  features.push_back(conv_norm(96, kFeatures, {.kernel_size = 1}, true));
  return features;
}

}  // namespace

MobileNetV3::MobileNetV3(const MobileNetOptions& options)
    : features(features_of()),
      avgpool(1),
      classifier(nn::Linear(kFeatures, kHidden), nn::Hardswish(), nn::Dropout(options.dropout),
                 nn::Linear(kHidden, options.num_classes)) {
  detail::start_convolutions(*this);
  detail::for_each<nn::Linear>(*this, detail::start_small);
}

nn::Members MobileNetV3::members() {
  return {{"features", features}, {"avgpool", avgpool}, {"classifier", classifier}};
}

Tensor MobileNetV3::forward(const Tensor& x) {
  return classifier(flatten(avgpool(features(x)), 1));
}

void MobileNetV3::make_head(int64_t num_classes) {
  nn::Linear made = detail::like(classifier.at<nn::Linear>(kHead), num_classes);
  detail::start_small(made);
  classifier.at<nn::Linear>(kHead) = std::move(made);
}

MobileNetV3 mobilenet_v3_small(const MobileNetOptions& options, Where where) {
  const Frame call("mobilenet_v3_small", where);
  return MobileNetV3(options);
}

}  // namespace retrograd::models
