#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/ops_errors.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;
using Names = std::vector<std::string>;

namespace {

Names keys_of(const rg::StateDict& state) {
  Names names;
  for (const auto& [name, tensor] : state) {
    names.push_back(name);
  }
  return names;
}

struct Net : nn::Module {
  nn::ModuleList layers{nn::Linear(2, 3), nn::Linear(3, 3, {.bias = false})};
  nn::ModuleDict heads{std::pair{"colour", nn::Linear(3, 2)}, std::pair{"act", nn::ReLU()}};

  nn::Members members() override { return {{"layers", layers}, {"heads", heads}}; }
  Tensor forward(const Tensor& x) override {
    Tensor y = x;
    for (nn::Module& layer : layers) {
      y = rg::relu(layer(y));
    }
    return heads["act"](heads["colour"](y));
  }
};

}  // namespace

static_assert(std::is_move_constructible_v<nn::ModuleList> &&
              std::is_move_assignable_v<nn::ModuleDict>);
static_assert(!std::is_copy_constructible_v<nn::ModuleList> &&
              !std::is_copy_constructible_v<nn::ModuleDict>);

TEST_CASE("containers: state-dict keys are PyTorch's") {
  Net net;
  CHECK(keys_of(net.state_dict()) == Names{"layers.0.weight", "layers.0.bias", "layers.1.weight",
                                           "heads.colour.weight", "heads.colour.bias"});
  CHECK(net.parameter_count() == 6 + 3 + 9 + 6 + 2);
  Net other;
  other.load_state_dict(net.state_dict());
  const Tensor x = rg::randn({4, 2});
  CHECK(other(x).to_vector<float>() == net(x).to_vector<float>());
  rg::sum(net(x)).backward();
  CHECK(net.layers.at<nn::Linear>(0).weight.grad().defined());
}

TEST_CASE("containers: a moved net keeps its modules") {
  Net net;
  const nn::Module* first = &net.layers[0];
  const Net moved = std::move(net);
  CHECK(&moved.layers[0] == first);
  CHECK(moved.heads.size() == 2);
}

TEST_CASE("ModuleList: append, insert, extend, pop") {
  nn::ModuleList list;
  CHECK(list.empty());
  nn::Linear& last = list.push_back(nn::Linear(1, 2));
  nn::Tanh& first = list.insert(0, nn::Tanh());
  CHECK(list.size() == 2);
  CHECK(&list[0] == &first);
  CHECK(&list[1] == &last);
  list.extend(nn::ModuleList{nn::ReLU(), nn::Sigmoid()});
  Names kinds;
  for (const nn::Module& module : list) {
    kinds.push_back(module.describe());
  }
  CHECK(kinds == Names{"Tanh()", "Linear(1, 2)", "ReLU()", "Sigmoid()"});
  const std::unique_ptr<nn::Module> taken = list.pop(2);
  CHECK(taken->describe() == "ReLU()");
  CHECK(list.size() == 3);
  CHECK(list[2].describe() == "Sigmoid()");
  CHECK(list.describe() == "ModuleList(3)");
}

TEST_CASE("ModuleList: what it refuses") {
  nn::ModuleList list{nn::Linear(1, 2)};
  const Tensor x = rg::ones({2});
  REFUSED(IndexError, list.at<nn::Linear>(1), "ModuleList", "index 1 of 1 modules");
  REFUSED(IndexError, list.insert(2, nn::ReLU()), "ModuleList", "insertion at 2 of 1 modules");
  REFUSED(IndexError, list.pop(1), "ModuleList", "index 1 of 1 modules");
  REFUSED(ValueError, list.at<nn::ReLU>(0), "ModuleList", "module 0 is a Linear(1, 2)");
  REFUSED(GraphError, list(x), "forward", "ModuleList(1) does not define forward");
  CHECK_THROWS_AS(list[1], rg::IndexError);
  CHECK(list.size() == 1);
}

TEST_CASE("Sequential: is a list that runs") {
  nn::Sequential model{nn::Linear(2, 2), nn::ReLU()};
  model.insert(1, nn::Tanh());
  const Tensor x = rg::randn({3, 2});
  CHECK(model(x).to_vector<float>() == rg::relu(rg::tanh(model[0](x))).to_vector<float>());
  CHECK(model.at<nn::Linear>(0).weight.shape() == rg::Shape{2, 2});
}

TEST_CASE("ModuleDict: in order of arrival, replaced in place") {
  nn::ModuleDict dict;
  dict.insert("b", nn::ReLU());
  const nn::Linear& linear = dict.insert("a", nn::Linear(1, 1));
  CHECK(dict.keys() == Names{"b", "a"});
  CHECK(&dict["a"] == &linear);
  CHECK(&dict.at<nn::Linear>("a") == &linear);
  dict.insert("b", nn::Tanh());
  CHECK(dict.keys() == Names{"b", "a"});
  CHECK(dict["b"].describe() == "Tanh()");
  CHECK(dict.contains("a"));
  CHECK_FALSE(dict.contains("c"));
  CHECK(dict.pop("b")->describe() == "Tanh()");
  CHECK(dict.size() == 1);
  CHECK(dict.describe() == "ModuleDict(1)");
}

TEST_CASE("ModuleDict: what it refuses") {
  nn::ModuleDict dict{std::pair{"a", nn::ReLU()}, std::pair{"b", nn::Tanh()}};
  REFUSED(ValueError, dict.insert("x.y", nn::ReLU()), "ModuleDict", "'x.y' cannot be a name");
  REFUSED(ValueError, dict.insert("", nn::ReLU()), "ModuleDict", "'' cannot be a name");
  REFUSED(IndexError, dict.at<nn::ReLU>("c"), "ModuleDict", "no module 'c'; there are: a b");
  REFUSED(IndexError, dict.pop("c"), "ModuleDict", "no module 'c'");
  REFUSED(ValueError, dict.at<nn::ReLU>("b"), "ModuleDict", "module b is a Tanh()");
  CHECK_THROWS_AS(dict["c"], rg::IndexError);
  CHECK(dict.size() == 2);
}
