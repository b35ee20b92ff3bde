// Heads, initial values, rates of dropout, shapes of results, errors.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/models/models.h>
#include <retrograd/retrograd.h>

#include "models/close.h"
#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = retrograd::nn;
namespace models = retrograd::models;
using rg::Tensor;

namespace {

// Networks that are made in little time.
const std::vector<std::string> kSmall{"densenet121", "mobilenet_v2", "mobilenet_v3_small",
                                      "resnet18",    "resnet50",     "squeezenet1_1"};

double deviation(const Tensor& x) {
  return rg::std(x).item<double>();
}
double largest(const Tensor& x) {
  return rg::amax(rg::abs(x)).item<double>();
}

// Names of the parameters that train.
std::vector<std::string> trained(const nn::Module& network) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : network.named_parameters()) {
    if (tensor.requires_grad()) {
      names.push_back(name);
    }
  }
  return names;
}

std::string text(const nn::Module& network) {
  std::ostringstream out;
  out << network;
  return out.str();
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

void check_head(models::Network& network, const std::string& weight, const std::string& bias,
                const Tensor& images) {
  network.to(rg::bfloat16);
  network.eval();
  network.freeze();
  network.replace_head(3);
  CHECK(trained(network) == std::vector<std::string>{weight, bias});
  CHECK(network.get_parameter(weight).dtype() == rg::bfloat16);
  CHECK(network.get_parameter(weight).size(0) == 3);
  CHECK(network.get_parameter(bias).shape() == rg::Shape{3});
  for (const nn::Module* const module : network.modules()) {
    REQUIRE(!module->is_training());
  }
  network.to(rg::float32);
  const Tensor scores = network(images);
  CHECK(scores.size(1) == 3);
  rg::mean(rg::square(scores)).backward();
  CHECK(network.get_parameter(weight).grad().defined());
}

}  // namespace

TEST_CASE("replace_head: a new last layer in the old one's dtype and mode, which alone trains") {
  rg::manual_seed(1);
  const Tensor images = rg::rand({2, 3, 64, 64});
  for (const std::string& name : kSmall) {
    CAPTURE(name);
    const auto network = models::get_model(name, 7);
    const std::string last = trained(*network).back();
    check_head(*network, last.substr(0, last.size() - 4) + "weight", last, images);
  }
  models::UNet unet = models::unet();
  check_head(unet, "outc.conv.weight", "outc.conv.bias", rg::rand({1, 3, 16, 16}));
  models::ConvNeXt convnext = models::convnext_tiny({.num_classes = 7});
  check_head(convnext, "classifier.2.weight", "classifier.2.bias", images);
  models::VGG vgg = models::vgg11({.num_classes = 7});
  check_head(vgg, "classifier.6.weight", "classifier.6.bias", images);
  CHECK(deviation(vgg.get_parameter("classifier.6.weight")) == doctest::Approx(0.01).epsilon(0.1));
}

TEST_CASE("networks start as torchvision's do") {
  rg::manual_seed(2);
  const auto normal = [](const nn::Module& net, const char* name, double expected) {
    CAPTURE(name);
    CHECK(deviation(net.get_parameter(name)) == doctest::Approx(expected).epsilon(0.05));
  };
  const models::ResNet resnet = models::resnet18({.zero_init_residual = true});
  normal(resnet, "layer2.0.conv1.weight", std::sqrt(2.0 / (9 * 128)));  // by the outputs
  CHECK(largest(resnet.get_parameter("layer2.0.bn2.weight")) == 0);
  CHECK(largest(resnet.get_parameter("layer2.0.bn1.weight")) == 1);
  CHECK(largest(models::resnet18().get_parameter("layer2.0.bn2.weight")) == 1);
  CHECK(largest(resnet.fc.weight) <= 1 / std::sqrt(512.0));
  CHECK(largest(resnet.fc.bias) > 0);
  const models::MobileNetV2 mobile = models::mobilenet_v2();
  normal(mobile, "features.3.conv.0.0.weight", std::sqrt(2.0 / 144));
  normal(mobile, "classifier.1.weight", 0.01);
  CHECK(largest(mobile.get_parameter("classifier.1.bias")) == 0);
  const models::MobileNetV3 mobile3 = models::mobilenet_v3_small();
  normal(mobile3, "features.4.block.2.fc1.weight", std::sqrt(2.0 / 24));
  CHECK(largest(mobile3.get_parameter("features.4.block.2.fc1.bias")) == 0);
  normal(mobile3, "classifier.0.weight", 0.01);
  const models::SqueezeNet squeeze = models::squeezenet1_1();
  const Tensor fire = squeeze.get_parameter("features.12.expand3x3.weight");
  CHECK(largest(fire) <= std::sqrt(6.0 / (9 * 64)));
  normal(squeeze, "features.12.expand3x3.weight", std::sqrt(2.0 / (9 * 64)));
  normal(squeeze, "classifier.1.weight", 0.01);
  const models::DenseNet dense = models::densenet121();
  normal(dense, "features.denseblock1.denselayer1.conv2.weight", std::sqrt(2.0 / (9 * 128)));
  CHECK(largest(dense.classifier.bias) == 0);
  CHECK(largest(dense.classifier.weight) <= 1 / std::sqrt(1024.0));
  const models::ConvNeXt convnext = models::convnext_tiny();
  normal(convnext, "features.1.0.block.0.weight", 0.02);
  normal(convnext, "classifier.2.weight", 0.02);
  CHECK(largest(convnext.get_parameter("features.1.0.block.0.bias")) == 0);
  CHECK(largest(convnext.get_parameter("features.1.0.layer_scale")) == doctest::Approx(1e-6));
  const models::VGG vgg = models::vgg11_bn();
  normal(vgg, "features.4.weight", std::sqrt(2.0 / (9 * 128)));
  normal(vgg, "classifier.0.weight", 0.01);
  CHECK(largest(vgg.get_parameter("features.4.bias")) == 0);
}

