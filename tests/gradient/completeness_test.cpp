// The table holds every operator: those that headers declare and those that reach the tape.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/node.h>
#include <retrograd/graph/registry.h>

#include "gradient/run_case.h"
#include "test_paths.h"

namespace {

using namespace op_cases;

Names united(Names Topic::*names) {
  Names all;
  for (const Topic& topic : all_topics()) {
    all.insert((topic.*names).begin(), (topic.*names).end());
  }
  return all;
}

std::set<std::string> recorded;

void note(const char* op) {
  recorded.insert(op);
}

class Observing {
 public:
  Observing() {
    recorded.clear();
    rg::detail::set_record_observer(note);
  }
  ~Observing() { rg::detail::set_record_observer(nullptr); }
};

// Forward, backward, and backward through the backward pass.
void run_to_second_order(const LaidOutCase& laid_out) {
  Tensors wanted;
  for (const rg::Tensor& leaf : laid_out.leaves()) {
    if (leaf.requires_grad()) {
      wanted.push_back(leaf);
    }
  }
  const rg::Tensor y = laid_out(laid_out.leaves());
  const rg::Tensor seed = rg::ones(y.shape(), {.dtype = y.dtype(), .requires_grad = true});
  Tensors gradients = rg::grad({y}, wanted, {.grad_outputs = {seed}, .create_graph = true});
  std::erase_if(gradients, [](const rg::Tensor& g) { return !g.requires_grad(); });
  wanted.push_back(seed);
  Tensors seeds;
  for (const rg::Tensor& gradient : gradients) {
    seeds.push_back(rg::ones(gradient.shape(), {.dtype = gradient.dtype(), .requires_grad = true}));
  }
  rg::grad(gradients, wanted, {.grad_outputs = seeds, .create_graph = true, .allow_unused = true});
}

// The names that follow `prefix` in a header and are followed by a parenthesis.
void add_declared(std::set<std::string>& names, const std::filesystem::path& header,
                  const std::string& prefix) {
  std::ifstream file(header);
  REQUIRE_MESSAGE(file.good(), header);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    at += prefix.size();
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", at);
    if (end != std::string::npos && end > at && text[end] == '(') {
      names.insert(text.substr(at, end - at));
    }
  }
}

std::set<std::string> declared_operators() {
  const auto root = std::filesystem::path(RETROGRAD_TEST_SOURCES);
  std::set<std::string> names;
  add_declared(names, root / "tensor" / "tensor.h", "  Tensor& ");
  // Writes in place end in an underscore, as nothing else does.
  std::erase_if(names, [](const std::string& name) { return name.back() != '_'; });
  names.insert({"to", "clone", "contiguous"});
  for (const auto& entry : std::filesystem::directory_iterator(root / "ops")) {
    if (entry.path().extension() == ".h") {
      add_declared(names, entry.path(), "RETROGRAD_API Tensor ");
      add_declared(names, entry.path(), "RETROGRAD_API ValuesAndIndices ");
      add_declared(names, entry.path(), "RETROGRAD_API std::vector<Tensor> ");
      add_declared(names, entry.path(), "RETROGRAD_API LSTMState ");
      add_declared(names, entry.path(), "RETROGRAD_API LSTMSequence ");
      add_declared(names, entry.path(), "RETROGRAD_API RecurrentOutput ");
    }
  }
  return names;
}

bool has_zero_size(const OpCase& row) {
  return std::any_of(row.inputs.begin(), row.inputs.end(), [](const Input& input) {
    return std::find(input.shape.begin(), input.shape.end(), 0) != input.shape.end();
  });
}

std::map<std::string, std::size_t> rows_by_operator() {
  std::map<std::string, std::size_t> rows;
  for (const OpCase& row : all_cases()) {
    ++rows[row.op];
  }
  return rows;
}

}  // namespace

TEST_CASE(
    "every operator that headers declare is registered and has rows, and every row an operator") {
  const std::set<std::string> declared = declared_operators();
  const Names without_gradient = united(&Topic::without_gradient);
  const auto rows = rows_by_operator();
  for (const std::string& op : declared) {
    CHECK_MESSAGE(rg::is_operator(op), op);
    CHECK_MESSAGE(rows.contains(op) != without_gradient.contains(op), op);
  }
  for (const auto& row : rows) {
    CHECK_MESSAGE(declared.contains(row.first), row.first);
  }
  for (const std::string& op : without_gradient) {
    CHECK_MESSAGE(declared.contains(op), op);
  }
}

TEST_CASE("every operator that reaches the tape has rows or belongs to one that has") {
  const Observing observing;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    run_to_second_order(LaidOutCase(row, Layout::contiguous));
  }
  const auto rows = rows_by_operator();
  const Names internal = united(&Topic::internal);
  for (const std::string& op : recorded) {
    CHECK_MESSAGE(rows.contains(op) != internal.contains(op), op);
  }
  for (const std::string& op : internal) {
    CHECK_MESSAGE(recorded.contains(op), op);
  }
}

TEST_CASE("every operator has enough rows") {
  auto rows = rows_by_operator();
  std::vector<std::size_t> counts;
  for (const auto& row : rows) {
    CHECK_MESSAGE(row.second >= 5, row.first);
    counts.push_back(row.second);
  }
  std::sort(counts.begin(), counts.end());
  CHECK(counts[counts.size() / 2] >= 8);
  for (const Topic& topic : all_topics()) {
    for (const auto& floor : topic.floors) {
      CHECK_MESSAGE(rows[floor.first] >= floor.second, floor.first);
    }
  }
  MESSAGE(rows.size() << " operators, " << all_cases().size() << " rows, median "
                      << counts[counts.size() / 2] << " an operator");
}

TEST_CASE("every operator has a row on no elements, and names are used once") {
  std::set<std::string> on_nothing;
  std::set<std::string> names;
  for (const OpCase& row : all_cases()) {
    if (has_zero_size(row)) {
      on_nothing.insert(row.op);
    }
    CHECK_MESSAGE(names.insert(row.name()).second, row.name());
  }
  for (const auto& row : rows_by_operator()) {
    CHECK_MESSAGE(on_nothing.contains(row.first), row.first);
  }
}
