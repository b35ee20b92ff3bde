#include <cmath>

#include "gradient/reductions.h"

namespace op_cases {

namespace {

struct Spread {
  const char* name;
  rg::Tensor (*op)(const rg::Tensor&, const rg::Dims&, rg::VarOptions, rg::Where);
};
const Spread kSpreads[] = {{"var", rg::var}, {"std", rg::std}};

// The ramp keeps the elements apart in every layout: std() has a kink where all are equal.
Input ramp(const rg::Shape& shape) {
  return rg::reshape(rg::arange(rg::zeros(shape).numel()).to(rg::float64) * 0.375, shape);
}

void add_spread(Table& table, const Spread& spread, const Reduction& row, std::int64_t correction) {
  table.push_back({.op = spread.name,
                   .label = row.label() + " with correction " + std::to_string(correction),
                   .inputs = {{row.shape, Values::distinct}, ramp(row.shape)},
                   .torch = std::string("torch.") + spread.name + "(a + b, " + row.python_dims() +
                            ", correction=" + std::to_string(correction) +
                            ", keepdim=" + row.python_keepdim() + ")",
                   .function = [op = spread.op, row, correction](const Tensors& x) {
                     return op(x[0] + x[1].to(x[0].dtype()), row.dims,
                               {.keepdim = row.keepdim, .correction = correction}, {});
                   }});
}

// How many elements each result is of.
std::int64_t count(const Reduction& row) {
  std::int64_t all = 1;
  for (std::size_t d = 0; row.dims.empty() && d < row.shape.size(); ++d) {
    all *= row.shape[d];
  }
  for (const std::int64_t d : row.dims) {
    const auto rank = static_cast<std::int64_t>(row.shape.size());
    all *= rank == 0 ? 1 : row.shape[static_cast<std::size_t>(d < 0 ? d + rank : d)];
  }
  return all;
}

// The shift keeps numbers of both signs from having one absolute value.
void add_norm(Table& table, const Reduction& row, double p, const std::string& python_p) {
  table.push_back({.op = "norm",
                   .label = row.label() + " with p " + python_p,
                   .inputs = {{row.shape, Values::distinct}},
                   .torch = "torch.linalg.vector_norm(a + 0.03125, " + python_p + ", " +
                            row.python_dims() + ", " + row.python_keepdim() + ")",
                   .function = [row, p](const Tensors& x) {
                     return rg::norm(x[0] + 0.03125, p, row.dims, row.keepdim);
                   }});
}

void add_flag_cases(Table& table) {
  for (const Spread& spread : kSpreads) {
    for (const bool unbiased : {true, false}) {
      table.push_back({.op = spread.name,
                       .label = unbiased ? "unbiased" : "biased",
                       .inputs = {{{2, 3}, Values::distinct}},
                       .torch = std::string("torch.") + spread.name + "(a, 1, " +
                                (unbiased ? "True" : "False") + ")",
                       .function = [op = spread.op, unbiased](const Tensors& x) {
                         return op(x[0], 1, {.unbiased = unbiased}, {});
                       }});
    }
  }
}

void add_cases(Table& table) {
  for (const Reduction& row : kReductions) {
    for (const Spread& spread : kSpreads) {
      if (count(row) > 1) {
        add_spread(table, spread, row, 1);
        add_spread(table, spread, row, 0);
      }
    }
    if (count(row) == 1) {
      add_spread(table, kSpreads[0], row, 0);
    }
    if (count(row) > 2) {
      add_spread(table, kSpreads[0], row, 2);
    }
    add_norm(table, row, 2, "2");
  }
  add_flag_cases(table);
  // Its gradient is 0; the factor gives the second derivative something to check.
  table.push_back({.op = "norm",
                   .label = "p 0 times a number",
                   .inputs = {{{2, 3}, Values::distinct}, rg::Shape{2}},
                   .torch = "torch.linalg.vector_norm(a, 0, 1) * b",
                   .function = [](const Tensors& x) { return rg::norm(x[0], 0, 1) * x[1]; }});
  const std::pair<double, const char*> powers[] = {
      {0.5, "0.5"},   {1, "1"},     {1.5, "1.5"},      {3, "3"},
      {-1.5, "-1.5"}, {2.5, "2.5"}, {INFINITY, "inf"}, {-INFINITY, "-inf"}};
  for (const auto& [p, name] : powers) {
    const std::string python =
        std::isinf(p) ? "float('" + std::string(name) + "')" : std::string(name);
    add_norm(table, {{2, 3}, {1}}, p, python);
    add_norm(table, {{5}, {}}, p, python);
    add_norm(table, {{2, 3, 2}, {0, 2}, true}, p, python);
  }
  for (const Reduction& row : kEmptyReductions) {
    add_norm(table, row, 2, "2");
  }
}

const Registered registered(
    {.add = add_cases, .floors = {{"var", 20}, {"std", 20}, {"norm", 20}, {"logsumexp", 20}}});

}  // namespace

}  // namespace op_cases
