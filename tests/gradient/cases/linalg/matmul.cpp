#include "gradient/op_cases.h"

namespace op_cases {

namespace {

const std::pair<rg::Shape, rg::Shape> kProducts[] = {
    {{3}, {3}},
    {{1}, {1}},
    {{2, 3}, {3}},
    {{3}, {3, 2}},
    {{2, 3}, {3, 4}},
    {{1, 3}, {3, 1}},
    {{3, 1}, {1, 3}},
    {{4, 2}, {2, 3}},
    {{2, 2, 3}, {3, 2}},
    {{2, 2, 3}, {3}},
    {{2, 2, 3}, {2, 3, 2}},
    {{2, 3}, {2, 3, 2}},
    {{3}, {2, 3, 2}},
    {{1, 2, 3}, {2, 3, 2}},
    {{2, 2, 3}, {1, 3, 2}},
    {{2, 1, 2, 3}, {3, 3, 1}},
    {{2, 1, 1, 2}, {1, 2, 2, 3}},
    {{1, 1, 2, 2}, {2, 2}},
    {{0, 3}, {3, 2}},
    {{2, 0}, {0, 3}},  // sums of nothing: zeros
    {{2, 3}, {3, 0}},
    {{0}, {0}},
    {{0, 2, 3}, {3, 2}},
    {{0, 2, 3}, {0, 3, 2}},
    {{2, 2, 0}, {2, 0, 3}},
};

const std::pair<rg::Shape, rg::Shape> kLinears[] = {
    {{3}, {2, 3}},          {{2, 3}, {4, 3}}, {{1, 3}, {1, 3}},    {{2, 2, 3}, {2, 3}},
    {{2, 1, 2, 2}, {3, 2}}, {{0, 3}, {2, 3}}, {{2, 0, 3}, {2, 3}}, {{2, 0}, {3, 0}},
};

void add_cases(Table& table) {
  for (const auto& [a, b] : kProducts) {
    table.push_back({.op = "matmul",
                     .label = to_string(a) + " by " + to_string(b),
                     .inputs = {a, b},
                     .torch = "torch.matmul(a, b)",
                     .function = [](const Tensors& x) { return rg::matmul(x[0], x[1]); },
                     .affine = true});
  }
  table.push_back(
      {.op = "matmul",
       .label = "with its own transpose",
       .inputs = {{2, 3}},
       .torch = "a @ a.T",
       .function = [](const Tensors& x) { return rg::matmul(x[0], rg::transpose(x[0], 0, 1)); }});
  for (const auto& [shape, weight] : kLinears) {
    const std::string label = to_string(shape) + " by " + to_string(weight);
    table.push_back({.op = "linear",
                     .label = label,
                     .inputs = {shape, weight},
                     .torch = "F.linear(a, b)",
                     .function = [](const Tensors& x) { return rg::linear(x[0], x[1]); },
                     .affine = true});
    table.push_back({.op = "linear",
                     .label = label + " with bias",
                     .inputs = {shape, weight, rg::Shape{weight[0]}},
                     .torch = "F.linear(a, b, c)",
                     .function = [](const Tensors& x) { return rg::linear(x[0], x[1], x[2]); },
                     .affine = true});
  }
}

const Registered registered({.add = add_cases, .floors = {{"matmul", 20}}});

}  // namespace

}  // namespace op_cases
