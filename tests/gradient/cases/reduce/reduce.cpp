#include "gradient/reductions.h"

namespace op_cases {

namespace {

using Reduce = rg::Tensor (*)(const rg::Tensor&, const rg::Dims&, bool, rg::Where);

void add(Table& table, const char* name, Reduce op, Values values, const Reduction& row,
         bool affine) {
  table.push_back(
      {.op = name,
       .label = row.label(),
       .inputs = {{row.shape, values}},
       .torch = std::string("torch.") + name + "(a, " + row.python_dims() + ", " +
                row.python_keepdim() + ")",
       .function = [op, row](const Tensors& x) { return op(x[0], row.dims, row.keepdim, {}); },
       .affine = affine});
}

// max() or min() of all elements, and along one dimension.
struct Extreme {
  const char* name;
  rg::Tensor (*of_all)(const rg::Tensor&, rg::Where);
  rg::ValuesAndIndices (*along)(const rg::Tensor&, std::int64_t, bool, rg::Where);
};
const Extreme kExtremes[] = {{"max", rg::max, rg::max}, {"min", rg::min, rg::min}};

void add_extreme_cases(Table& table, const Extreme& extreme) {
  for (const Reduction& row : kReductions) {
    if (row.dims.empty()) {
      table.push_back({.op = extreme.name,
                       .label = "of all of " + row.label(),
                       .inputs = {{row.shape, Values::distinct}},
                       .torch = std::string("a.") + extreme.name + "()",
                       .function = [f = extreme.of_all](const Tensors& x) { return f(x[0], {}); }});
    }
    for (std::size_t d = 0; d < row.dims.size(); ++d) {
      const std::int64_t dim = row.dims[d];
      table.push_back(
          {.op = extreme.name,
           .label = "dimension " + std::to_string(dim) + " of " + row.label(),
           .inputs = {{row.shape, Values::distinct}},
           .torch = std::string("a.") + extreme.name + "(" + std::to_string(dim) + ", " +
                    row.python_keepdim() + ").values",
           .function = [dim, keepdim = row.keepdim, f = extreme.along](const Tensors& x) {
             return f(x[0], dim, keepdim, {}).values;
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
                     .torch = "a.sum_to_size(" + to_string(to) + ")",
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
  for (const Extreme& extreme : kExtremes) {
    add_extreme_cases(table, extreme);
  }
  add_sum_to_cases(table);
}

const Registered registered(
    {.add = add_cases,
     .floors = {{"sum", 20}, {"mean", 20}, {"amax", 20}, {"amin", 20}, {"max", 20}, {"min", 20}},
     .without_gradient = {"argmax", "argmin", "all", "any"}});

}  // namespace

}  // namespace op_cases
