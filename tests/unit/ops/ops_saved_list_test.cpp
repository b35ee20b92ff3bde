// What every operator of the table keeps for its backward pass, beside a committed list: an entry
// that appears, an output above all, costs memory or forbids a write in place that PyTorch allows.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <retrograd/autograd/node.h>

#include "gradient/run_case.h"
#include "test_paths.h"

namespace {

using namespace op_cases;

// The letter of the row's input that an entry is, "output", or the dtype of anything else.
std::string label(const rg::detail::SavedTensor& entry, const Tensors& inputs) {
  if (entry.is_output) {
    return "output";
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (entry.value.shares_memory_with(inputs[i])) {
      return {static_cast<char>('a' + i)};
    }
  }
  return rg::name(entry.value.dtype());
}

// Adds "node(label, label)" for each node behind `node` that keeps something.
void add_kept(const rg::Node* node, const Tensors& inputs, std::set<const rg::Node*>& seen,
              std::set<std::string>& kept) {
  if (node == nullptr || !seen.insert(node).second) {
    return;
  }
  std::string labels;
  for (const rg::detail::SavedTensor& entry : node->saved()) {
    if (entry.value.defined()) {
      labels += (labels.empty() ? "" : ", ") + label(entry, inputs);
    }
  }
  if (!labels.empty()) {
    kept.insert(std::string(node->op()) + "(" + labels + ")");
  }
  for (const rg::NodePtr& input : node->inputs()) {
    add_kept(input.get(), inputs, seen, kept);
  }
}

// A line for each operator and each way in which its rows keep something.
std::set<std::string> listing() {
  std::map<std::string, std::set<std::string>> kept;
  for (const OpCase& row : all_cases()) {
    const Tensors inputs = inputs_of(row, rg::float64);
    const rg::NodePtr node = rg::detail::grad_node(row.function(inputs));
    std::set<const rg::Node*> seen;
    add_kept(node.get(), inputs, seen, kept[row.op]);
  }
  std::set<std::string> lines;
  for (const auto& [op, nodes] : kept) {
    for (const std::string& node : nodes) {
      lines.insert(op + ": " + node);
    }
    if (nodes.empty()) {
      lines.insert(op + ": nothing");
    }
  }
  return lines;
}

}  // namespace

TEST_CASE("operators keep what tests/gradient/saved.txt lists (./dev saved writes it)") {
  const std::string path = RETROGRAD_TEST_SOURCES "/tests/gradient/saved.txt";
  const std::set<std::string> now = listing();
  if (std::getenv("RETROGRAD_WRITE_SAVED") != nullptr) {
    std::ofstream file(path);
    for (const std::string& line : now) {
      file << line << '\n';
    }
  }
  std::ifstream file(path);
  REQUIRE(file.good());
  std::set<std::string> listed;
  for (std::string line; std::getline(file, line);) {
    listed.insert(line);
  }
  for (const std::string& line : now) {
    CHECK_MESSAGE(listed.contains(line), "not in the list: " << line);
  }
  for (const std::string& line : listed) {
    CHECK_MESSAGE(now.contains(line), "in the list alone: " << line);
  }
}
