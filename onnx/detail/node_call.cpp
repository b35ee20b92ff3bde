#include <algorithm>

#include <retrograd/onnx/detail/translation.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::in_quotes;

NodeCall::NodeCall(Translation& translation, const Node& node, std::int64_t opset, Scope& scope)
    : translation_(translation),
      node_(node),
      opset_(opset),
      scope_(scope),
      frame_(node.op_type.c_str(), {}) {
  inputs_.reserve(node.inputs.size());
  for (const std::string& name : node.inputs) {
    const Value* const value = name.empty() ? nullptr : scope.find(name);
    if (value == nullptr && !name.empty()) {
      refuse("value {} is not made before it is read [file-malformed]", in_quotes(name));
    }
    inputs_.push_back(value != nullptr ? *value : Value());
  }
}

const Tensor& NodeCall::in(std::size_t i) const {
  if (!has(i)) {
    refuse("input {} is missing [file-malformed]", i);
  }
  return inputs_[i].tensor;
}

bool NodeCall::all_known() const {
  bool any = false;
  for (const Value& value : inputs_) {
    if (value.tensor.defined() && !value.is_known) {
      return false;
    }
    any = any || value.tensor.defined();
  }
  // A graph in a node may read values around it.
  return any && std::ranges::none_of(node_.attributes,
                                     [](const Attribute& each) { return !each.g.empty(); });
}

std::vector<std::int64_t> NodeCall::ints(std::size_t i) const {
  const Tensor& tensor = in(i);
  if (!inputs_[i].is_known) {
    translation_.read_data();
  }
  const Untraced untraced;
  return tensor.detach().to(DType::int64).to_vector<std::int64_t>();
}

std::vector<double> NodeCall::numbers(std::size_t i) const {
  const Tensor& tensor = in(i);
  if (!inputs_[i].is_known) {
    translation_.read_data();
  }
  const Untraced untraced;
  return tensor.detach().to(DType::float64).to_vector<double>();
}

std::int64_t NodeCall::one_int(std::size_t i) const {
  const std::vector<std::int64_t> values = ints(i);
  if (values.size() != 1) {
    refuse("input {} has {} elements, not 1 [onnx-input]", i, values.size());
  }
  return values[0];
}

double NodeCall::one_number(std::size_t i) const {
  const std::vector<double> values = numbers(i);
  if (values.size() != 1) {
    refuse("input {} has {} elements, not 1 [onnx-input]", i, values.size());
  }
  return values[0];
}

std::int64_t NodeCall::integer(std::string_view name, std::int64_t otherwise) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? found->i : otherwise;
}

double NodeCall::number(std::string_view name, double otherwise) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? static_cast<double>(found->f) : otherwise;
}

std::string NodeCall::text(std::string_view name, const std::string& otherwise) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? found->s : otherwise;
}

std::vector<std::int64_t> NodeCall::integers(std::string_view name) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? found->ints : std::vector<std::int64_t>();
}

std::vector<double> NodeCall::floats(std::string_view name) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? std::vector<double>(found->floats.begin(), found->floats.end())
                          : std::vector<double>();
}

std::vector<std::string> NodeCall::texts(std::string_view name) const {
  const Attribute* const found = find_attribute(node_, name);
  return found != nullptr ? found->strings : std::vector<std::string>();
}

const GraphProto& NodeCall::graph(std::string_view name) const {
  const Attribute* const found = find_attribute(node_, name);
  if (found == nullptr || found->g.empty()) {
    refuse("the graph {} is missing [file-malformed]", name);
  }
  return found->g[0];
}

std::optional<std::vector<std::int64_t>> NodeCall::axes(std::size_t input) const {
  if (has(input)) {
    return ints(input);
  }
  if (has_attribute("axes")) {
    return integers("axes");
  }
  return {};
}

std::int64_t NodeCall::axis(std::int64_t axis, std::int64_t rank) const {
  if (axis < -rank || axis >= rank) {
    refuse("axis {} of {} dimensions [onnx-input]", axis, rank);
  }
  return axis < 0 ? axis + rank : axis;
}

}  // namespace retrograd::onnx::detail
