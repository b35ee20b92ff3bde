// Graphs for Graphviz.
#include <unordered_map>

#include <retrograd/autograd/node.h>
#include <retrograd/explain/detail/format.h>

namespace retrograd {

namespace {

using detail::dot_escaped;

const char* const kBegin =
    "digraph {\n"
    "  rankdir=LR;\n"
    "  node [shape=box, fontname=\"Helvetica\"];\n"
    "  edge [fontname=\"Helvetica\"];\n";

std::string node_line(std::size_t number, const std::string& label, const char* style) {
  return "  n" + std::to_string(number) + " [label=\"" + dot_escaped(label) + "\"" + style + "];\n";
}

std::string edge(std::size_t from, std::size_t to) {
  return "  n" + std::to_string(from) + " -> n" + std::to_string(to);
}

}  // namespace

std::string Explanation::dot() const {
  std::string text = kBegin;
  for (std::size_t i = 0; i < stations.size(); ++i) {
    text += node_line(i, stations[i].name + "\n" + to_string(stations[i].shape), "");
  }
  for (const JacobianStep& step : steps) {
    text += edge(step.from, step.to) + " [label=\"" +
            dot_escaped(step.operators + "\n" + derivative(step) + " " +
                        detail::size_text(step.rows, step.columns) + "\n" +
                        detail::structure_text(step)) +
            "\"];\n";
  }
  return text + "}\n";
}

std::string to_dot(const Tensor& output, const std::vector<std::pair<std::string, Tensor>>& names) {
  const NodePtr root = detail::grad_node(output);
  if (!root) {
    return std::string(kBegin) + "}\n";
  }
  std::unordered_map<const Node*, std::string> label;
  for (const auto& [name, tensor] : names) {
    if (const NodePtr node = detail::grad_node(tensor)) {
      label.emplace(node.get(), name);
    }
  }
  std::unordered_map<const Node*, std::size_t> place;
  std::string text = kBegin;
  for (const Node* node : detail::nodes_before(root.get())) {
    const std::size_t number = place.size();
    place.emplace(node, number);
    std::string lines = label.contains(node) ? label[node] + "\n" : "";
    if (!node->is_leaf()) {
      lines += std::string(node->op()) + "\n";
    }
    lines += std::string(name(node->dtype())) + " " + to_string(node->shape());
    lines += node->is_leaf() ? "" : "\n" + to_string(node->where());
    text += node_line(number, lines, node->is_leaf() ? ", style=rounded" : "");
    for (const NodePtr& input : node->inputs()) {
      if (input) {
        text += edge(place.at(input.get()), number) + ";\n";
      }
    }
  }
  return text + "}\n";
}

}  // namespace retrograd
