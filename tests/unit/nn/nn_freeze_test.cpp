// Module::apply, freeze, unfreeze.
#include <doctest/doctest.h>

#include <string>

#include <retrograd/retrograd.h>

#include "unit/nn_hooks_modules.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using test::Floats;
using test::leaf;
using test::values;

TEST_CASE("apply: inner modules before outer ones") {
  nn::Sequential model{nn::Linear(2, 2), nn::Sequential(nn::ReLU(), nn::Linear(2, 1))};
  std::string order;
  nn::Module& back = model.apply([&](nn::Module& module) {
    order += module.describe() + " ";
    if (auto* linear = dynamic_cast<nn::Linear*>(&module)) {
      nn::init::ones_(linear->weight);
    }
  });
  CHECK(&back == &model);
  CHECK(order == "Linear(2, 2) ReLU() Linear(2, 1) Sequential(2) Sequential(2) ");
  CHECK(values(model.at<nn::Linear>(0).weight) == Floats(4, 1));
}

TEST_CASE("freeze: no gradients for what is below, whatever the mode; unfreeze gives them back") {
  nn::Sequential model{nn::Linear(2, 2), nn::Linear(2, 1)};
  const Tensor x = rg::ones({1, 2});
  model(x).backward();
  auto& first = model.at<nn::Linear>(0);
  auto& second = model.at<nn::Linear>(1);
  const Floats before = values(first.weight);
  first.freeze();
  CHECK_FALSE(first.weight.requires_grad());
  CHECK_FALSE(first.weight.grad().defined());
  CHECK(second.weight.grad().defined());
  CHECK(first.is_training());
  model.train();
  CHECK_FALSE(first.bias.requires_grad());
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.5});
  const Floats others = values(second.weight);
  model(x).backward();
  optimizer.step();
  CHECK(values(first.weight) == before);
  CHECK(values(second.weight) != others);
  model.unfreeze();
  CHECK(first.weight.is_leaf());
  model(x).backward();
  CHECK(first.weight.grad().defined());
  optimizer.step();
  CHECK(values(first.weight) != before);
}

TEST_CASE("requires_grad_: of all parameters, whose gradients stay; not of buffers") {
  struct Counted : nn::Module {
    Tensor count = rg::zeros({}, {.dtype = rg::int64});
    nn::Linear inner{2, 1};
    nn::Members members() override { return {nn::buffer("count", count), {"inner", inner}}; }
  };
  Counted model;
  model.inner(rg::ones({2})).backward();
  CHECK(&model.requires_grad_(false) == &model);
  CHECK_FALSE(model.inner.weight.requires_grad());
  CHECK_FALSE(model.inner.bias.requires_grad());
  CHECK(model.inner.weight.grad().defined());
  model.requires_grad_();
  CHECK(model.inner.weight.requires_grad());
  CHECK_FALSE(model.count.requires_grad());
}
