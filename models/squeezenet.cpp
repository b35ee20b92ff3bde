#include <retrograd/models/squeezenet.h>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/activation.h>
#include <retrograd/nn/dropout.h>
#include <retrograd/nn/init.h>
#include <retrograd/nn/pool.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

namespace {

using std::int64_t;

constexpr std::size_t kHead = 1;  // in the classifier

// Few channels, which 1x1 and 3x3 convolutions expand to twice `expanded` ones.
struct Fire : nn::Module {
  nn::Conv2d squeeze;
  nn::ReLU squeeze_activation;
  nn::Conv2d expand1x1;
  nn::ReLU expand1x1_activation;
  nn::Conv2d expand3x3;
  nn::ReLU expand3x3_activation;

  Fire(int64_t in, int64_t squeezed, int64_t expanded)
      : squeeze(in, squeezed, 1),
        expand1x1(squeezed, expanded, 1),
        expand3x3(squeezed, expanded, 3, {.padding = 1}) {}
  nn::Members members() override {
    return {{"squeeze", squeeze},     {"squeeze_activation", squeeze_activation},
            {"expand1x1", expand1x1}, {"expand1x1_activation", expand1x1_activation},
            {"expand3x3", expand3x3}, {"expand3x3_activation", expand3x3_activation}};
  }
  Tensor forward(const Tensor& x) override {
    const Tensor few = nn::run_in_order(x, {squeeze, squeeze_activation});
    return cat({nn::run_in_order(few, {expand1x1, expand1x1_activation}),
                nn::run_in_order(few, {expand3x3, expand3x3_activation})},
               1);
  }
  std::string describe() const override { return "Fire"; }
};

nn::MaxPool2d pool() {
  return nn::MaxPool2d(3, {.stride = 2, .ceil_mode = true});
}

}  // namespace

SqueezeNet::SqueezeNet(const SqueezeNetOptions& options)
    : features(nn::Conv2d(3, 64, 3, {.stride = 2}), nn::ReLU(), pool(),  //
               Fire(64, 16, 64), Fire(128, 16, 64), pool(),              //
               Fire(128, 32, 128), Fire(256, 32, 128), pool(),           //
               Fire(256, 48, 192), Fire(384, 48, 192), Fire(384, 64, 256), Fire(512, 64, 256)),
      classifier(nn::Dropout(options.dropout), nn::Conv2d(512, options.num_classes, 1), nn::ReLU(),
                 nn::AdaptiveAvgPool2d(1)) {
  detail::for_each<nn::Conv2d>(*this, [](nn::Conv2d& conv) {
    nn::init::kaiming_uniform_(conv.weight);
    detail::start_at_zero(conv.bias);
  });
  detail::start_small(classifier.at<nn::Conv2d>(kHead));
}

nn::Members SqueezeNet::members() {
  return {{"features", features}, {"classifier", classifier}};
}

Tensor SqueezeNet::forward(const Tensor& x) {
  return flatten(classifier(features(x)), 1);
}

void SqueezeNet::make_head(int64_t num_classes) {
  nn::Conv2d made = detail::like(classifier.at<nn::Conv2d>(kHead), num_classes);
  detail::start_small(made);
  classifier.at<nn::Conv2d>(kHead) = std::move(made);
}

SqueezeNet squeezenet1_1(const SqueezeNetOptions& options, Where where) {
  const Frame call("squeezenet1_1", where);
  return SqueezeNet(options);
}

}  // namespace retrograd::models
