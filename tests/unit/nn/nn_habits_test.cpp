// What people who know PyTorch write first, each as they write it.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace nn = rg::nn;
namespace optim = rg::optim;
using rg::Tensor;

namespace {

// def forward(self, x, mask=None)
struct Masked : nn::ModuleOf<Tensor(const Tensor& x, std::optional<Tensor> mask)> {
  nn::Linear fc{4, 3};
  nn::Members members() override { return {{"fc", fc}}; }
  Tensor forward(const Tensor& x, std::optional<Tensor> mask) override {
    return fc(mask ? x * *mask : x);
  }
  Tensor operator()(const Tensor& x, std::optional<Tensor> mask = {}, rg::Where where = {}) {
    return ModuleOf::operator()(x, std::move(mask), where);
  }
};

// def forward(self, x): return mean, log_variance
struct Encoder : nn::ModuleOf<std::pair<Tensor, Tensor>(Tensor)> {
  nn::Linear mean{4, 2}, log_variance{4, 2};
  nn::Members members() override { return {{"mean", mean}, {"log_variance", log_variance}}; }
  std::pair<Tensor, Tensor> forward(Tensor x) override { return {mean(x), log_variance(x)}; }
};

}  // namespace

TEST_CASE("habit: model(x, mask), and model(x) for mask=None") {
  Masked model;
  const Tensor x = rg::ones({2, 4});
  const Tensor mask = rg::zeros({4});
  CHECK(model(x, mask).to_vector<float>() != model(x).to_vector<float>());
  CHECK(model(x, {}).to_vector<float>() == model(x).to_vector<float>());
}

TEST_CASE("habit: mean, log_variance = encoder(x)") {
  Encoder encoder;
  auto [mean, log_variance] = encoder(rg::ones({3, 4}));
  CHECK(mean.shape() == log_variance.shape());
}

TEST_CASE("habit: output, (h, c) = lstm(x), and lstm(x, (h, c))") {
  nn::LSTM lstm(4, 3);
  auto [output, state] = lstm(rg::ones({5, 2, 4}));
  auto [h, c] = state;
  auto [again, next] = lstm(rg::ones({5, 2, 4}), {h, c});
  CHECK(again.shape() == output.shape());
  nn::GRU gru(4, 3);
  auto [y, hidden] = gru(rg::ones({5, 2, 4}));
  CHECK(hidden.shape() == rg::Shape{1, 2, 3});
}

TEST_CASE("habit: criterion(output, target), and nn.CrossEntropyLoss()(output, target)") {
  nn::MSELoss criterion;
  CHECK(criterion(rg::ones({2}), rg::zeros({2})).item<float>() == 1);
  CHECK(nn::CrossEntropyLoss()(rg::zeros({1, 2}), rg::tensor({1})).item<float>() > 0.6F);
}

TEST_CASE("habit: for name, p in model.named_parameters(), of a const model") {
  const Masked model;
  std::string names;
  for (auto& [name, p] : model.named_parameters()) {
    names += name + to_string(p.shape());
  }
  CHECK(names == "fc.weight[3, 4]fc.bias[3]");
  std::int64_t count = 0;
  for (const Tensor& p : model.parameters()) {
    count += p.numel();
  }
  CHECK(count == 15);
}

TEST_CASE("habit: optim.SGD(model.parameters(), lr=0.1) of a const model") {
  const Masked model;
  optim::SGD optimizer(model.parameters(), {.lr = 0.1});
  optimizer.zero_grad();
  CHECK(optimizer.groups().at(0).parameters.size() == 2);
}

TEST_CASE("habit: seq = nn.Sequential(); seq.append(...)") {
  nn::Sequential seq;
  seq.append(nn::Linear(4, 3)).append(nn::ReLU());
  CHECK(seq(rg::ones({1, 4})).shape() == rg::Shape{1, 3});
  nn::ModuleList layers;
  layers.append(nn::Linear(4, 4));
  Tensor x = rg::ones({1, 4});
  for (auto& layer : layers) {
    x = layer(x);
  }
  CHECK(layers[0](x).shape() == x.shape());
}

TEST_CASE("habit: nn.Sequential of nn.Sequential") {
  nn::Sequential net{nn::Sequential{nn::Linear(4, 3), nn::ReLU()}, nn::Linear(3, 2)};
  CHECK(net(rg::ones({1, 4})).shape() == rg::Shape{1, 2});
  CHECK(net.state_dict().contains("0.0.weight"));
}

