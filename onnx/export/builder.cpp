#include <retrograd/onnx/export/builder.h>

#include <algorithm>
#include <utility>

#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::writing {

namespace {

// Constants have no name before the graph is finished, but a mark and their number.
constexpr char kMark = '\x01';

}  // namespace

std::string Builder::fresh(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 1; !names_.insert(name).second; ++i) {
    name = wanted + "_" + std::to_string(i);
  }
  return name;
}

Values Builder::nodes(const std::string& op, Values inputs, std::size_t outputs,
                      Attributes attributes) {
  while (!inputs.empty() && inputs.back().empty()) {
    inputs.pop_back();
  }
  Node node{.op_type = op, .inputs = std::move(inputs), .attributes = std::move(attributes)};
  node.name = fresh(path_.empty() ? op : path_ + "/" + op);
  for (std::size_t i = 0; i < outputs; ++i) {
    node.outputs.push_back(
        fresh(node.name + "_output" + (i == 0 ? std::string() : "_" + std::to_string(i))));
  }
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs;
}

Value Builder::node(const std::string& op, Values inputs, Attributes attributes) {
  return nodes(op, std::move(inputs), 1, std::move(attributes)).front();
}

const Builder::Constant* Builder::find(const Value& value) const {
  return value.empty() || value[0] != kMark ? nullptr : &constants_[std::stoul(value.substr(1))];
}

Tensor Builder::constant_of(const Value& value) const {
  const Constant* const constant = find(value);
  return constant == nullptr ? Tensor() : constant->tensor;
}

bool Builder::is_zero(const Value& value) const {
  const Tensor constant = constant_of(value);
  return constant.defined() ? !any(constant).item<bool>() : zeros_.contains(value);
}

Value Builder::constant(const Tensor& tensor, const std::string& wanted) {
  const auto [known, is_new] = known_.try_emplace(tensor.impl_or_null());
  if (is_new) {
    known->second = kMark + std::to_string(constants_.size());
    constants_.push_back({tensor, wanted.empty() ? "constant" : wanted});
  }
  return known->second;
}

Value Builder::ints(const Ints& values) {
  Value& value = ints_[values];
  if (value.empty()) {
    value = constant(tensor(values, {.dtype = int64}));
  }
  return value;
}

Value Builder::number(Scalar number, DType dtype) {
  const Tensor tensor = full({}, number, {.dtype = dtype});
  Value& value = numbers_[{dtype, proto_of(tensor, "").raw_data}];
  if (value.empty()) {
    value = constant(tensor);
  }
  return value;
}

Value Builder::batch() {
  if (batch_.empty()) {
    const std::string path = std::exchange(path_, "");
    batch_ = node("Gather", {node("Shape", {batch_input_}), ints({batch_dim_})}, {with("axis", 0)});
    path_ = path;
  }
  return batch_;
}

Value Builder::counts(const Counts& counts) {
  Values parts;
  Ints numbers;
  const auto end_numbers = [&] {
    if (!numbers.empty()) {
      parts.push_back(ints(std::exchange(numbers, {})));
    }
  };
  for (const Count& count : counts) {
    if (count.is_fixed()) {
      numbers.push_back(count.value);
      continue;
    }
    if (!count.is_per_sample()) {
      throw Refused{"an integer depends on the size of the batch, but not in proportion"};
    }
    end_numbers();
    parts.push_back(count.value == 1 ? batch() : node("Mul", {batch(), ints({count.value})}));
  }
  if (parts.empty()) {
    return ints(numbers);
  }
  end_numbers();
  return parts.size() == 1 ? parts[0] : node("Concat", parts, {with("axis", 0)});
}

Value Builder::cast(const Value& value, DType from, DType to) {
  if (from == to || value.empty()) {
    return value;
  }
  if (const Constant* const constant = find(value)) {
    return this->constant(constant->tensor.to(to), std::string(constant->wanted));
  }
  return node("Cast", {value}, {with("to", static_cast<std::int64_t>(data_type(to)))});
}

