#include <doctest/doctest.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/nn_names.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;
using test::names_of;
using Names = std::vector<std::string>;

namespace {

// A parameter, a buffer, a child, and a parameter that is left out.
struct Normalised : nn::Module {
  Tensor weight = rg::ones({2}, {.requires_grad = true});
  Tensor bias;
  Tensor mean = rg::full({2}, 0.5);
  Tensor count = rg::zeros({}, {.dtype = rg::int64});
  nn::Linear inner{2, 2};

  nn::Members members() override {
    return {{"weight", weight},
            {"bias", bias},
            nn::buffer("mean", mean),
            nn::buffer("count", count),
            {"inner", inner}};
  }
  Tensor forward(const Tensor& x) override { return inner(weight * (x - mean)); }
};

}  // namespace

static_assert(!std::is_copy_constructible_v<nn::Module>);
static_assert(!std::is_copy_constructible_v<nn::Linear> && !std::is_copy_assignable_v<nn::Linear>);
static_assert(!std::is_copy_constructible_v<nn::Sequential>);
static_assert(std::is_move_constructible_v<nn::Conv2d> && std::is_move_assignable_v<nn::Conv2d>);
static_assert(std::is_move_constructible_v<nn::Sequential> &&
              std::is_move_constructible_v<test::SmallLeNet>);

TEST_CASE("Module: a LeNet's parameters have PyTorch's names, in order") {
  test::SmallLeNet model;
  CHECK(names_of(model.named_parameters()) ==
        Names{"conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "fc1.weight", "fc1.bias",
              "fc2.weight", "fc2.bias", "fc3.weight", "fc3.bias"});
  CHECK(names_of(model.named_modules()) == Names{"", "conv1", "conv2", "fc1", "fc2", "fc3"});
  CHECK(model.named_modules()[0].second == &model);
  CHECK(names_of(model.state_dict()) == names_of(model.named_parameters()));
  CHECK(model.parameters().size() == 10);
  CHECK(model.parameter_count() == 78 + 112 + 444 + 104 + 90);
}

TEST_CASE("Module: modules are all, children those right below") {
  nn::Sequential model(nn::Linear(3, 4), nn::Sequential(nn::ReLU(), nn::Linear(4, 2)));
  CHECK(model.modules() == std::vector<nn::Module*>{&model, &model[0], &model[1],
                                                    &model.at<nn::Sequential>(1)[0],
                                                    &model.at<nn::Sequential>(1)[1]});
  CHECK(model.children() == std::vector<nn::Module*>{&model[0], &model[1]});
  CHECK(names_of(model.named_children()) == Names{"0", "1"});
  CHECK(model.named_children()[1].second == &model[1]);
  CHECK(model[0].children().empty());
  Normalised tensors_and_a_child;
  CHECK(names_of(tensors_and_a_child.named_children()) == Names{"inner"});
}

TEST_CASE("Module: Sequential numbers its parts, nested ones too") {
  nn::Sequential model(nn::Linear(3, 4), nn::ReLU(),
                       nn::Sequential(nn::Linear(4, 2, {.bias = false})));
  CHECK(names_of(model.named_parameters()) == Names{"0.weight", "0.bias", "2.0.weight"});
  CHECK(names_of(model.named_modules()) == Names{"", "0", "1", "2", "2.0"});
  nn::Linear& last = model.push_back(nn::Linear(2, 1));
  CHECK(model.size() == 4);
  CHECK(&model[3] == &last);
  CHECK(model.named_parameters().back().first == "3.bias");
  CHECK_THROWS_WITH_AS(model[4], Contains("index 4 of 4 modules"), rg::IndexError);
}

