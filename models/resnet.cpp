#include <retrograd/models/resnet.h>

#include <retrograd/models/detail/blocks.h>
#include <retrograd/nn/init.h>
#include <retrograd/ops/activation.h>
#include <retrograd/ops/shape.h>

namespace retrograd::models {

namespace {

using std::int64_t;

nn::Conv2d conv3x3(int64_t in, int64_t out, int64_t stride = 1) {
  return {in, out, 3, {.stride = stride, .padding = 1, .bias = false}};
}
nn::Conv2d conv1x1(int64_t in, int64_t out, int64_t stride = 1) {
  return {in, out, 1, {.stride = stride, .bias = false}};
}

// The path around a block: nothing, or a 1x1 convolution where the shape changes.
nn::Sequential shortcut(int64_t in, int64_t out, int64_t stride) {
  if (in == out && stride == 1) {
    return {};
  }
  return nn::Sequential{conv1x1(in, out, stride), nn::BatchNorm2d(out)};
}

nn::Members with_shortcut(nn::Members members, nn::Sequential& downsample) {
  if (!downsample.empty()) {
    members.emplace_back("downsample", downsample);
  }
  return members;
}

struct BasicBlock : nn::Module {
  static constexpr int64_t expansion = 1;
  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::ReLU relu;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  nn::Sequential downsample;

  BasicBlock(int64_t in, int64_t width, int64_t stride)
      : conv1(conv3x3(in, width, stride)),
        bn1(width),
        conv2(conv3x3(width, width)),
        bn2(width),
        downsample(shortcut(in, width, stride)) {}
  nn::BatchNorm2d& last_norm() { return bn2; }
  nn::Members members() override {
    return with_shortcut(
        {{"conv1", conv1}, {"bn1", bn1}, {"relu", relu}, {"conv2", conv2}, {"bn2", bn2}},
        downsample);
  }
  Tensor forward(const Tensor& x) override {
    return add_relu(nn::run_in_order(x, {conv1, bn1, relu, conv2, bn2}), downsample(x));
  }
  std::string describe() const override { return "BasicBlock"; }
};

struct Bottleneck : nn::Module {
  static constexpr int64_t expansion = 4;
  nn::Conv2d conv1;
  nn::BatchNorm2d bn1;
  nn::Conv2d conv2;
  nn::BatchNorm2d bn2;
  nn::Conv2d conv3;
  nn::BatchNorm2d bn3;
  nn::ReLU relu;
  nn::Sequential downsample;

  Bottleneck(int64_t in, int64_t width, int64_t stride)
      : conv1(conv1x1(in, width)),
        bn1(width),
        conv2(conv3x3(width, width, stride)),
        bn2(width),
        conv3(conv1x1(width, expansion * width)),
        bn3(expansion * width),
        downsample(shortcut(in, expansion * width, stride)) {}
  nn::BatchNorm2d& last_norm() { return bn3; }
  nn::Members members() override {
    return with_shortcut({{"conv1", conv1},
                          {"bn1", bn1},
                          {"conv2", conv2},
                          {"bn2", bn2},
                          {"conv3", conv3},
                          {"bn3", bn3},
                          {"relu", relu}},
                         downsample);
  }
  Tensor forward(const Tensor& x) override {
    return add_relu(nn::run_in_order(x, {conv1, bn1, relu, conv2, bn2, relu, conv3, bn3}),
                    downsample(x));
  }
  std::string describe() const override { return "Bottleneck"; }
};

// Adds blocks to the four layers; the first block of each but the first halves the size.
template <class Block>
void add_blocks(ResNet& net, const int64_t (&blocks)[4], const ResNetOptions& options) {
  int64_t in = 64;
  int64_t width = 64;
  const int64_t* count = blocks;
  for (nn::Sequential* const layer : {&net.layer1, &net.layer2, &net.layer3, &net.layer4}) {
    for (int64_t i = 0; i < *count; ++i) {
      layer->push_back(Block(in, width, i == 0 && width > 64 ? 2 : 1));
      in = Block::expansion * width;
    }
    width *= 2;
    ++count;
  }
  net.fc = nn::Linear(in, options.num_classes);
  detail::start_convolutions(net);
  if (options.zero_init_residual) {
    detail::for_each<Block>(net, [](Block& block) { nn::init::zeros_(block.last_norm().weight); });
  }
}

}  // namespace

ResNet::ResNet(Block block, const int64_t (&blocks)[4], const ResNetOptions& options)
    : conv1(3, 64, 7, {.stride = 2, .padding = 3, .bias = false}),
      bn1(64),
      maxpool(3, {.stride = 2, .padding = 1}),
      avgpool(1),
      fc(1, 1) {
  if (block == Block::basic) {
    add_blocks<BasicBlock>(*this, blocks, options);
  } else {
    add_blocks<Bottleneck>(*this, blocks, options);
  }
}

nn::Members ResNet::members() {
  return {{"conv1", conv1},     {"bn1", bn1},       {"relu", relu},     {"maxpool", maxpool},
          {"layer1", layer1},   {"layer2", layer2}, {"layer3", layer3}, {"layer4", layer4},
          {"avgpool", avgpool}, {"fc", fc}};
}

Tensor ResNet::forward(const Tensor& x) {
  const Tensor features =
      nn::run_in_order(x, {conv1, bn1, relu, maxpool, layer1, layer2, layer3, layer4, avgpool});
  return fc(flatten(features, 1));
}

void ResNet::make_head(int64_t num_classes) {
  fc = detail::like(fc, num_classes);
}

ResNet resnet18(const ResNetOptions& options, Where where) {
  const Frame call("resnet18", where);
  return ResNet(ResNet::Block::basic, {2, 2, 2, 2}, options);
}
ResNet resnet34(const ResNetOptions& options, Where where) {
  const Frame call("resnet34", where);
  return ResNet(ResNet::Block::basic, {3, 4, 6, 3}, options);
}
ResNet resnet50(const ResNetOptions& options, Where where) {
  const Frame call("resnet50", where);
  return ResNet(ResNet::Block::bottleneck, {3, 4, 6, 3}, options);
}

}  // namespace retrograd::models
