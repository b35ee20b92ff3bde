#include <retrograd/autograd/internal/traced_nodes.h>

#include <variant>

namespace retrograd::detail {

namespace {

// ".fc1" in a module that has it, or " > Linear"; the outermost module has no path.
std::string path_in(const std::string& around, bool is_outermost, const std::string& name) {
  if (is_outermost) {
    return "";
  }
  const std::string own = name.substr(name.starts_with(" > ") ? 3 : name.starts_with('.') ? 1 : 0);
  return around.empty() ? own : around + "." + own;
}

struct OpenEntry {
  std::size_t entry;
  NodeCalls calls;
};

}  // namespace

// Nodes and entries are both in order: the entries around a node are a stack.
TracedNodes traced_nodes(const std::vector<Node*>& nodes, const Trace& trace) {
  const std::vector<TraceEntry>& entries = trace.entries();
  TracedNodes result;
  std::vector<OpenEntry> open;
  std::size_t next = 0;
  for (const Node* node : nodes) {
    for (; next < entries.size() && entries[next].first_node <= node->number(); ++next) {
      const TraceEntry& entry = entries[next];
      if (entry.end_node <= node->number()) {
        continue;
      }
      while (!open.empty() && entries[open.back().entry].end <= next) {
        open.pop_back();
      }
      OpenEntry opened{next, open.empty() ? NodeCalls() : open.back().calls};
      const bool is_module = entry.kind == TraceEntry::Kind::module;
      if (opened.calls.entry < 0 && is_module) {
        opened.calls.module = path_in(opened.calls.module, open.empty(), entry.name);
        result.modules.push_back(
            {opened.calls.module, entry.where, entry.first_node, entry.end_node});
      } else if (opened.calls.entry < 0) {
        opened.calls.entry = static_cast<std::ptrdiff_t>(next);
      }
      open.push_back(std::move(opened));
    }
    while (!open.empty() && entries[open.back().entry].end_node <= node->number()) {
      open.pop_back();
    }
    result.calls.push_back(node->is_leaf() || open.empty() ? NodeCalls() : open.back().calls);
  }
  return result;
}

std::unordered_map<const Node*, std::string> traced_leaves(const Trace& trace) {
  std::unordered_map<const Node*, std::string> names;
  const auto add = [&](const Tensor& tensor) {
    const std::string name = tensor.defined() ? trace.name_of(tensor) : "";
    const NodePtr node = name.empty() ? NodePtr() : grad_node(tensor);
    if (node && node->is_leaf()) {
      names.emplace(node.get(), name);
    }
  };
  for (const TraceEntry& entry : trace.entries()) {
    for (const Argument& argument : entry.arguments) {
      if (const auto* tensor = std::get_if<Tensor>(&argument)) {
        add(*tensor);
      } else if (const auto* list = std::get_if<std::vector<Tensor>>(&argument)) {
        for (const Tensor& each : *list) {
          add(each);
        }
      }
    }
  }
  return names;
}

}  // namespace retrograd::detail
