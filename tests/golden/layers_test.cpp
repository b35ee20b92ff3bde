// Layers beside PyTorch's: names of the state, outputs in both modes, gradients, buffers;
// make_layers.py says what the file holds.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "golden/derivatives.h"
#include "golden/layer_cases.h"
#include "test_paths.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using golden::LayerInputs;
using golden::LayerTensors;
using rg::Tensor;

namespace {

golden::LayerCases all_cases() {
  golden::LayerCases all;
  for (const auto& some : {golden::convolutions_and_pools(), golden::image_layers(),
                           golden::plain_layers(), golden::recurrent_layers(), golden::losses()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

std::string class_of(const std::string& name) {
  return name.substr(0, name.find('/'));
}

// The entries of one case, under the rest of their names, in order.
rg::StateDict part_of(const rg::StateDict& file, const std::string& prefix) {
  rg::StateDict part;
  for (const auto& [name, tensor] : file) {
    if (name.rfind(prefix, 0) == 0) {
      part.insert(name.substr(prefix.size()), tensor);
    }
  }
  return part;
}

// "weight float64 [2, 3]" for each entry.
std::vector<std::string> listed(const rg::StateDict& state) {
  std::vector<std::string> lines;
  for (const auto& [name, tensor] : state) {
    lines.push_back(name + " " + rg::name(tensor.dtype()) + " " + to_string(tensor.shape()));
  }
  return lines;
}

void check_close(const Tensor& x, const Tensor& expected) {
  REQUIRE(to_string(x.shape()) == to_string(expected.shape()));
  const auto a = x.to_vector<double>();
  const auto b = expected.to_vector<double>();
  double worst = 0;  // in units of what is allowed
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double error = std::abs(a[i] - b[i]) / (1e-12 + 1e-10 * std::abs(b[i]));
    worst = std::isnan(error) || error > worst ? error : worst;
  }
  CHECK_MESSAGE(worst <= 1, x << "\nis not\n" << expected);
}

LayerInputs inputs_of(const rg::StateDict& entries, LayerTensors& leaves) {
  LayerInputs inputs;
  for (std::size_t i = 0;; ++i) {
    const std::string index = std::to_string(i);
    if (const Tensor* leaf = entries.find("input/" + index)) {
      inputs.list.push_back(leaf->clone().set_requires_grad());
      leaves.push_back(inputs.list.back());
    } else if (const Tensor* constant = entries.find("constant/" + index)) {
      inputs.list.push_back(*constant);
    } else {
      break;
    }
  }
  const auto mask = [&](const char* name) {
    const Tensor* found = entries.find(std::string("constant/") + name);
    return found != nullptr ? *found : Tensor();
  };
  inputs.key_padding_mask = mask("key_padding_mask");
  inputs.attn_mask = mask("attn_mask");
  return inputs;
}

void check_call(const golden::Layer& layer, const rg::StateDict& entries, const std::string& mode) {
  LayerTensors leaves;
  const LayerInputs inputs = inputs_of(entries, leaves);
  const LayerTensors outputs = layer.call(inputs);
  const rg::StateDict expected = part_of(entries, mode + "/output/");
  REQUIRE(outputs.size() == expected.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    CAPTURE(i);
    CHECK(outputs[i].dtype() == rg::float64);
    check_close(outputs[i], expected.at(std::to_string(i)));
  }
  for (const Tensor& parameter : layer.module->parameters()) {
    leaves.push_back(parameter);
  }
  LayerTensors rest = golden::gradients(outputs, 7, leaves);
  for (const auto& [name, buffer] : layer.module->named_buffers()) {
    rest.push_back(buffer.to(rg::float64));
  }
  std::vector<double> flat;
  for (const Tensor& tensor : rest) {
    const auto values = tensor.to_vector<double>();
    flat.insert(flat.end(), values.begin(), values.end());
  }
  check_close(rg::tensor(flat, {.dtype = rg::float64}), entries.at(mode + "/rest"));
}

// The classes derived from Module in the headers of nn/; of a template, the names of its kinds.
std::set<std::string> layer_classes() {
  std::string all;
  const std::filesystem::path folder = RETROGRAD_TEST_GOLDEN "/../../nn";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".h") {
      std::stringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      all += text.str();
    }
  }
  const std::regex derived(
      R"(class\s+(?:RETROGRAD_API\s+)?(\w+)\s*(?:final\s*)?:\s*public\s([^{;]+)\{)");
  const std::regex alias(R"(using\s+(\w+)\s*=\s*(?:detail::)?(\w+)<)");
  const std::regex word(R"(\w+)");
  const auto matches = [&](const std::regex& pattern) {
    std::vector<std::pair<std::string, std::string>> found;
    for (std::sregex_iterator at(all.begin(), all.end(), pattern), end; at != end; ++at) {
      found.emplace_back((*at)[1], (*at)[2]);
    }
    return found;
  };
  std::set<std::string> known{"Module", "ModuleOf", "LossOf"};
  std::set<std::string> templates;
  const auto classes = matches(derived);
  const auto aliases = matches(alias);
  for (std::size_t before = 0; before != known.size();) {
    before = known.size();
    for (const auto& [name, bases] : classes) {
      for (std::sregex_iterator at(bases.begin(), bases.end(), word), end; at != end; ++at) {
        if (known.count(at->str()) > 0) {
          known.insert(name);
        }
      }
    }
    for (const auto& [name, of] : aliases) {
      if (known.count(of) > 0) {
        known.insert(name);
        templates.insert(of);
      }
    }
  }
  for (const std::string& name : templates) {
    known.erase(name);
  }
  return known;
}

}  // namespace