TEST_CASE("habit: heads['colour'](x)") {
  nn::ModuleDict heads;
  heads.insert("colour", nn::Linear(4, 3));
  CHECK(heads["colour"](rg::ones({1, 4})).shape() == rg::Shape{1, 3});
}

TEST_CASE("habit: hooks that only look return nothing, and see lists of all tensors") {
  Masked model;
  std::vector<rg::Shape> activations;
  auto handle = model.register_forward_hook(
      [&](nn::Module&, const std::vector<Tensor>& inputs, const std::vector<Tensor>& outputs) {
        CHECK(inputs.size() == 2);
        activations.push_back(outputs[0].shape());
      });
  model.fc.register_forward_hook([&](nn::Module&, const Tensor&, const Tensor& output) {
    activations.push_back(output.shape());
  });
  model(rg::ones({1, 4}), rg::ones({4}));
  handle.remove();
  CHECK(activations.size() == 2);
}

TEST_CASE("habit: net = Net().to(torch.float64).eval()") {
  Masked model;
  CHECK_FALSE(model.to(rg::float64).eval().is_training());
  CHECK(model.train().is_training());
  CHECK(model.fc.weight.dtype() == rg::float64);
}

TEST_CASE("habit: print(model)") {
  std::ostringstream text;
  text << Masked();
  CHECK(text.str() == "Masked(\n  (fc): Linear(4, 3)\n)");
}

TEST_CASE("habit: for child in model.children(), for name, m in model.named_modules()") {
  Masked model;
  std::string names;
  for (auto& child : model.children()) {
    names += child->describe();
  }
  for (auto& [name, module] : model.named_modules()) {
    names += "/" + name;
    module->train();
  }
  CHECK(names == "Linear(4, 3)//fc");
}

TEST_CASE("habit: torch.save(model.state_dict(), path), other.load_state_dict(torch.load(path))") {
  const test::TempFolder folder;
  const Masked model;
  rg::save(model.state_dict(), folder.file("a"));
  rg::save(model, folder.file("b"));
  Masked other;
  other.load_state_dict(rg::load(folder.file("a")));
  CHECK(other.fc.weight.to_vector<float>() == model.fc.weight.to_vector<float>());
  other.load_state_dict(rg::load(folder.file("b")));
}

TEST_CASE("habit: model.get_submodule('fc').weight, model.apply(init)") {
  Masked model;
  CHECK(model.get_parameter("fc.weight").shape() == rg::Shape{3, 4});
  model.get_submodule("fc").requires_grad_(false);
  model.apply([](nn::Module& module) {
    if (auto* linear = dynamic_cast<nn::Linear*>(&module)) {
      nn::init::zeros_(linear->bias);
    }
  });
  CHECK_FALSE(model.fc.weight.requires_grad());
}

TEST_CASE("habit: a model in a shared pointer") {
  auto model = std::make_shared<Masked>();
  CHECK((*model)(rg::ones({1, 4})).shape() == rg::Shape{1, 3});
}

// Old names warn, and are the new ones.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static_assert(std::is_same_v<rg::CrossEntropyOptions, rg::CrossEntropyLossOptions>);
static_assert(std::is_same_v<rg::BCEOptions, rg::BCELossOptions>);
static_assert(std::is_same_v<rg::BCEWithLogitsOptions, rg::BCEWithLogitsLossOptions>);
static_assert(std::is_same_v<rg::KLDivOptions, rg::KLDivLossOptions>);
static_assert(std::is_same_v<nn::ConvLayerOptions<2>, nn::Conv2dOptions>);
static_assert(std::is_same_v<nn::ConvTransposeLayerOptions<2>, nn::ConvTranspose2dOptions>);
static_assert(std::is_same_v<nn::LocallyConnectedLayerOptions<2>, nn::LocallyConnected2dOptions>);
static_assert(std::is_same_v<nn::BatchNormLayerOptions, nn::BatchNormOptions>);
static_assert(std::is_same_v<nn::InstanceNormLayerOptions, nn::InstanceNormOptions>);
static_assert(std::is_same_v<nn::CellOptions, nn::LSTMCellOptions>);
#pragma GCC diagnostic pop
