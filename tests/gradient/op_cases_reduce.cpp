#include "op_cases.h"

namespace op_cases {

namespace {

struct Reduction {
  rg::Shape shape;
  rg::Dims dims;
  bool keepdim = false;

  std::string label() const {
    return to_string(shape) + " over " + (dims.empty() ? "all" : to_string(dims)) +
           (keepdim ? ", kept" : "");
  }
};

const Reduction kReductions[] = {
    {{}, {}},
    {{}, {}, true},
    {{}, {0}},
    {{}, {-1}, true},
    {{1}, {}},
    {{5}, {}},
    {{5}, {0}, true},
    {{5}, {-1}},
    {{2, 3}, {}},
    {{2, 3}, {}, true},
    {{2, 3}, {0}},
    {{2, 3}, {1}, true},
    {{2, 3}, {-2}, true},
    {{2, 3}, {0, 1}},
    {{2, 3, 2}, {1}},
    {{2, 3, 2}, {0, 2}},
    {{2, 3, 2}, {0, 2}, true},
    {{2, 3, 2}, {-1, -3}},
    {{2, 1, 3, 2}, {1}},
    {{2, 2, 3, 2}, {0, 2, 3}, true},
    {{0, 3}, {1}},
    {{2, 0, 3}, {2}, true},
};

// No elements at all: a sum of none is 0, a mean NaN, a largest of none an error.
const Reduction kEmptyReductions[] = {
    {{0, 3}, {}}, {{0, 3}, {0}}, {{2, 0, 3}, {1}, true}, {{2, 0}, {0, 1}}};

using Reduce = rg::Tensor (*)(const rg::Tensor&, const rg::Dims&, bool, rg::Where);

void add(Table& table, const char* name, Reduce op, Values values, const Reduction& row,
         bool affine) {
  table.push_back(
      {.op = name,
       .label = row.label(),
       .inputs = {{row.shape, values}},
       .function = [op, row](const Tensors& x) { return op(x[0], row.dims, row.keepdim, {}); },
       .affine = affine});
}

// max() along one dimension, and of all elements.
void add_max_cases(Table& table) {
  for (const Reduction& row : kReductions) {
    if (row.dims.empty()) {
      table.push_back({.op = "max",
                       .label = "of all of " + row.label(),
                       .inputs = {{row.shape, Values::distinct}},
                       .function = [](const Tensors& x) { return rg::max(x[0]); }});
    }
    for (std::size_t d = 0; d < row.dims.size(); ++d) {
      const std::int64_t dim = row.dims[d];
      table.push_back({.op = "max",
                       .label = "dimension " + std::to_string(dim) + " of " + row.label(),
                       .inputs = {{row.shape, Values::distinct}},
                       .function = [dim, keepdim = row.keepdim](const Tensors& x) {
                         return rg::max(x[0], dim, keepdim).values;
                       }});
    }
  }
}

void add_sum_to_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> rows[] = {
      {{}, {}},
      {{3}, {}},
      {{3}, {1}},
      {{2, 3}, {3}},
      {{2, 3}, {2, 1}},
      {{2, 3}, {1, 1}},
      {{2, 3}, {2, 3}},
      {{2, 3, 2}, {2}},
      {{2, 3, 2}, {3, 1}},
      {{2, 2, 3}, {2, 1, 3}},
      {{0, 3}, {3}},
      {{2, 0, 3}, {2, 1, 3}},
  };
  for (const auto& [from, to] : rows) {
    table.push_back({.op = "sum_to",
                     .label = to_string(from) + " to " + to_string(to),
                     .inputs = {from},
                     .function = [to = to](const Tensors& x) { return rg::sum_to(x[0], to); },
                     .affine = true});
  }
}

void add_cases(Table& table) {
  for (const Reduction& row : kReductions) {
    add(table, "sum", rg::sum, Values::any, row, true);
    add(table, "mean", rg::mean, Values::any, row, true);
    add(table, "amax", rg::amax, Values::distinct, row, false);
    add(table, "amin", rg::amin, Values::distinct, row, false);
    add(table, "logsumexp", rg::logsumexp, Values::any, row, false);
  }
  for (const Reduction& row : kEmptyReductions) {
    add(table, "sum", rg::sum, Values::any, row, true);
  }
  add_max_cases(table);
  add_sum_to_cases(table);
}

const Registered registered(
    {.add = add_cases,
     .floors = {{"sum", 20}, {"mean", 20}, {"amax", 20}, {"amin", 20}, {"max", 20}},
     .without_gradient = {"argmax"}});

}  // namespace

}  // namespace op_cases
