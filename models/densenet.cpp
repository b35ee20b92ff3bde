#include <retrograd/models/densenet.h>

#include <iterator>
#include <utility>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/nn/init.h>
#include <retrograd/nn/pool.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

namespace {

using std::int64_t;

constexpr int64_t kGrowth = 32;  // channels that a layer adds
constexpr int64_t kStem = 64;

nn::Conv2d conv1x1(int64_t in, int64_t out) {
  return {in, out, 1, {.bias = false}};
}

struct DenseLayer : nn::Module {
  nn::BatchNorm2d norm1;
  nn::ReLU relu1;
  nn::Conv2d conv1;
  nn::BatchNorm2d norm2;
  nn::ReLU relu2;
  nn::Conv2d conv2;
  nn::Dropout dropout;  // not a module in torchvision
  bool drops;

  DenseLayer(int64_t in, double drop_rate)
      : norm1(in),
        conv1(conv1x1(in, 4 * kGrowth)),
        norm2(4 * kGrowth),
        conv2(4 * kGrowth, kGrowth, 3, {.padding = 1, .bias = false}),
        dropout(drop_rate),
        drops(drop_rate > 0) {}
  nn::Members members() override {
    nn::Members all{{"norm1", norm1}, {"relu1", relu1}, {"conv1", conv1},
                    {"norm2", norm2}, {"relu2", relu2}, {"conv2", conv2}};
    if (drops) {
      all.emplace_back("dropout", dropout);
    }
    return all;
  }
  Tensor forward(const Tensor& x) override {
    const Tensor added = nn::run_in_order(x, {norm1, relu1, conv1, norm2, relu2, conv2});
    return drops ? dropout(added) : added;
  }
  std::string describe() const override { return "DenseLayer"; }
};

// Each layer sees the input and what all layers before it added.
struct DenseBlock : nn::ModuleDict {
  DenseBlock(int64_t in, int64_t layers, double drop_rate) {
    for (int64_t i = 0; i < layers; ++i) {
      insert("denselayer" + std::to_string(i + 1), DenseLayer(in + i * kGrowth, drop_rate));
    }
  }
  Tensor forward(const Tensor& x) override {
    Tensor all = x;
    for (std::size_t i = 0; i < size(); ++i) {
      all = cat({all, in_order(i)(all)}, 1);
    }
    return all;
  }
  std::string describe() const override { return "DenseBlock"; }
};

// Halves the channels and the size.
nn::NamedSequential transition(int64_t in) {
  return nn::NamedSequential{std::pair{"norm", nn::BatchNorm2d(in)}, std::pair{"relu", nn::ReLU()},
                             std::pair{"conv", conv1x1(in, in / 2)},
                             std::pair{"pool", nn::AvgPool2d(2)}};
}

constexpr int64_t kLayers[] = {6, 12, 24, 16};  // of the blocks

nn::NamedSequential features_of(double drop_rate) {
  nn::NamedSequential features{
      std::pair{"conv0", nn::Conv2d(3, kStem, 7, {.stride = 2, .padding = 3, .bias = false})},
      std::pair{"norm0", nn::BatchNorm2d(kStem)}, std::pair{"relu0", nn::ReLU()},
      std::pair{"pool0", nn::MaxPool2d(3, {.stride = 2, .padding = 1})}};
  int64_t channels = kStem;
  for (std::size_t i = 0; i < std::size(kLayers); ++i) {
    const std::string number = std::to_string(i + 1);
    features.insert("denseblock" + number, DenseBlock(channels, kLayers[i], drop_rate));
    channels += kLayers[i] * kGrowth;
    if (i + 1 < std::size(kLayers)) {
      features.insert("transition" + number, transition(channels));
      channels /= 2;
    }
  }
  features.insert("norm5", nn::BatchNorm2d(channels));
  return features;
}

}  // namespace

DenseNet::DenseNet(const DenseNetOptions& options)
    : features(features_of(options.drop_rate)), classifier(1024, options.num_classes) {
  detail::for_each<nn::Conv2d>(*this,
                               [](nn::Conv2d& conv) { nn::init::kaiming_normal_(conv.weight); });
  nn::init::zeros_(classifier.bias);
}

nn::Members DenseNet::members() {
  return {{"features", features}, {"classifier", classifier}};
}

Tensor DenseNet::forward(const Tensor& x) {
  return classifier(mean(relu(features(x)), {2, 3}));
}

void DenseNet::make_head(int64_t num_classes) {
  nn::Linear made = detail::like(classifier, num_classes);
  nn::init::zeros_(made.bias);
  classifier = std::move(made);
}

DenseNet densenet121(const DenseNetOptions& options, Where where) {
  const Frame call("densenet121", where);
  return DenseNet(options);
}

}  // namespace retrograd::models
