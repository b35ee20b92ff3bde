// explain() of a model: names, stations and groups of a trace.
#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>

#include <retrograd/retrograd.h>

#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

const rg::ExplainedStation* find(const std::vector<rg::ExplainedStation>& all, const char* name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

rg::Explanation lenet(test::SmallLeNet& model, const rg::ExplainOptions& options = {}) {
  const Tensor image = rg::rand({1, 1, 16, 16});
  const Tensor target = rg::tensor({3});
  return rg::explain(
      model, {image}, [&](const Tensor& scores) { return rg::cross_entropy(scores, target); },
      options);
}

}  // namespace

TEST_CASE("explain: a model's parameters, modules and inputs have names") {
  rg::manual_seed(1);
  test::SmallLeNet model;
  const auto e = lenet(model);
  std::string names;
  for (const auto& station : e.stations) {
    names += station.name + " ";
    CHECK(station.value.defined());
    CHECK(station.gradient.shape() == station.shape);
  }
  CHECK(names ==
        "conv1.weight conv1 relu max_pool2d conv2 relu_2 max_pool2d_2 fc1 relu_3 fc2 relu_4 fc3 "
        "loss ");
  CHECK(e.stations[1].op == "conv2d");
  CHECK(e.stations[1].module == "conv1");
  CHECK(e.stations[2].module.empty());
  CHECK(e.stations.back().op == "cross_entropy");
  CHECK(e.difference < 1e-6);

  for (const char* const name : {"input", "target", "conv1.bias", "conv2.weight", "fc3.bias"}) {
    INFO(name);
    REQUIRE(find(e.inputs, name) != nullptr);
    CHECK(find(e.inputs, name)->value.defined());
  }
  CHECK(find(e.inputs, "input")->kind == rg::StationKind::data);
  CHECK(find(e.inputs, "fc3.bias")->kind == rg::StationKind::parameter);
  for (const auto& step : e.feeds) {
    CHECK(step.from_input);
    const auto& source = e.source(step);
    const bool is_data = source.kind == rg::StationKind::data;
    CHECK(step.computed() == !is_data);
    if (source.name == "fc3.weight") {
      CHECK(e.derivative(step) == "dfc3/dfc3.weight");
      CHECK(step.entry_text(0, 0) == "relu_4[1]");
      CHECK(step.is_linear);
    }
  }
  CHECK(e.steps[0].entry_text(0, 0) == "input1,1");
}

TEST_CASE("explain: the gradient of a model's input or of a chosen parameter") {
  rg::manual_seed(1);
  test::SmallLeNet model;
  CHECK(lenet(model, {.by = "fc2.weight"}).formula() ==
        "dloss/dfc2.weight = dfc2/dfc2.weight . drelu/dfc2 . dfc3/drelu . dloss/dfc3");
  CHECK(find(lenet(model, {.by = "fc2.weight"}).inputs, "relu_2") != nullptr);
  CHECK_THROWS_AS(lenet(model, {.by = "fc9.weight"}), rg::ValueError);

  const Tensor x = rg::rand({1, 1, 16, 16}, {.requires_grad = true});
  const auto sum = [](const Tensor& scores) { return rg::sum(scores); };
  const auto e = rg::explain(model, {x}, sum, {.names = {{"x", x}}, .by = "x"});
  CHECK(e.stations.front().name == "x");
  CHECK(e.product.numel() == 256);
  CHECK(e.difference < 1e-5);
  CHECK_THROWS_AS(rg::explain(model, {x, x}, sum), rg::ValueError);
  CHECK_THROWS_AS(rg::explain(model, {}, sum), rg::ValueError);
}

namespace {

struct TwoInputs : rg::nn::ModuleOf<Tensor(const Tensor&, const Tensor&)> {
  rg::nn::Linear left{3, 2}, right{4, 2};
  rg::nn::Members members() override { return {{"left", left}, {"right", right}}; }
  Tensor forward(const Tensor& a, const Tensor& b) override { return rg::tanh(left(a)) * right(b); }
};

struct Block : rg::nn::Module {
  rg::nn::Linear inner{4, 4};
  rg::nn::Members members() override { return {{"inner", inner}}; }
  Tensor forward(const Tensor& x) override { return rg::tanh(inner(x)) + x; }
};

struct Blocks : rg::nn::Module {
  rg::nn::Linear first{3, 4};
  Block a, b, c;
  rg::nn::Members members() override {
    return {{"first", first}, {"blocks.0", a}, {"blocks.1", b}, {"blocks.2", c}};
  }
  Tensor forward(const Tensor& x) override {
    Tensor y = first(x);
    for (Block* block : {&a, &b, &c}) {
      y = (*block)(y);
    }
    return y;
  }
};

}  // namespace

