#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"
#include "unit/nn_small_lenet.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::StateDict;
using rg::Tensor;
using Names = std::vector<std::string>;

namespace {

nn::Sequential two_layers() {
  return nn::Sequential(nn::Linear(3, 2), nn::Linear(2, 1));
}

std::vector<float> values_of(nn::Module& model) {
  std::vector<float> all;
  for (const auto& [name, tensor] : model.state_dict()) {
    const auto values = tensor.to_vector<float>();
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

// Fits two_layers() but for what its name says.
StateDict with_differences() {
  StateDict state;
  state.insert("0.weight", rg::ones({2, 3}));
  state.insert("1.weight", rg::ones({2, 1}));
  state.insert("1.bias", rg::ones({2}));
  state.insert("2.bias", rg::ones({1}));
  state.insert("extra", rg::ones({1}));
  return state;
}

}  // namespace

TEST_CASE("state_dict: handles on the values, without history") {
  nn::Linear layer(2, 1);
  const StateDict state = layer.state_dict();
  CHECK(state.at("weight").shares_memory_with(layer.weight));
  CHECK_FALSE(state.at("weight").requires_grad());
}

TEST_CASE("load_state_dict: copies values into the parameters that are there") {
  nn::Sequential from = two_layers();
  nn::Sequential to = two_layers();
  REQUIRE(values_of(from) != values_of(to));
  const Tensor weight = to.parameters()[0];
  const auto version = weight.version();
  const nn::LoadReport report = to.load_state_dict(from.state_dict());
  CHECK(report.missing.empty());
  CHECK(report.unexpected.empty());
  CHECK(values_of(to) == values_of(from));
  CHECK(to.parameters()[0].impl_or_null() == weight.impl_or_null());
  CHECK(weight.requires_grad());
  CHECK(weight.is_leaf());
  CHECK(weight.version() > version);
  CHECK_FALSE(weight.shares_memory_with(from.parameters()[0]));
}

TEST_CASE("load_state_dict: every difference is listed in one error, and nothing changes") {
  nn::Sequential model = two_layers();
  const auto before = values_of(model);
  for (const bool strict : {true, false}) {
    const std::string text = test::message_of<rg::ShapeError>(
        [&] { model.load_state_dict(with_differences(), {.strict = strict}); });
    test::check_contains(text, "load_state_dict: the tensors do not fit the module");
    test::check_contains(text, "at nn_state_dict_test.cpp:");
    test::check_contains(text, "\n  missing: 0.bias\n");
    test::check_contains(text, "\n  unexpected: 2.bias extra\n");
    test::check_contains(text,
                         "1.weight ([2, 1], the module has [1, 2]) 1.bias ([2], the module has "
                         "[1])");
    CHECK(values_of(model) == before);
  }
}

TEST_CASE("load_state_dict: strict refuses missing and unexpected names, and changes nothing") {
  nn::Sequential model = two_layers();
  const auto before = values_of(model);
  StateDict state;
  state.insert("0.weight", rg::ones({2, 3}));
  state.insert("other", rg::ones({1}));
  const std::string text = test::message_of<rg::ValueError>([&] { model.load_state_dict(state); });
  test::check_contains(text,
                       "the names do not fit the module; {.strict = false} loads those that ");
  test::check_contains(text, "missing: 0.bias 1.weight 1.bias");
  test::check_contains(text, "  [state-mismatch]");
  test::check_contains(text, "unexpected: other");
  CHECK(values_of(model) == before);
}

TEST_CASE("load_state_dict: strict refuses a name too many, alone") {
  nn::Linear layer(1, 1);
  StateDict state = layer.state_dict();
  state.insert("other", rg::ones({1}));
  CHECK_THROWS_AS(layer.load_state_dict(state), rg::ValueError);
  CHECK(layer.load_state_dict(state, {.strict = false}).unexpected == Names{"other"});
}

TEST_CASE("load_state_dict: not strict takes what fits and reports the rest") {
  nn::Sequential model = two_layers();
  const auto bias = model.parameters()[1].to_vector<float>();
  StateDict state;
  state.insert("0.weight", rg::ones({2, 3}));
  state.insert("other", rg::ones({1}));
  const nn::LoadReport report = model.load_state_dict(state, {.strict = false});
  CHECK(report.missing == Names{"0.bias", "1.weight", "1.bias"});
  CHECK(report.unexpected == Names{"other"});
  CHECK(model.parameters()[0].to_vector<float>() == std::vector<float>(6, 1));
  CHECK(model.parameters()[1].to_vector<float>() == bias);
}

TEST_CASE("load_state_dict: converts to the module's dtype") {
  nn::Linear layer(1, 1);
  StateDict state;
  state.insert("weight", rg::full({1, 1}, 1 + 0x1p-30, {.dtype = rg::float64}));
  state.insert("bias", rg::full({1}, 3));
  layer.load_state_dict(state);
  CHECK(layer.weight.dtype() == rg::float32);
  CHECK(layer.weight.item<double>() == 1);
  CHECK(layer.bias.item<float>() == 3);
  layer.to(rg::float64);
  layer.load_state_dict(state);
  CHECK(layer.weight.item<double>() == 1 + 0x1p-30);
}

TEST_CASE("load_state_dict: a module's own state is no trouble, strided values neither") {
  nn::Linear layer(2, 3);
  const auto before = layer.weight.to_vector<float>();
  layer.load_state_dict(layer.state_dict());
  CHECK(layer.weight.to_vector<float>() == before);
  StateDict across;
  across.insert("weight", rg::transpose(rg::reshape(rg::arange(6.0), {2, 3}), 0, 1));
  across.insert("bias", rg::expand(rg::tensor({7.0}), {3}));
  layer.load_state_dict(across);
  CHECK(layer.weight.to_vector<float>() == std::vector<float>{0, 3, 1, 4, 2, 5});
  CHECK(layer.bias.to_vector<float>() == std::vector<float>{7, 7, 7});
}

TEST_CASE("save and load: a model's file restores another model bit for bit") {
  const test::TempFolder folder;
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    CAPTURE(dtype);
    test::SmallLeNet from;
    test::SmallLeNet to;
    from.to(dtype);
    to.to(dtype);
    rg::save(from.state_dict(), folder.file("model.safetensors"));
    to.load_state_dict(rg::load(folder.file("model.safetensors")));
    const StateDict restored = to.state_dict();
    for (const auto& entry : from.state_dict()) {
      CAPTURE(entry.first);
      CHECK(restored.at(entry.first).to_vector<double>() == entry.second.to_vector<double>());
    }
  }
}