TEST_CASE("layers: state, outputs, gradients and buffers are PyTorch's in both modes") {
  const rg::StateDict file = rg::load(RETROGRAD_TEST_GOLDEN "/layers.safetensors");
  for (const golden::LayerCase& made : all_cases()) {
    CAPTURE(made.name);
    const rg::StateDict entries = part_of(file, made.name + "/");
    REQUIRE(!entries.empty());
    const rg::StateDict state = part_of(entries, "state/");
    golden::Layer layer = made.make();
    layer.module->to(rg::float64);
    REQUIRE(listed(layer.module->state_dict()) == listed(state));
    for (const std::string mode : {"train", "eval"}) {
      CAPTURE(mode);
      const bool is_random = mode == "train" && !entries.contains("train/rest");
      if (!is_random) {
        layer.module->load_state_dict(state);
        layer.module->train(mode == "train");
        check_call(layer, entries, entries.contains("eval/rest") ? mode : "train");
      }
    }
  }
}

TEST_CASE("layers: the table and the file have the same cases") {
  const rg::StateDict file = rg::load(RETROGRAD_TEST_GOLDEN "/layers.safetensors");
  std::set<std::string> in_file;
  for (const auto& [name, tensor] : file) {
    if (name.rfind("start/", 0) != 0) {
      in_file.insert(name.substr(0, name.find('/', name.find('/') + 1)));
    }
  }
  std::set<std::string> in_table;
  for (const golden::LayerCase& made : all_cases()) {
    CHECK_MESSAGE(in_table.insert(made.name).second, made.name);
  }
  CHECK(in_table == in_file);
  CHECK(in_table.size() >= 240);
}

TEST_CASE("layers: every class derived from Module is in the table, or excepted with a reason") {
  const std::map<std::string, std::string> excepted{
      {"Module", "the base"},
      {"ModuleOf", "a base"},
      {"Stateless", "a base"},
      {"Weighted", "a base"},
      {"Activation", "a base"},
      {"PadLayer", "a base"},
      {"RunningNorm", "a base"},
      {"RecurrentCell", "a base"},
      {"Recurrent", "a base"},
      {"Loss", "a base"},
      {"TripleLoss", "a base"},
      {"CTCLoss",
       "gradients are PyTorch's only behind log_softmax, as in the operator table's rows"},
      {"LocallyConnected1d", "not in PyTorch; the operator table has its rows"},
      {"LocallyConnected2d", "not in PyTorch; the operator table has its rows"},
      {"ModuleList", "holds modules, and computes nothing"},
      {"ModuleDict", "holds modules, and computes nothing"},
      {"Sequential", "holds modules; lenet.safetensors compares a model of them"},
      {"Fused", "a graph of a model; graph_fuse_networks_test.cpp compares networks with theirs"},
      {"NamedSequential", "holds modules; tests/models compares a network of them"},
      {"Permute", "not in PyTorch; the operator table has rows of permute"},
      {"StochasticDepth", "not in PyTorch; the operator table has rows of stochastic_depth"},
  };
  std::set<std::string> covered;
  for (const golden::LayerCase& made : all_cases()) {
    covered.insert(class_of(made.name));
  }
  const std::set<std::string> classes = layer_classes();
  for (const std::string& name : classes) {
    CHECK_MESSAGE(covered.count(name) + excepted.count(name) == 1, name);
  }
  for (const auto& exception : excepted) {
    CHECK_MESSAGE(classes.count(exception.first) == 1, exception.first);
  }
  for (const std::string& name : covered) {
    CHECK_MESSAGE(classes.count(name) == 1, name);
  }
}
