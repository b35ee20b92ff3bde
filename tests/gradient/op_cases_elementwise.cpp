#include "op_cases.h"

namespace op_cases {

namespace {

struct UnaryRow {
  const char* name;
  rg::Tensor (*op)(const rg::Tensor&, rg::Where);
  Values values;
  bool affine = false;
};

const UnaryRow kUnary[] = {
    {"neg", rg::neg, Values::any, true},    {"abs", rg::abs, Values::away_from_zero},
    {"exp", rg::exp, Values::any},          {"log", rg::log, Values::positive},
    {"log1p", rg::log1p, Values::positive}, {"sqrt", rg::sqrt, Values::positive},
    {"square", rg::square, Values::any},    {"tanh", rg::tanh, Values::any},
    {"sigmoid", rg::sigmoid, Values::any},  {"relu", rg::relu, Values::away_from_zero},
};

const std::vector<rg::Shape> kShapes = {{},        {1},          {5},    {2, 3},   {3, 1},
                                        {2, 2, 3}, {2, 3, 2, 2}, {0, 3}, {2, 0, 3}};

void add_cases(Table& table) {
  for (const rg::Shape& shape : kShapes) {
    for (const UnaryRow& row : kUnary) {
      table.push_back({.op = row.name,
                       .label = to_string(shape),
                       .inputs = {{shape, row.values}},
                       .function = [op = row.op](const Tensors& x) { return op(x[0], {}); },
                       .affine = row.affine});
    }
    // Its gradient is 0; the factor gives the second derivative something to check.
    table.push_back({.op = "sign",
                     .label = to_string(shape),
                     .inputs = {{shape, Values::away_from_zero}, {shape}},
                     .function = [](const Tensors& x) { return rg::sign(x[0]) * x[1]; }});
    // Distinct values never lie on the bounds.
    table.push_back({.op = "clamp",
                     .label = "between bounds " + to_string(shape),
                     .inputs = {{shape, Values::distinct}},
                     .function = [](const Tensors& x) { return rg::clamp(x[0], -0.25, 0.5); }});
  }
  table.push_back({.op = "clamp",
                   .label = "from below",
                   .inputs = {{{2, 3}, Values::distinct}},
                   .function = [](const Tensors& x) { return rg::clamp(x[0], 0); }});
  table.push_back({.op = "clamp",
                   .label = "from above",
                   .inputs = {{{2, 3}, Values::distinct}},
                   .function = [](const Tensors& x) { return rg::clamp(x[0], {}, 0.25); }});
  table.push_back({.op = "log1p",
                   .label = "near -1",
                   .inputs = {{{2, 3}, Values::fraction}},
                   .function = [](const Tensors& x) { return rg::log1p(-x[0]); }});
}

const Registered registered({.add = add_cases});

}  // namespace

}  // namespace op_cases
