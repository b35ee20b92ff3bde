#include <retrograd/onnx/detail/program.h>

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/core.h>

#include <retrograd/onnx/detail/importers.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;
using retrograd::detail::printable;

namespace {

constexpr std::int64_t first_opset = 7;
constexpr std::int64_t last_opset = 22;

std::int64_t opset_of(const ModelProto& model, const FileCall& call) {
  const auto found = model.opset_imports.find("");
  const std::int64_t version = found != model.opset_imports.end() ? found->second : 1;
  if (version < first_opset || version > last_opset) {
    call.fail("the file has operator set {}; {} to {} are read [file-unsupported]", version,
              first_opset, last_opset);
  }
  return version;
}

void count_unknown(const Node& node, std::map<std::string, int>& counts) {
  const bool is_constant = node.domain.empty() && node.op_type == "Constant";
  if (!is_constant && find_importer(node) == nullptr) {
    ++counts[node.domain.empty() ? node.op_type : node.domain + "." + node.op_type];
  }
  for (const Attribute& attribute : node.attributes) {
    for (const GraphProto& graph : attribute.g) {
      for (const Node& inner : graph.nodes) {
        count_unknown(inner, counts);
      }
    }
  }
}

void refuse_unknown(const Program& program, const FileCall& call) {
  std::map<std::string, int> counts;
  for (const Step& step : program.steps) {
    count_unknown(step.node, counts);
  }
  if (counts.empty()) {
    return;
  }
  std::string list;
  for (const auto& [op, count] : counts) {
    list += fmt::format("{}{} ({} times)", list.empty() ? "" : ", ", printable(op), count);
  }
  call.fail("the file has operators that are not read: {} [onnx-operator]", list);
}

// Values are made once, before they are read.
void check_order(const Program& program, const FileCall& call) {
  std::unordered_set<std::string> made;
  const auto make = [&](const std::string& name) {
    if (!name.empty() && !made.insert(name).second) {
      call.fail("value {} is made twice [file-malformed]", in_quotes(name));
    }
  };
  const auto need = [&](const std::string& name) {
    if (!made.contains(name)) {
      call.fail("value {} is read before a node makes it [file-malformed]", in_quotes(name));
    }
  };
  for (const auto& [name, constant] : program.constants) {
    make(name);
  }
  for (const ValueInfo& input : program.inputs) {
    make(input.name);
  }
  for (const Step& step : program.steps) {
    std::ranges::for_each(values_read(step.node), need);
    std::ranges::for_each(step.node.outputs, make);
  }
  std::ranges::for_each(program.outputs, need);
}

void add_constants(Program& program, ModelProto& model, const FileCall& call) {
  std::unordered_set<std::string> needed(program.outputs.begin(), program.outputs.end());
  for (const Step& step : program.steps) {
    for (std::string& name : values_read(step.node)) {
      needed.insert(std::move(name));
    }
  }
  const auto add = [&](const std::string& name, Constant constant) {
    if (!program.constants.emplace(name, std::move(constant)).second) {
      call.fail("value {} is made twice [file-malformed]", in_quotes(name));
    }
  };
  for (TensorProto& tensor : model.graph.initializers) {
    if (needed.contains(tensor.name)) {
      add(tensor.name, {to_tensor(tensor, call), tensor.data_type});
    }
    tensor.raw_data = {};
  }
  for (Step& step : program.steps) {
    if (step.node.domain.empty() && step.node.op_type == "Constant") {
      if (step.node.outputs.size() != 1) {
        call.fail("a Constant has {} outputs [file-malformed]", step.node.outputs.size());
      }
      add(step.node.outputs[0], constant_of(step.node, call));
      step.node.op_type.clear();
    }
  }
  std::erase_if(program.steps, [](const Step& step) { return step.node.op_type.empty(); });
}

void collect_read(const GraphProto& graph, std::vector<std::string>& read) {
  std::set<std::string> made;
  for (const ValueInfo& input : graph.inputs) {
    made.insert(input.name);
  }
  for (const TensorProto& tensor : graph.initializers) {
    made.insert(tensor.name);
  }
  const auto need = [&](const std::string& name) {
    if (!made.contains(name)) {
      read.push_back(name);
    }
  };
  for (const Node& node : graph.nodes) {
    std::ranges::for_each(values_read(node), need);
    made.insert(node.outputs.begin(), node.outputs.end());
  }
  for (const ValueInfo& output : graph.outputs) {
    need(output.name);
  }
}

}  // namespace

const Attribute* find_attribute(const Node& node, std::string_view name) noexcept {
  for (const Attribute& attribute : node.attributes) {
    if (attribute.name == name) {
      return &attribute;
    }
  }
  return nullptr;
}

std::vector<std::string> values_read(const Node& node) {
  std::vector<std::string> read;
  for (const std::string& input : node.inputs) {
    if (!input.empty()) {
      read.push_back(input);
    }
  }
  for (const Attribute& attribute : node.attributes) {
    for (const GraphProto& graph : attribute.g) {
      collect_read(graph, read);
    }
  }
  return read;
}

void drop_dead_steps(Program& program) {
  std::unordered_set<std::string> needed(program.outputs.begin(), program.outputs.end());
  std::vector<Step> live;
  for (auto step = program.steps.rbegin(); step != program.steps.rend(); ++step) {
    const bool is_needed = std::ranges::any_of(
        step->node.outputs, [&](const std::string& name) { return needed.contains(name); });
    if (is_needed) {
      for (std::string& name : values_read(step->node)) {
        needed.insert(std::move(name));
      }
      live.push_back(std::move(*step));
    }
  }
  std::ranges::reverse(live);
  program.steps = std::move(live);
}

Program make_program(ModelProto model, const FileCall& call) {
  const std::int64_t opset = opset_of(model, call);
  read_all_external(model, call);
  Program program;
  program.steps = inline_functions(model.graph, model.functions, opset, call);
  std::unordered_set<std::string> initialised;
  for (const TensorProto& tensor : model.graph.initializers) {
    initialised.insert(tensor.name);
  }
  for (ValueInfo& input : model.graph.inputs) {
    if (!initialised.contains(input.name)) {
      program.inputs.push_back(std::move(input));
    }
  }
  for (const ValueInfo& output : model.graph.outputs) {
    program.outputs.push_back(output.name);
  }
  if (program.outputs.empty()) {
    call.fail("the graph has no output [file-malformed]");
  }
  drop_dead_steps(program);
  refuse_unknown(program, call);
  add_constants(program, model, call);
  check_order(program, call);
  return program;
}

}  // namespace retrograd::onnx::detail
