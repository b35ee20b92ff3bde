#include <retrograd/explain/detail/known.h>

#include <algorithm>
#include <variant>

#include <retrograd/explain/detail/operators.h>

namespace retrograd::detail {

namespace {

template <class F>
void for_each_tensor(const TraceEntry& entry, F&& f) {
  for (const Argument& argument : entry.arguments) {
    if (const auto* tensor = std::get_if<Tensor>(&argument)) {
      f(*tensor);
    } else if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
      for (const Tensor& each : *list) {
        f(each);
      }
    }
  }
}

bool has_target(const std::string& op) {
  return op.find("loss") != std::string::npos || op.find("cross_entropy") != std::string::npos;
}

}  // namespace

KnownTensors::KnownTensors(const NamedTensors& names, const Trace* trace)
    : trace_(trace), named_(names) {
  for (const auto& [name, tensor] : names) {
    names_.emplace(tensor.impl_or_null(), name);
  }
  for (std::size_t i = 0; trace != nullptr && i < trace->entries().size(); ++i) {
    const TraceEntry& entry = trace->entries()[i];
    for_each_tensor(entry, [&](const Tensor& tensor) {
      const std::string name = tensor.defined() ? trace->name_of(tensor) : "";
      if (!name.empty() && names_.emplace(tensor.impl_or_null(), name).second) {
        named_.emplace_back(name, tensor);
      }
    });
    for (const Tensor& output : entry.outputs) {
      if (output.defined()) {
        producers_.emplace(output.impl_or_null(), i);
        if (const NodePtr node = grad_node(output)) {
          results_.emplace(node.get(), output);
        }
      }
    }
  }
  for (std::size_t i = 0; i < named_.size(); ++i) {
    const Tensor& tensor = named_[i].second;
    if (tensor.defined() && !grad_node(tensor)) {  // explain() refuses undefined ones later
      data_[memory_key(tensor)].push_back(i);
    }
  }
}

Tensor KnownTensors::result_of(const Node* node) const {
  const auto found = results_.find(node);
  return found == results_.end() ? Tensor() : found->second;
}

std::string KnownTensors::name_of(const Tensor& tensor) const {
  const auto found = names_.find(tensor.impl_or_null());
  return found == names_.end() ? std::string() : found->second;
}

std::vector<KnownTensors::Data> KnownTensors::data_of(std::ptrdiff_t number) const {
  std::vector<Data> all;
  if (trace_ == nullptr || number < 0) {
    return all;
  }
  const TraceEntry& entry = trace_->entries()[static_cast<std::size_t>(number)];
  for_each_tensor(entry, [&](const Tensor& argument) {
    if (!argument.defined() || grad_node(argument)) {
      return;
    }
    Tensor tensor = argument;
    std::string base =
        has_target(entry.name) && !is_floating(tensor.dtype()) ? "target" : "constant";
    while (name_of(tensor).empty()) {  // layout operators keep the name of what they move
      const auto made = producers_.find(tensor.impl_or_null());
      if (made == producers_.end()) {
        break;
      }
      const TraceEntry& producer = trace_->entries()[made->second];
      const auto* const moved =
          producer.arguments.empty() ? nullptr : std::get_if<Tensor>(&producer.arguments.front());
      if (!is_layout(producer.name) || moved == nullptr || !moved->defined() ||
          moved->impl_or_null() == tensor.impl_or_null()) {
        base = producer.name;
        break;
      }
      tensor = *moved;
    }
    const std::string name = name_of(tensor);
    all.push_back({name.empty() ? base : name, tensor, !name.empty()});
  });
  return all;
}

void KnownTensors::add_saved(const Node& node, std::vector<Data>& all) const {
  for (const SavedTensor& saved : node.saved()) {
    const auto here = saved.value.defined() ? data_.find(memory_key(saved.value)) : data_.end();
    if (here == data_.end()) {
      continue;
    }
    for (const std::size_t number : here->second) {
      const auto& [name, tensor] = named_[number];
      const TensorImpl* const impl = tensor.impl_or_null();
      const auto is_same = [impl](const Data& data) { return data.tensor.impl_or_null() == impl; };
      if (std::none_of(all.begin(), all.end(), is_same)) {
        all.push_back({name, tensor, true});
      }
    }
  }
}

}  // namespace retrograd::detail