TEST_CASE("Module: buffers are saved but not trained, undefined members are passed over") {
  Normalised model;
  CHECK(names_of(model.named_parameters()) == Names{"weight", "inner.weight", "inner.bias"});
  CHECK(names_of(model.named_buffers()) == Names{"mean", "count"});
  CHECK(names_of(model.state_dict()) ==
        Names{"weight", "mean", "count", "inner.weight", "inner.bias"});
  CHECK(model.parameter_count() == 2 + 4 + 2);
  rg::sum(model(rg::ones({3, 2}))).backward();
  CHECK(model.weight.grad().defined());
  CHECK_FALSE(model.mean.requires_grad());
}

TEST_CASE("Module: train and eval set the mode below, and nothing else") {
  Normalised model;
  model.inner.weight.set_requires_grad(false);
  const auto expect = [&](bool training) {
    CHECK(model.is_training() == training);
    CHECK(model.inner.is_training() == training);
    CHECK(model.weight.requires_grad());
    CHECK_FALSE(model.inner.weight.requires_grad());
    CHECK(model.inner.bias.requires_grad());
    CHECK_FALSE(model.mean.requires_grad());
  };
  expect(true);
  model.eval();
  expect(false);
  model.inner.train();
  CHECK_FALSE(model.is_training());
  CHECK(model.inner.is_training());
  model.train();
  expect(true);
}

TEST_CASE("Module: zero_grad drops every gradient") {
  Normalised model;
  rg::sum(model(rg::ones({3, 2}))).backward();
  for (const Tensor& parameter : model.parameters()) {
    CHECK(parameter.grad().defined());
  }
  model.zero_grad();
  for (const Tensor& parameter : model.parameters()) {
    CHECK_FALSE(parameter.grad().defined());
    CHECK(parameter.requires_grad());
  }
}

TEST_CASE("Module: to converts floating members, keeps what is frozen, refuses integers") {
  Normalised model;
  model.inner.weight.set_requires_grad(false);
  const auto expected = model.inner.weight.to_vector<float>();
  model.to(rg::float64);
  for (const Tensor& tensor : {model.weight, model.mean, model.inner.weight, model.inner.bias}) {
    CHECK(tensor.dtype() == rg::float64);
  }
  CHECK(model.count.dtype() == rg::int64);
  CHECK(model.inner.weight.to_vector<float>() == expected);
  CHECK(model.weight.requires_grad());
  CHECK(model.weight.is_leaf());
  CHECK_FALSE(model.inner.weight.requires_grad());
  CHECK(model(rg::ones({1, 2}, {.dtype = rg::float64})).dtype() == rg::float64);
  CHECK_THROWS_WITH_AS(model.to(rg::int64), Contains("not int64   at nn_module_test.cpp:"),
                       rg::DTypeError);
  CHECK(model.weight.dtype() == rg::float64);
}

TEST_CASE("Module: to the dtype it has keeps the very parameters") {
  nn::Linear layer(2, 2);
  const Tensor before = layer.weight;
  layer.to(rg::float32);
  CHECK(layer.weight.impl_or_null() == before.impl_or_null());
}

TEST_CASE("Module: a moved module keeps its parameters, under the same names") {
  test::SmallLeNet model;
  const Tensor x = rg::ones({1, 1, 16, 16});
  const auto expected = model(x).to_vector<float>();
  const Tensor weight = model.conv1.weight;
  test::SmallLeNet moved = std::move(model);
  CHECK(moved.conv1.weight.impl_or_null() == weight.impl_or_null());
  CHECK(moved(x).to_vector<float>() == expected);
  CHECK(moved.named_parameters()[0].second.impl_or_null() == weight.impl_or_null());

  nn::Sequential holder;
  const nn::Module& kept = holder.push_back(std::move(moved));
  CHECK(holder.named_modules()[1].second == &kept);
  CHECK(holder(x).to_vector<float>() == expected);
}

TEST_CASE("Module: without a forward a call says so") {
  struct Bare : nn::Module {};
  CHECK_THROWS_WITH_AS(Bare()(rg::ones({2})),
                       Contains("Module does not define forward(const Tensor&)   at nn_module_"),
                       rg::GraphError);
}
