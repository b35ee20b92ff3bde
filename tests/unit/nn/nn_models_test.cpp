// Models of several kinds, each with hooks, a summary, a trace, and its state in a file.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

using Tensors = std::vector<Tensor>;

std::vector<float> values(const Tensor& x) {
  return x.to_vector<float>();
}

// An image and a question about it.
struct TwoInputs : nn::ModuleOf<Tensor(const Tensor& image, const Tensor& question)> {
  nn::Conv2d conv{1, 2, 3};
  nn::Linear left{8, 5};
  nn::Linear right{3, 5};
  nn::Linear head{5, 2};
  nn::Members members() override {
    return {{"conv", conv}, {"left", left}, {"right", right}, {"head", head}};
  }
  Tensor forward(const Tensor& image, const Tensor& question) override {
    const Tensor seen = left(rg::flatten(rg::relu(conv(image)), 1));
    return head(rg::tanh(seen * right(question)));
  }
};

// Both inputs go through the same encoder, which two parts of the model list.
struct Shared : nn::ModuleOf<Tensor(const Tensor&, const Tensor&)> {
  struct Tower : nn::Module {
    nn::Linear* encoder = nullptr;
    nn::Linear own{4, 4};
    nn::Members members() override { return {{"encoder", *encoder}, {"own", own}}; }
    Tensor forward(const Tensor& x) override { return own(rg::tanh((*encoder)(x))); }
  };
  nn::Linear encoder{3, 4};
  Tower left, right;
  Shared() { left.encoder = right.encoder = &encoder; }
  nn::Members members() override {
    return {{"encoder", encoder}, {"left", left}, {"right", right}};
  }
  Tensor forward(const Tensor& a, const Tensor& b) override {
    return rg::cosine_similarity(left(a), right(b));
  }
};

// One body, and a head by name.
struct Heads : nn::ModuleOf<std::map<std::string, Tensor>(Tensor)> {
  nn::Linear body{4, 8};
  nn::ModuleDict heads{std::pair{"colour", nn::Linear(8, 3)}, std::pair{"size", nn::Linear(8, 1)}};
  nn::Members members() override { return {{"body", body}, {"heads", heads}}; }
  std::map<std::string, Tensor> forward(Tensor x) override {
    const Tensor y = rg::relu(body(x));
    std::map<std::string, Tensor> all;
    for (const std::string& name : heads.keys()) {
      all[name] = heads[name](y);
    }
    return all;
  }
};

// Three deep.
struct Block : nn::Module {
  nn::Sequential layers{nn::Linear(4, 4), nn::ReLU()};
  nn::Members members() override { return {{"layers", layers}}; }
  Tensor forward(const Tensor& x) override { return x + layers(x); }
};
struct Stage : nn::Module {
  nn::ModuleList blocks{Block(), Block()};
  nn::Members members() override { return {{"blocks", blocks}}; }
  Tensor forward(const Tensor& x) override {
    Tensor y = x;
    for (nn::Module& block : blocks) {
      y = block(y);
    }
    return y;
  }
};
struct Nested : nn::Module {
  Stage stage;
  nn::Linear head{4, 2};
  nn::Members members() override { return {{"stage", stage}, {"head", head}}; }
  Tensor forward(const Tensor& x) override { return head(stage(x)); }
};

Tensors listed(const Tensor& x) {
  return {x};
}
Tensors listed(const std::map<std::string, Tensor>& x) {
  Tensors found;
  for (const auto& [name, tensor] : x) {
    found.push_back(tensor);
  }
  return found;
}

// Hooks of lists on `part`, a trace and its graph, a file, members(). `lines`: what the summary
// holds.
template <class Model, class... A>
void check_model(Model& model, nn::Module& part, const std::string& path,
                 const std::vector<std::string>& lines, const A&... inputs) {
  CHECK(nn::check_members(model, inputs...).empty());

  const std::string summary = model.summary_for(inputs...);
  INFO(summary);
  for (const std::string& line : lines) {
    CHECK_MESSAGE(summary.find(line) != std::string::npos, line);
  }

  int forwards = 0;
  int backwards = 0;
  const auto count_forward = [&](nn::Module&, const Tensors& in, const Tensors& out) {
    forwards += in.empty() || out.empty() ? 0 : 1;
  };
  const auto count_backward = [&](nn::Module&, const Tensors& in, const Tensors& out) {
    CHECK(out.at(0).defined());
    backwards += in.empty() ? 0 : 1;
  };
  std::vector<nn::HookHandle> handles;
  for (nn::Module* module : {static_cast<nn::Module*>(&model), &part}) {
    handles.push_back(module->register_forward_hook(count_forward));
    handles.push_back(module->register_full_backward_hook(count_backward));
  }
  const rg::Trace trace(model);
  const Tensors outputs = listed(model(inputs...));
  CHECK(forwards >= 2);
  const rg::Graph graph(trace, {inputs...}, outputs);
  bool seen = false;
  for (const rg::GraphStep& step : graph.steps) {
    seen = seen || step.path == path;
  }
  CHECK_MESSAGE(seen, path);
  const Tensors again = graph.run({inputs...});
  Tensor total = rg::zeros({});
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CHECK(values(again.at(i)) == values(outputs[i]));
    total = total + rg::sum(outputs[i]);
  }
  total.backward();
  CHECK(backwards == forwards);
  for (const auto& named : model.named_parameters()) {
    CHECK_MESSAGE(named.second.grad().defined(), named.first);
  }
  for (nn::HookHandle& handle : handles) {
    handle.remove();
  }

  const test::TempFolder folder;
  const Model& constant = model;
  rg::save(constant, folder.file("model.safetensors"));
  Model other;
  CHECK(values(listed(other(inputs...)).at(0)) != values(outputs[0]));
  const nn::LoadReport report = other.load_state_dict(rg::load(folder.file("model.safetensors")));
  CHECK(report.missing.empty());
  CHECK(values(listed(other(inputs...)).at(0)) == values(outputs[0]));
}

}  // namespace

TEST_CASE("models: two inputs") {
  TwoInputs model;
  check_model(model, model.right, "TwoInputs.right",
              {"(model)  TwoInputs          [4, 2]",
               "conv     Conv2d(1, 2, 3x3)  [4, 2, 2, 2]                3          20"},
              rg::randn({4, 1, 4, 4}), rg::randn({4, 3}));
}

TEST_CASE("models: shared submodules are one, under several names") {
  Shared model;
  CHECK(model.parameter_count() == 16 + 2 * 20);
  CHECK(model.state_dict().contains("right.encoder.weight"));
  check_model(model, model.encoder, "Shared.left.encoder",
              {"encoder", "left.own   Linear(4, 4)  [2, 4]", "total"}, rg::randn({2, 3}),
              rg::randn({2, 3}));
}

TEST_CASE("models: a dictionary of heads") {
  Heads model;
  check_model(model, model.heads["colour"], "Heads.heads.size",
              {"heads.colour  Linear(8, 3)   [5, 3]", "(model)       Heads "}, rg::randn({5, 4}));
  const auto found = model(rg::randn({2, 4}));
  CHECK(found.at("size").shape() == rg::Shape{2, 1});
}

TEST_CASE("models: nested three deep") {
  Nested model;
  check_model(model, model.get_submodule("stage.blocks.1.layers.0"),
              "Nested.stage.blocks.1.layers.0", {"stage.blocks.1.layers.0  Linear(4, 4) "},
              rg::randn({3, 4}));
}