Value Builder::reshaped(const Value& value, const Counts& shape) {
  Ints sizes;
  std::size_t open = 0;
  bool has_zero = false;
  for (const Count& count : shape) {
    open += count.is_fixed() ? 0 : 1;
    has_zero = has_zero || (count.is_fixed() && count.value == 0);
    sizes.push_back(count.is_fixed() ? count.value : -1);
  }
  if (const Constant* const constant = find(value); constant != nullptr && open == 0) {
    return this->constant(reshape(constant->tensor, Shape(sizes)), std::string(constant->wanted));
  }
  const Value target = open == 0 || (open == 1 && !has_zero) ? ints(sizes) : counts(shape);
  return node("Reshape", {value, target},
              has_zero ? Attributes{with("allowzero", 1)} : Attributes{});
}

Value Builder::permuted(const Value& value, const Ints& order) {
  if (std::is_sorted(order.begin(), order.end())) {
    return value;
  }
  if (const Constant* const constant = find(value)) {
    return this->constant(permute(constant->tensor, Dims(order)), std::string(constant->wanted));
  }
  return node("Transpose", {value}, {with("perm", order)});
}

Value Builder::joined(const Values& values, std::int64_t dim) {
  if (values.size() == 1) {
    return values[0];
  }
  std::vector<Tensor> tensors;
  for (const Value& value : values) {
    if (const Constant* const constant = find(value)) {
      tensors.push_back(constant->tensor);
    }
  }
  if (tensors.size() == values.size()) {
    return constant(cat(tensors, dim), std::string(find(values[0])->wanted));
  }
  return node("Concat", values, {with("axis", dim)});
}

Value Builder::rows(const Value& value, const Ints& indices) {
  if (const Constant* const constant = find(value)) {
    std::vector<Tensor> parts;
    for (const std::int64_t i : indices) {
      parts.push_back(narrow(constant->tensor, 0, i, 1));
    }
    return this->constant(cat(parts, 0), std::string(constant->wanted));
  }
  return node("Gather", {value, ints(indices)}, {with("axis", 0)});
}

// Nodes that no output needs.
void Builder::drop_unused(const Values& outputs) {
  std::set<Value> used(outputs.begin(), outputs.end());
  for (auto node = nodes_.rbegin(); node != nodes_.rend(); ++node) {
    const bool is_used = std::any_of(node->outputs.begin(), node->outputs.end(),
                                     [&](const Value& output) { return used.contains(output); });
    if (is_used) {
      used.insert(node->inputs.begin(), node->inputs.end());
    } else {
      node->op_type.clear();
    }
  }
  std::erase_if(nodes_, [](const Node& node) { return node.op_type.empty(); });
}

// In the order of their first use.
void Builder::name_constants(GraphProto& graph) {
  std::map<Value, std::string> names;
  for (Node& node : graph.nodes) {
    for (Value& input : node.inputs) {
      const Constant* const constant = find(input);
      if (constant == nullptr) {
        continue;
      }
      std::string& name = names[input];
      if (name.empty()) {
        name = fresh(constant->wanted);
        graph.initializers.push_back(proto_of(constant->tensor, name));
      }
      input = name;
    }
  }
}

GraphProto Builder::finish(const Values& outputs, const std::vector<std::string>& names) {
  Values made = outputs;
  std::set<Value> taken;
  path_.clear();
  for (Value& output : made) {
    const bool is_made = std::any_of(nodes_.begin(), nodes_.end(), [&](const Node& node) {
      return std::find(node.outputs.begin(), node.outputs.end(), output) != node.outputs.end();
    });
    if (!is_made || !taken.insert(output).second) {
      output = node("Identity", {output});
      taken.insert(output);
    }
  }
  drop_unused(made);
  const auto rename = [&](Value& value) {
    const auto found = std::find(made.begin(), made.end(), value);
    if (found != made.end()) {
      value = names[static_cast<std::size_t>(found - made.begin())];
    }
  };
  for (Node& node : nodes_) {
    std::for_each(node.inputs.begin(), node.inputs.end(), rename);
    std::for_each(node.outputs.begin(), node.outputs.end(), rename);
  }
  GraphProto graph;
  graph.nodes = std::move(nodes_);
  name_constants(graph);
  return graph;
}

}  // namespace retrograd::onnx::writing
