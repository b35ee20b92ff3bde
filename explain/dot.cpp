// Graphs for Graphviz.
#include <unordered_map>
#include <utility>

#include <retrograd/autograd/internal/traced_nodes.h>
#include <retrograd/autograd/node.h>
#include <retrograd/explain/detail/format.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

using detail::dot_escaped;
using detail::formatted;

const char* const kBegin =
    "digraph {\n"
    "  rankdir=LR;\n"
    "  node [shape=box, fontname=\"Helvetica\"];\n"
    "  edge [fontname=\"Helvetica\"];\n";

std::string node_line(std::size_t number, const std::string& label, const char* style) {
  return formatted("  n{} [label=\"{}\"{}];\n", number, dot_escaped(label), style);
}

std::string edge(std::size_t from, std::size_t to) {
  return formatted("  n{} -> n{}", from, to);
}

}  // namespace

std::string Explanation::dot() const {
  std::string text = kBegin;
  for (std::size_t i = 0; i < stations.size(); ++i) {
    text += node_line(i, formatted("{}\n{}", stations[i].name, to_string(stations[i].shape)), "");
  }
  for (const JacobianStep& step : steps) {
    const std::string label =
        formatted("{}\n{} {}\n{}", step.operators, derivative(step),
                  detail::size_text(step.rows, step.columns), detail::structure_text(step));
    text += formatted("{} [label=\"{}\"];\n", edge(step.from, step.to), dot_escaped(label));
  }
  return text + "}\n";
}

namespace {

// With a first line for nodes that have a label.
std::string tape_dot(const std::vector<Node*>& nodes,
                     std::unordered_map<const Node*, std::string> label) {
  std::unordered_map<const Node*, std::size_t> place;
  std::string text = kBegin;
  for (const Node* node : nodes) {
    const std::size_t number = place.size();
    place.emplace(node, number);
    std::vector<std::string> lines;
    if (label.contains(node)) {
      lines.push_back(label[node]);
    }
    if (!node->is_leaf()) {
      lines.emplace_back(node->op());
    }
    lines.push_back(formatted("{} {}", name(node->dtype()), to_string(node->shape())));
    if (!node->is_leaf()) {
      lines.push_back(to_string(node->where()));
    }
    text +=
        node_line(number, detail::joined(lines, "\n"), node->is_leaf() ? ", style=rounded" : "");
    for (const NodePtr& input : node->inputs()) {
      if (input) {
        text += edge(place.at(input.get()), number) + ";\n";
      }
    }
  }
  return text + "}\n";
}

std::vector<Node*> tape_of(const Tensor& output) {
  const NodePtr root = detail::grad_node(output);
  return root ? detail::nodes_before(root.get()) : std::vector<Node*>();
}

}  // namespace

std::string to_dot(const Tensor& output, const std::vector<std::pair<std::string, Tensor>>& names) {
  std::unordered_map<const Node*, std::string> label;
  for (const auto& [name, tensor] : names) {
    if (const NodePtr node = detail::grad_node(tensor)) {
      label.emplace(node.get(), name);
    }
  }
  return tape_dot(tape_of(output), std::move(label));
}

std::string to_dot(const Tensor& output, const Trace& trace) {
  const std::vector<Node*> nodes = tape_of(output);
  std::unordered_map<const Node*, std::string> label = detail::traced_leaves(trace);
  const detail::TracedNodes traced = detail::traced_nodes(nodes, trace);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!traced.calls[i].module.empty()) {
      label.emplace(nodes[i], traced.calls[i].module);
    }
  }
  return tape_dot(nodes, std::move(label));
}

}  // namespace retrograd
