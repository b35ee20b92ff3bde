#include <algorithm>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/internal/traced_nodes.h>
#include <retrograd/autograd/node.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

std::string saved_text(const Node& node) {
  if (node.freed()) {
    return "freed";
  }
  std::vector<std::string> texts;
  for (const detail::SavedTensor& saved : node.saved()) {
    if (saved.value.defined()) {
      texts.push_back((saved.is_output ? "output " : "") + describe(saved.value));
    }
  }
  return detail::joined(texts, ", ");
}

void print(const Tensor& output, const Trace* trace, std::ostream& out) {
  const NodePtr root = detail::grad_node(output);
  if (!root) {
    out << "no tape: the tensor does not require a gradient\n";
    return;
  }
  std::unordered_map<const Node*, std::size_t> position;
  std::vector<std::vector<std::string>> rows{{"#", "op", "output", "inputs", "saves", "at"}};
  const std::vector<Node*> nodes = detail::nodes_before(root.get());
  std::unordered_map<const Node*, std::string> leaves;
  detail::TracedNodes traced;
  if (trace != nullptr) {
    leaves = detail::traced_leaves(*trace);
    traced = detail::traced_nodes(nodes, *trace);
    rows[0].insert(rows[0].begin() + 1, "name");
  }
  for (const Node* node : nodes) {
    position.emplace(node, position.size());
    std::vector<std::string> inputs;
    for (const NodePtr& input : node->inputs()) {
      inputs.push_back(input ? detail::formatted("#{}", position.at(input.get())) : "-");
    }
    rows.push_back({detail::formatted("{}", position.at(node)), node->op(),
                    detail::formatted("{} {}", name(node->dtype()), to_string(node->shape())),
                    detail::joined(inputs, ", "), saved_text(*node),
                    node->is_leaf() ? "" : to_string(node->where())});
    if (trace != nullptr) {
      rows.back().insert(rows.back().begin() + 1,
                         node->is_leaf() ? leaves[node] : traced.calls[position.at(node)].module);
    }
  }
  std::vector<std::size_t> widths(rows[0].size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) {
      widths[c] = std::max(widths[c], row[c].size());
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      line += detail::formatted("{:<{}}  ", row[c], widths[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace

void print_tape(const Tensor& output) {
  print(output, nullptr, std::cout);
}

void print_tape(const Tensor& output, std::ostream& out) {
  print(output, nullptr, out);
}

void print_tape(const Tensor& output, const Trace& trace, std::ostream& out) {
  print(output, &trace, out);
}

}  // namespace retrograd
