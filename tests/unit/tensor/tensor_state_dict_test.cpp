#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/retrograd.h>

namespace rg = retrograd;
using doctest::Contains;

TEST_CASE("StateDict: keeps the order of insertion and finds by name") {
  rg::StateDict state;
  CHECK(state.empty());
  const std::vector<std::string> names = {"z", "a", "", "conv1.weight"};
  for (const std::string& name : names) {
    state.insert(name, rg::full({1}, static_cast<std::int64_t>(state.size())));
  }
  std::vector<std::string> seen;
  for (const auto& [name, tensor] : state) {
    CHECK(tensor.item<std::size_t>() == seen.size());
    seen.push_back(name);
  }
  CHECK(seen == names);
  CHECK(state.size() == 4);
  CHECK(state.at("conv1.weight").item<int>() == 3);
  CHECK(state.contains(""));
  CHECK(state.find("conv1") == nullptr);
}

TEST_CASE("StateDict: holds handles, not copies") {
  rg::StateDict state;
  rg::Tensor x = rg::zeros({2});
  state.insert("x", x);
  x.fill_(1);
  CHECK(state.at("x").at({0}) == 1);
}

TEST_CASE("StateDict: a name twice, an unknown name and an undefined tensor are refused") {
  rg::StateDict state;
  state.insert("x", rg::zeros({1}));
  CHECK_THROWS_WITH_AS(state.insert("x", rg::ones({1})), Contains("the name 'x' is there already"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(state.insert("y", rg::Tensor()), Contains("'y' is undefined"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(state.at("y"), Contains("there is no tensor named 'y'   at tensor_state_"),
                       rg::IndexError);
  CHECK(state.size() == 1);
  CHECK(state.at("x").at({0}) == 0);
}

TEST_CASE("StateDict: messages show names and equations escaped, and long ones cut") {
  const std::string name = "a\x1b[2J\n" + std::string(1000, 'n');
  const std::string shown = "a\\x1b[2J\\x0a" + std::string(194, 'n') + "...";
  rg::StateDict state;
  state.insert(name, rg::zeros({1}));
  CHECK_THROWS_WITH_AS(state.insert(name, rg::ones({1})), Contains(("'" + shown + "'").c_str()),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(rg::StateDict().at(name), Contains(("'" + shown + "'").c_str()),
                       rg::IndexError);
  rg::nn::Linear module(1, 1);
  CHECK_THROWS_WITH_AS(module.load_state_dict(state), Contains(("unexpected: " + shown).c_str()),
                       rg::ValueError);
  rg::optim::EMA average({rg::ones({1}).set_requires_grad()});
  rg::StateDict more = average.state_dict();
  more.insert(name, rg::zeros({1}));
  CHECK_THROWS_WITH_AS(average.load_state_dict(more), Contains(("unknown: " + shown).c_str()),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(rg::einsum(name, {rg::ones({1})}), Contains(("\"" + shown + "\"").c_str()),
                       rg::ValueError);
  const rg::nn::ModuleDict modules;
  CHECK_THROWS_WITH_AS(modules.at<rg::nn::Linear>(name), Contains(("'" + shown + "'").c_str()),
                       rg::IndexError);
}