TEST_CASE("networks have torchvision's rates of dropout, or those of their options") {
  const nn::SkipInitGuard skip;
  CHECK(count(text(models::vgg11()), "Dropout(0.5)") == 2);
  CHECK(count(text(models::mobilenet_v2()), "Dropout(0.2)") == 1);
  CHECK(count(text(models::mobilenet_v3_small({.dropout = 0.3})), "Dropout(0.3)") == 1);
  CHECK(count(text(models::squeezenet1_1()), "Dropout(0.5)") == 1);
  CHECK(count(text(models::densenet121()), "Dropout") == 0);
  CHECK(count(text(models::densenet121({.drop_rate = 0.1})), "Dropout(0.1)") == 58);
  const std::string convnext = text(models::convnext_tiny());
  CHECK(count(convnext, "StochasticDepth(") == 18);
  CHECK(count(convnext, "StochasticDepth(0, row)") == 1);
  CHECK(count(convnext, "StochasticDepth(0.1, row)") == 1);
  // torchvision: 0.1 * 9 / 17
  CHECK(count(convnext, "StochasticDepth(0.05294117647058824, row)") == 1);
}

TEST_CASE("networks take images of odd sizes, and no images") {
  rg::manual_seed(3);
  const rg::NoGradGuard unrecorded;
  for (const std::string& name : kSmall) {
    CAPTURE(name);
    const auto network = models::get_model(name, 5);
    network->eval();
    CHECK((*network)(rg::rand({1, 3, 75, 51})).shape() == rg::Shape{1, 5});
    CHECK((*network)(rg::zeros({0, 3, 64, 64})).shape() == rg::Shape{0, 5});
  }
  for (const bool bilinear : {false, true}) {
    CAPTURE(bilinear);
    models::UNet net = models::unet({.num_channels = 1, .num_classes = 3, .bilinear = bilinear});
    net.eval();
    CHECK(net(rg::rand({1, 1, 37, 50})).shape() == rg::Shape{1, 3, 37, 50});
    CHECK(net.state_dict().contains("up1.up.weight") != bilinear);
    CHECK(net.get_parameter("up1.conv.double_conv.0.weight").shape() == rg::Shape{512, 1024, 3, 3});
  }
}

TEST_CASE("a network's results are those of its parts in their order, hooks and all") {
  rg::manual_seed(4);
  models::ResNet net = models::resnet18({.num_classes = 4});
  net.eval();
  const Tensor x = rg::rand({2, 3, 40, 40});
  const Tensor scores = net(x);
  int calls = 0;
  for (nn::Module* const module : net.modules()) {
    module->register_forward_hook([&](nn::Module&, const Tensor&, const Tensor&) {
      ++calls;
      return Tensor();
    });
  }
  CHECK(test::close(net(x), scores));
  CHECK(calls >= static_cast<int>(net.modules().size()));
  CHECK(models::resnet18().summary({1, 3, 224, 224}).find("1,816,557,056") != std::string::npos);
}

TEST_CASE("networks refuse options out of range and unknown names") {
  const nn::SkipInitGuard skip;
  models::ResNet net = models::resnet18();
  REFUSED(ValueError, net.replace_head(0), "replace_head", "num_classes is 0");
  CHECK(net.fc.weight.size(0) == 1000);
  REFUSED(ValueError, models::get_model("resnet19"), "get_model", "resnet19", "resnet18, ");
  REFUSED(ValueError, models::get_model("vgg16", -1), "get_model", "num_classes is -1");
  REFUSED(ValueError, models::resnet18({.num_classes = 0}), "resnet18 (Linear)",
          "out_features is 0");
  REFUSED(ValueError, models::mobilenet_v2({.dropout = 2}), "mobilenet_v2 (Dropout)", "p is 2");
  REFUSED(ValueError, models::unet({.num_channels = 0}), "unet (Conv2d)", "in_channels is 0");
  REFUSED(ValueError, models::convnext_tiny({.stochastic_depth_prob = 1.5}),
          "convnext_tiny (StochasticDepth)", "p is ");
}
