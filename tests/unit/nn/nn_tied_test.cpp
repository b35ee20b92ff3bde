// One tensor, or one module, under several names.
#include <doctest/doctest.h>

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/nn_names.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using test::names_of;
using Names = std::vector<std::string>;
using Doubles = std::vector<double>;

namespace {

// A language model in small: the words' vectors are also the head's weight.
struct Tied : nn::Module {
  nn::Embedding words{5, 3};
  nn::Linear head{3, 5};

  Tied() { head.weight = words.weight; }
  nn::Members members() override { return {{"words", words}, {"head", head}}; }
  Tensor forward(const Tensor& x) override { return head(words(x)); }
};

// A module of another model, whose weight is taken as a buffer here.
struct Observer : nn::Module {
  Tensor seen;

  explicit Observer(Tensor tensor) : seen(std::move(tensor)) {}
  nn::Members members() override { return {nn::buffer("seen", seen)}; }
};

// One layer under two names, and a model that holds it beside.
struct Twice : nn::Module {
  std::shared_ptr<nn::Linear> shared = std::make_shared<nn::Linear>(2, 2);
  nn::BatchNorm1d norm{2};

  nn::Members members() override {
    return {{"first", *shared}, {"norm", norm}, {"second", *shared}};
  }
  Tensor forward(const Tensor& x) override { return (*shared)(norm((*shared)(x))); }
};

struct Outer : nn::Module {
  Twice inner;
  nn::Linear head{2, 2};

  Outer() { head.weight = inner.shared->weight; }
  nn::Members members() override {
    return {{"inner", inner}, {"again", *inner.shared}, {"head", head}};
  }
  Tensor forward(const Tensor& x) override { return head(inner(x)); }
};

bool same(const Tensor& a, const Tensor& b) {
  return a.impl_or_null() == b.impl_or_null();
}

}  // namespace

TEST_CASE("tied: a parameter is listed once, under its first name; state_dict has every name") {
  Tied model;
  CHECK(names_of(model.named_parameters()) == Names{"words.weight", "head.bias"});
  CHECK(model.parameters().size() == 2);
  CHECK(model.parameter_count() == 15 + 5);
  CHECK(names_of(model.state_dict()) == Names{"words.weight", "head.weight", "head.bias"});
}

TEST_CASE("tied: modules are listed, applied and summed up once") {
  Outer model;
  CHECK(names_of(model.named_modules()) == Names{"", "inner", "inner.first", "inner.norm", "head"});
  CHECK(names_of(model.inner.named_children()) == Names{"first", "norm"});
  CHECK(model.children().size() == 3);
  CHECK(names_of(model.named_parameters()) == Names{"inner.first.weight", "inner.first.bias",
                                                    "inner.norm.weight", "inner.norm.bias",
                                                    "head.bias"});
  CHECK(names_of(model.named_buffers()) == Names{"inner.norm.running_mean",
                                                 "inner.norm.running_var",
                                                 "inner.norm.num_batches_tracked"});
  CHECK(model.parameter_count() == 4 + 2 + 2 + 2 + 2);
  std::string order;
  model.apply([&](nn::Module& module) { order += module.describe() + " "; });
  CHECK(order == "Linear(2, 2) BatchNorm1d(2) Module Linear(2, 2) Module ");
}

TEST_CASE("tied: a summary counts parameters in the first module and calls in every one") {
  Outer model;
  CHECK(model.summary({3, 2}) ==
        "module       kind            output  parameters  multiply-adds\n"
        "(model)      Outer           [3, 2]           0              0\n"
        "inner        Twice           [3, 2]           0              0\n"
        "inner.first  Linear(2, 2)    [3, 2]           6             24\n"
        "inner.norm   BatchNorm1d(2)  [3, 2]           4              6\n"
        "head         Linear(2, 2)    [3, 2]           2             12\n"
        "total                                        12             42\n");
}

TEST_CASE("tied: to converts a tensor once, and it stays one") {
  Outer model;
  Observer observer(model.inner.shared->weight);
  struct Both : nn::Module {
    Observer& observer;
    Outer& outer;
    Both(Observer& o, Outer& m) : observer(o), outer(m) {}
    nn::Members members() override { return {{"observer", observer}, {"outer", outer}}; }
  };
  Both both(observer, model);
  model.inner.shared->bias.set_requires_grad(false);
  for (const rg::DType dtype : {rg::float64, rg::bfloat16, rg::float32}) {
    both.to(dtype);
    const Tensor weight = model.inner.shared->weight;
    CHECK(weight.dtype() == dtype);
    CHECK(same(weight, model.head.weight));
    CHECK(same(weight, observer.seen));
    CHECK(weight.requires_grad());
    CHECK_FALSE(model.inner.shared->bias.requires_grad());
    CHECK(both.parameter_count() == 12);
  }
  rg::sum(model(rg::ones({3, 2}))).backward();
  CHECK(observer.seen.grad().defined());
}