TEST_CASE("explain: a model of two inputs") {
  rg::manual_seed(1);
  TwoInputs net;
  const auto e = rg::explain(net, {rg::rand({1, 3}), rg::rand({1, 4})},
                             [](const Tensor& y) { return rg::sum(y); });
  CHECK(find(e.inputs, "input1") != nullptr);
  CHECK(find(e.inputs, "right") != nullptr);  // the other factor
  CHECK(e.difference < 1e-6);
}

TEST_CASE("explain: modules are groups, and equal ones repeat") {
  rg::manual_seed(1);
  Blocks net;
  const auto e = rg::explain(net, {rg::rand({1, 3})}, [](const Tensor& y) { return rg::sum(y); });
  std::string names;
  for (const auto& group : e.groups) {
    names += (group.kind == rg::StationGroup::Kind::module ? "module " : "repeat ") + group.name +
             " " + std::to_string(group.first) + "-" + std::to_string(group.last) + " x" +
             std::to_string(group.repeats) + ";";
  }
  CHECK(names ==
        "repeat linear, tanh, add 2-11 x3;module blocks.0 2-5 x1;module blocks.1 5-8 x1;"
        "module blocks.2 8-11 x1;");
  CHECK(e.groups[2].parent == 0);
  CHECK(e.stations[2].name == "blocks.0.inner");
  CHECK(e.difference < 1e-6);
}

TEST_CASE("explain: composite operators are one station that can be opened") {
  rg::manual_seed(1);
  const Tensor w = rg::rand({1, 3, 4}, {.dtype = rg::float64, .requires_grad = true});
  std::optional<rg::Trace> trace(std::in_place);
  const Tensor y =
      rg::pairwise_distance(rg::reshape(w, {3, 4}), rg::ones({3, 4}, {.dtype = rg::float64}));
  const Tensor loss = rg::sum(y);
  const auto e = rg::explain(loss, w, {.trace = &*trace});
  CHECK(e.formula() == "dloss/dw = dpairwise_distance/dw . dloss/dpairwise_distance");
  CHECK(e.stations[1].op == "pairwise_distance");
  REQUIRE(e.stations[1].inside == 0);
  const auto& inside = e.insides[0];
  CHECK(inside.station == 1);
  CHECK(inside.stations.front().name == "w");
  CHECK(inside.stations.back().name == "pairwise_distance");
  CHECK(inside.stations.size() > 3);
  Tensor product = inside.steps[0].matrix();
  for (std::size_t i = 1; i < inside.steps.size(); ++i) {
    product = rg::matmul(product, inside.steps[i].matrix());
  }
  const Tensor whole = e.steps[0].matrix();
  CHECK(rg::amax(rg::abs(product - whole)).item<double>() < 1e-12);
  CHECK(inside.derivative(inside.steps[0]).ends_with("/dw"));
  CHECK(inside.why(inside.steps[0], 0, 0).is_derived);
  CHECK(trace->entries().size() > 0);
  const std::size_t entries = trace->entries().size();
  CHECK(rg::explain(loss, w, {.fold = false}).steps.size() > 3);
  CHECK(trace->entries().size() == entries);  // no calls of explain
}

TEST_CASE("explain: print_tape and to_dot name the parameters and modules of a trace") {
  rg::manual_seed(1);
  test::SmallLeNet model;
  const rg::Trace trace(model);
  const Tensor loss = rg::sum(model(rg::rand({1, 1, 16, 16})));
  std::ostringstream tape;
  rg::print_tape(loss, trace, tape);
  const std::string table = tape.str();
  CHECK(table.starts_with("#   name          op          output"));
  CHECK(table.find("conv1.weight  leaf        float32 [3, 1, 5, 5]") != std::string::npos);
  CHECK(table.find("conv1         conv2d      float32 [1, 3, 12, 12]") != std::string::npos);
  const std::string dot = rg::to_dot(loss, trace);
  CHECK(dot.find("label=\"conv1.weight\\nfloat32 [3, 1, 5, 5]\"") != std::string::npos);
  CHECK(dot.find("label=\"fc3\\nlinear\\nfloat32 [1, 10]") != std::string::npos);
  std::ostringstream plain;
  rg::print_tape(loss, plain);
  CHECK(plain.str().find("conv1") == std::string::npos);
}
