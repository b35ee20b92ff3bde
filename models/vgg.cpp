#include <retrograd/models/vgg.h>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

namespace {

using std::int64_t;

constexpr int64_t kPool = 0;
constexpr std::size_t kHead = 6;  // in the classifier

const std::vector<int64_t>& layers11() {
  static const std::vector<int64_t> layers{64,  kPool, 128,   kPool, 256, 256,  kPool,
                                           512, 512,   kPool, 512,   512, kPool};
  return layers;
}

const std::vector<int64_t>& layers16() {
  static const std::vector<int64_t> layers{64,    64,  kPool, 128, 128,   kPool, 256, 256, 256,
                                           kPool, 512, 512,   512, kPool, 512,   512, 512, kPool};
  return layers;
}

nn::Sequential features_of(const std::vector<int64_t>& channels, bool batch_norm) {
  nn::Sequential features;
  int64_t in = 3;
  for (const int64_t out : channels) {
    if (out == kPool) {
      features.push_back(nn::MaxPool2d(2));
      continue;
    }
    features.push_back(nn::Conv2d(in, out, 3, {.padding = 1}));
    if (batch_norm) {
      features.push_back(nn::BatchNorm2d(out));
    }
    features.push_back(nn::ReLU());
    in = out;
  }
  return features;
}

VGG named(const char* name, Where where, const std::vector<int64_t>& channels, bool batch_norm,
          const VGGOptions& options) {
  const Frame call(name, where);
  return VGG(channels, batch_norm, options);
}

}  // namespace

VGG::VGG(const std::vector<int64_t>& channels, bool batch_norm, const VGGOptions& options)
    : features(features_of(channels, batch_norm)),
      avgpool(7),
      classifier(nn::Linear(512 * 7 * 7, 4096), nn::ReLU(), nn::Dropout(options.dropout),
                 nn::Linear(4096, 4096), nn::ReLU(), nn::Dropout(options.dropout),
                 nn::Linear(4096, options.num_classes)) {
  detail::start_convolutions(*this);
  detail::for_each<nn::Linear>(*this, detail::start_small);
}

nn::Members VGG::members() {
  return {{"features", features}, {"avgpool", avgpool}, {"classifier", classifier}};
}

Tensor VGG::forward(const Tensor& x) {
  return classifier(flatten(avgpool(features(x)), 1));
}

void VGG::make_head(int64_t num_classes) {
  nn::Linear made = detail::like(classifier.at<nn::Linear>(kHead), num_classes);
  detail::start_small(made);
  classifier.at<nn::Linear>(kHead) = std::move(made);
}

VGG vgg11(const VGGOptions& options, Where where) {
  return named("vgg11", where, layers11(), false, options);
}
VGG vgg11_bn(const VGGOptions& options, Where where) {
  return named("vgg11_bn", where, layers11(), true, options);
}
VGG vgg16(const VGGOptions& options, Where where) {
  return named("vgg16", where, layers16(), false, options);
}
VGG vgg16_bn(const VGGOptions& options, Where where) {
  return named("vgg16_bn", where, layers16(), true, options);
}

}  // namespace retrograd::models
