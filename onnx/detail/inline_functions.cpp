#include <algorithm>

#include <retrograd/onnx/detail/program.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;

namespace {

// A small file could ask for any number of copies.
constexpr std::size_t most_nodes = 100'000;
constexpr std::size_t most_bytes = std::size_t{256} << 20U;
constexpr int deepest_call = 32;

// New names for the values of a function's body.
class Names {
 public:
  Names(const Node& call, const FunctionProto& function)
      : prefix_((call.name.empty() ? call.outputs.at(0) : call.name) + "/") {
    for (std::size_t i = 0; i < function.inputs.size(); ++i) {
      names_[function.inputs[i]] = i < call.inputs.size() ? call.inputs[i] : "";
    }
    for (std::size_t i = 0; i < function.outputs.size() && i < call.outputs.size(); ++i) {
      if (!call.outputs[i].empty() &&
          !names_.try_emplace(function.outputs[i], call.outputs[i]).second) {
        passed_.emplace_back(names_.at(function.outputs[i]), call.outputs[i]);
      }
    }
  }

  std::string of(const std::string& name) const {
    const auto known = names_.find(name);
    return known != names_.end() ? known->second : name.empty() ? name : prefix_ + name;
  }
  // Outputs that are inputs, or other outputs.
  const std::vector<std::pair<std::string, std::string>>& passed() const { return passed_; }
  const std::string& prefix() const { return prefix_; }

 private:
  std::string prefix_;
  std::map<std::string, std::string> names_;
  std::vector<std::pair<std::string, std::string>> passed_;
};

class Inliner {
 public:
  Inliner(const std::vector<FunctionProto>& functions, const FileCall& call) : call_(call) {
    for (const FunctionProto& function : functions) {
      const std::string domain = function.domain == "ai.onnx" ? "" : function.domain;
      functions_[{domain, function.name}] = &function;
    }
  }

  std::vector<Step> expand(std::vector<Node> nodes, std::int64_t opset, int depth) {
    std::vector<Step> steps;
    for (Node& node : nodes) {
      const auto found = functions_.find({node.domain, node.op_type});
      if (found == functions_.end()) {
        expand_graphs(node, opset, depth);
        steps.push_back({std::move(node), opset});
        if (++count_ > most_nodes) {
          call_.fail("functions make more than {} nodes [file-malformed]", most_nodes);
        }
        continue;
      }
      if (depth == deepest_call) {
        call_.fail("function {} is called inside {} others [file-malformed]",
                   in_quotes(node.op_type), depth);
      }
      const FunctionProto& function = *found->second;
      const auto import = function.opset_imports.find("");
      std::vector<Step> body =
          expand(body_of(node, function),
                 import != function.opset_imports.end() ? import->second : opset, depth + 1);
      std::move(body.begin(), body.end(), std::back_inserter(steps));
    }
    return steps;
  }

 private:
  void expand_graphs(Node& node, std::int64_t opset, int depth) {
    for (Attribute& attribute : node.attributes) {
      for (GraphProto& graph : attribute.g) {
        std::vector<Node> nodes;
        for (Step& step : expand(std::move(graph.nodes), opset, depth)) {
          nodes.push_back(std::move(step.node));
        }
        graph.nodes = std::move(nodes);
      }
    }
  }

  std::vector<Node> body_of(const Node& call, const FunctionProto& function) {
    if (call.outputs.empty()) {
      call_.fail("a call of function {} has no output [file-malformed]", in_quotes(function.name));
    }
    const Names names(call, function);
    bytes_ += bytes_of(function.nodes);
    if (bytes_ > most_bytes) {
      call_.fail("functions make copies of more than {} bytes [file-malformed]", most_bytes);
    }
    std::vector<Node> nodes = function.nodes;
    for (Node& node : nodes) {
      rename(node, names, call, function);
    }
    for (const auto& [from, to] : names.passed()) {
      nodes.push_back({"Identity", "", "", {from}, {to}, {}, ""});
    }
    return nodes;
  }

  static std::size_t bytes_of(const std::vector<Node>& nodes) {
    std::size_t bytes = 0;
    for (const Node& node : nodes) {
      bytes += sizeof node;
      for (const Attribute& attribute : node.attributes) {
        bytes += sizeof attribute + attribute.ints.size() * 8 + attribute.floats.size() * 4;
        for (const TensorProto& tensor : attribute.t) {
          bytes += tensor.raw_data.size();
        }
        for (const GraphProto& graph : attribute.g) {
          bytes += bytes_of(graph.nodes);
          for (const TensorProto& tensor : graph.initializers) {
            bytes += tensor.raw_data.size();
          }
        }
      }
    }
    return bytes;
  }

  static void rename(Node& node, const Names& names, const Node& call,
                     const FunctionProto& function) {
    node.name = node.name.empty() ? node.name : names.prefix() + node.name;
    for (std::vector<std::string>* list : {&node.inputs, &node.outputs}) {
      for (std::string& name : *list) {
        name = names.of(name);
      }
    }
    std::vector<Attribute> given;
    for (Attribute& attribute : node.attributes) {
      if (!attribute.ref_attr_name.empty() && !take_attribute(attribute, call, function)) {
        continue;  // neither given nor with a default
      }
      for (GraphProto& graph : attribute.g) {
        rename(graph, names, call, function);
      }
      given.push_back(std::move(attribute));
    }
    node.attributes = std::move(given);
  }
  static void rename(GraphProto& graph, const Names& names, const Node& call,
                     const FunctionProto& function) {
    for (Node& node : graph.nodes) {
      rename(node, names, call, function);
    }
    for (TensorProto& tensor : graph.initializers) {
      tensor.name = names.of(tensor.name);
    }
    for (std::vector<ValueInfo>* list : {&graph.inputs, &graph.outputs}) {
      for (ValueInfo& value : *list) {
        value.name = names.of(value.name);
      }
    }
  }
  // Replaces a reference by the attribute of the call.
  static bool take_attribute(Attribute& attribute, const Node& call,
                             const FunctionProto& function) {
    const Attribute* found = find_attribute(call, attribute.ref_attr_name);
    for (const Attribute& each : function.attribute_defaults) {
      if (found == nullptr && each.name == attribute.ref_attr_name) {
        found = &each;
      }
    }
    if (found == nullptr) {
      return false;
    }
    std::string name = std::move(attribute.name);
    attribute = *found;
    attribute.name = std::move(name);
    return true;
  }

  const FileCall& call_;
  std::map<std::pair<std::string, std::string>, const FunctionProto*> functions_;
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<Step> inline_functions(GraphProto& graph, const std::vector<FunctionProto>& functions,
                                   std::int64_t opset, const FileCall& call) {
  return Inliner(functions, call).expand(std::move(graph.nodes), opset, 0);
}

}  // namespace retrograd::onnx::detail