TEST_CASE("tied: moving a module keeps its tensors one") {
  Tied model;
  Tied moved = std::move(model);
  CHECK(same(moved.words.weight, moved.head.weight));
  nn::Sequential holder;
  auto& kept = holder.push_back(std::move(moved));
  holder.to(rg::float64);
  CHECK(same(kept.words.weight, kept.head.weight));
  nn::Linear first(2, 2);
  nn::Linear second(2, 2);
  second.weight = first.weight;
  nn::Sequential layers{std::move(first), std::move(second)};
  layers.to(rg::float64);
  CHECK(same(layers.at<nn::Linear>(0).weight, layers.at<nn::Linear>(1).weight));
  CHECK(layers.parameters().size() == 3);
}

TEST_CASE("tied: optimisers, clipping and averages take a parameter once") {
  Tied model;
  model.to(rg::float64);
  const Tensor weight = model.words.weight;
  const auto before = weight.to_vector<double>();
  rg::optim::SGD optimizer(model.parameters(), {.lr = 0.5});
  rg::optim::EMA average(model.parameters(), {.decay = 0.75});
  rg::sum(model(rg::tensor({1}))).backward();
  const auto gradient = weight.grad().to_vector<double>();
  const double norm = rg::optim::clip_grad_norm_(model.parameters(), 1e9);
  CHECK(norm == doctest::Approx(std::sqrt(rg::sum(rg::square(weight.grad())).item<double>() + 5)));
  optimizer.step();
  average.update();
  for (std::size_t i = 0; i < before.size(); ++i) {
    CHECK(weight.to_vector<double>()[i] == doctest::Approx(before[i] - 0.5 * gradient[i]));
    CHECK(average.averages()[0].to_vector<double>()[i] ==
          doctest::Approx(before[i] - 0.25 * 0.5 * gradient[i]));
  }
  CHECK(average.averages().size() == 2);
  const auto train = [&](rg::optim::Optimizer& o) {
    return o.state_dict().contains("state.1.exp_avg") && !o.state_dict().contains("state.2.step");
  };
  rg::optim::Adam adam(model.parameters());
  adam.step();
  CHECK(train(adam));
}

TEST_CASE("tied: load_state_dict takes the last name's values, in the order of members()") {
  Tied model;
  rg::StateDict state;
  state.insert("head.weight", rg::full({5, 3}, 2));
  state.insert("words.weight", rg::full({5, 3}, 1));
  state.insert("head.bias", rg::zeros({5}));
  model.load_state_dict(state);
  CHECK(same(model.words.weight, model.head.weight));
  CHECK(model.words.weight.to_vector<double>() == Doubles(15, 2));
  rg::StateDict alone;
  alone.insert("words.weight", rg::full({5, 3}, 3));
  alone.insert("head.bias", rg::zeros({5}));
  CHECK_THROWS_WITH_AS(model.load_state_dict(alone), doctest::Contains("missing: head.weight"),
                       rg::ValueError);
  CHECK(model.load_state_dict(alone, {.strict = false}).missing == Names{"head.weight"});
  CHECK(model.head.weight.to_vector<double>() == Doubles(15, 3));
}

TEST_CASE("tied: a file of the model restores it, and an untied one's loads") {
  const test::TempFolder folder;
  Tied from;
  Tied to;
  rg::save(from.state_dict(), folder.file("tied.safetensors"));
  to.load_state_dict(rg::load(folder.file("tied.safetensors")));
  CHECK(same(to.words.weight, to.head.weight));
  CHECK(to.words.weight.to_vector<double>() == from.words.weight.to_vector<double>());
}

TEST_CASE("load_state_dict: values that are the module's own are read before any is written") {
  nn::Linear layer(2, 2);
  nn::Linear other(2, 2);
  nn::Sequential model{std::move(layer), std::move(other)};
  const rg::StateDict state = model.state_dict();
  const auto first = state.at("0.weight").to_vector<double>();
  const auto second = state.at("1.weight").to_vector<double>();
  rg::StateDict exchanged;
  exchanged.insert("0.weight", state.at("1.weight"));
  exchanged.insert("1.weight", rg::transpose(state.at("0.weight"), 0, 1));
  model.load_state_dict(exchanged, {.strict = false});
  CHECK(model.at<nn::Linear>(0).weight.to_vector<double>() == second);
  CHECK(model.at<nn::Linear>(1).weight.to_vector<double>() ==
        Doubles{first[0], first[2], first[1], first[3]});
}

TEST_CASE("load_state_dict: an expanded tensor is refused, and nothing changes") {
  struct Expanded : nn::Module {
    Tensor weight = rg::ones({3}, {.requires_grad = true});
    Tensor mean = rg::expand(rg::zeros({1}), {3});
    nn::Members members() override { return {{"weight", weight}, nn::buffer("mean", mean)}; }
  };
  Expanded model;
  rg::StateDict state;
  state.insert("weight", rg::full({3}, 7));
  state.insert("mean", rg::full({3}, 7));
  CHECK_THROWS_WITH_AS(model.load_state_dict(state), doctest::Contains("mean was expanded"),
                       rg::GraphError);
  CHECK(model.weight.to_vector<double>() == Doubles(3, 1));
}
