#include <algorithm>
#include <iostream>
#include <string>
#include <unordered_map>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/node.h>

namespace retrograd {

namespace {

std::string saved_text(const Node& node) {
  if (node.freed()) {
    return "freed";
  }
  std::string text;
  for (const detail::SavedTensor& saved : node.saved()) {
    if (saved.value.defined()) {
      text += (text.empty() ? "" : ", ") + std::string(saved.is_output ? "output " : "") +
              describe(saved.value);
    }
  }
  return text;
}

}  // namespace

void print_tape(const Tensor& output) {
  print_tape(output, std::cout);
}

void print_tape(const Tensor& output, std::ostream& out) {
  const NodePtr root = detail::grad_node(output);
  if (!root) {
    out << "no tape: the tensor does not require a gradient\n";
    return;
  }
  std::unordered_map<const Node*, std::size_t> place;
  std::vector<std::vector<std::string>> rows{{"#", "op", "output", "inputs", "saves", "at"}};
  for (const Node* node : detail::nodes_before(root.get())) {
    place.emplace(node, place.size());
    std::string inputs;
    for (const NodePtr& input : node->inputs()) {
      inputs += (inputs.empty() ? "" : ", ") +
                (input ? "#" + std::to_string(place.at(input.get())) : std::string("-"));
    }
    rows.push_back({std::to_string(place.at(node)), node->op(),
                    std::string(name(node->dtype())) + " " + to_string(node->shape()), inputs,
                    saved_text(*node), node->is_leaf() ? "" : to_string(node->where())});
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
      line += row[c] + std::string(widths[c] - row[c].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

}  // namespace retrograd
