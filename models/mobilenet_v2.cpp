#include <retrograd/models/detail/blocks.h>
#include <retrograd/models/mobilenet.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/reduce.h>

namespace retrograd::models {

namespace {

using detail::conv_norm;
using std::int64_t;

constexpr std::size_t kHead = 1;  // in the classifier

// Few channels at both ends and many in between; around them a shortcut where the shape stays.
struct InvertedResidual : nn::Module {
  nn::Sequential conv;
  bool has_shortcut;

  InvertedResidual(int64_t in, int64_t out, int64_t stride, int64_t expansion)
      : has_shortcut(stride == 1 && in == out) {
    const int64_t hidden = in * expansion;
    if (expansion != 1) {
      conv.push_back(conv_norm(in, hidden, {.kernel_size = 1}, nn::ReLU6()));
    }
    conv.push_back(conv_norm(hidden, hidden, {.stride = stride, .groups = hidden}, nn::ReLU6()));
    conv.push_back(nn::Conv2d(hidden, out, 1, {.bias = false}));
    conv.push_back(nn::BatchNorm2d(out));
  }
  nn::Members members() override { return {{"conv", conv}}; }
  Tensor forward(const Tensor& x) override { return has_shortcut ? x + conv(x) : conv(x); }
  std::string describe() const override { return "InvertedResidual"; }
};

struct Stage {
  int64_t expansion;
  int64_t channels;
  int64_t blocks;
  int64_t stride;  // of the first block
};
constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                             {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
constexpr int64_t kFeatures = 1280;

nn::Sequential features_of() {
  nn::Sequential features;
  features.push_back(conv_norm(3, 32, {.stride = 2}, nn::ReLU6()));
  int64_t in = 32;
  for (const Stage& stage : kStages) {
    for (int64_t i = 0; i < stage.blocks; ++i) {
      features.push_back(
          InvertedResidual(in, stage.channels, i == 0 ? stage.stride : 1, stage.expansion));
      in = stage.channels;
    }
  }
  features.push_back(conv_norm(in, kFeatures, {.kernel_size = 1}, nn::ReLU6()));
  return features;
}

}  // namespace

MobileNetV2::MobileNetV2(const MobileNetOptions& options)
    : features(features_of()),
      classifier(nn::Dropout(options.dropout), nn::Linear(kFeatures, options.num_classes)) {
  detail::start_convolutions(*this);
  detail::start_small(classifier.at<nn::Linear>(kHead));
}

nn::Members MobileNetV2::members() {
  return {{"features", features}, {"classifier", classifier}};
}

Tensor MobileNetV2::forward(const Tensor& x) {
  return classifier(mean(features(x), {2, 3}));
}

void MobileNetV2::make_head(int64_t num_classes) {
  nn::Linear made = detail::like(classifier.at<nn::Linear>(kHead), num_classes);
  detail::start_small(made);
  classifier.at<nn::Linear>(kHead) = std::move(made);
}

MobileNetV2 mobilenet_v2(const MobileNetOptions& options, Where where) {
  const Frame call("mobilenet_v2", where);
  return MobileNetV2(options);
}

}  // namespace retrograd::models
