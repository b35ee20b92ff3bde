#include <retrograd/onnx/detail/translation.h>

#include <algorithm>

#include <retrograd/io/internal/file.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::in_quotes;

NodeName::NodeName(const Node& node)
    : name_(retrograd::detail::printable(!node.name.empty()      ? node.name
                                         : !node.outputs.empty() ? node.outputs[0]
                                                                 : node.op_type)) {}

std::string NodeName::name_in(const FrameOwner* around) const {
  return around != nullptr ? "." + name_ : name_;
}

const Value* Scope::find(const std::string& name) const {
  for (const Scope* scope = this; scope != nullptr; scope = scope->outer_) {
    const auto found = scope->values_.find(name);
    if (found != scope->values_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

DType Translation::dtype_of(DataType type) const {
  return detail::dtype_of(type, options_.floating);
}

Value Translation::constant(const Constant& constant) const {
  const DType wanted = dtype_of(constant.type);
  if (constant.value.dtype() == wanted) {
    return {constant.value, true};
  }
  const Untraced untraced;
  return {constant.value.to(wanted), true};
}

void Translation::run(const Node& node, std::int64_t opset, Scope& scope) {
  if (node.domain.empty() && node.op_type == "Constant") {  // in the graph of a node
    const retrograd::detail::FileCall file("Constant", node.name, {});
    if (node.outputs.size() != 1) {
      file.fail("a Constant has {} outputs [file-malformed]", node.outputs.size());
    }
    scope.set(node.outputs[0], constant(constant_of(node, file)));
    return;
  }
  NodeCall call(*this, node, opset, scope);
  const Importer* const importer = find_importer(node);
  if (importer == nullptr) {
    call.refuse("operator {} is not read [onnx-operator]", in_quotes(node.op_type));
  }
  Outputs outputs;
  if (call.all_known() && !importer->is_random) {
    const Untraced untraced;
    outputs = importer->function(call);
    for (Value& output : outputs) {
      output.is_known = true;
    }
  } else {
    outputs = importer->function(call);
  }
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    if (node.outputs[i].empty()) {
      continue;
    }
    if (i >= outputs.size() || !outputs[i].tensor.defined()) {
      call.refuse("output {} is not computed [onnx-unsupported]", i);
    }
    scope.set(node.outputs[i], std::move(outputs[i]));
  }
}

void Translation::run(const std::vector<Step>& steps, const std::deque<NodeName>& names,
                      const std::vector<std::vector<std::string>>& last_use, Scope& scope) {
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const ModuleFrame frame(names[i], {});
    run(steps[i].node, steps[i].opset, scope);
    for (const std::string& name : last_use[i]) {
      scope.drop(name);
    }
  }
}

std::vector<Value> Translation::run(const GraphProto& graph, std::int64_t opset,
                                    std::vector<Value> given, const Scope& outer) {
  Scope scope(&outer);
  const retrograd::detail::FileCall file("initialiser", graph.name, {});
  for (const TensorProto& tensor : graph.initializers) {
    scope.set(tensor.name, constant({to_tensor(tensor, file), tensor.data_type}));
  }
  for (std::size_t i = 0; i < graph.inputs.size() && i < given.size(); ++i) {
    scope.set(graph.inputs[i].name, std::move(given[i]));
  }
  for (const Node& node : graph.nodes) {
    run(node, opset, scope);
  }
  std::vector<Value> outputs;
  for (const ValueInfo& output : graph.outputs) {
    const Value* const value = scope.find(output.name);
    if (value == nullptr) {
      file.fail("output {} is not made [file-malformed]", in_quotes(output.name));
    }
    outputs.push_back(*value);
  }
  return outputs;
}

Value known(const std::vector<std::int64_t>& values) {
  const Untraced untraced;
  return {tensor(values, {.dtype = DType::int64}), true};
}

Value known(Tensor tensor) {
  return {std::move(tensor), true};
}

}  // namespace retrograd::onnx::detail
