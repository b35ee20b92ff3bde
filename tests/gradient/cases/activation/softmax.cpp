#include "gradient/op_cases.h"

namespace op_cases {

namespace {

const std::pair<rg::Shape, std::int64_t> kRows[] = {
    {{}, 0},           {{1}, 0},           {{4}, 0},       {{4}, -1},       {{2, 3}, 0},
    {{2, 3}, 1},       {{2, 3}, -1},       {{2, 3, 2}, 1}, {{2, 3, 2}, -3}, {{3, 1}, 1},
    {{2, 3, 2, 2}, 1}, {{2, 2, 2, 3}, -1}, {{0, 3}, 1},    {{2, 0, 3}, 2},  {{2, 0}, 1},
};

void add_cases(Table& table) {
  for (const auto& [shape, dim] : kRows) {
    const std::string label = to_string(shape) + " along " + std::to_string(dim);
    table.push_back({.op = "softmax",
                     .label = label,
                     .inputs = {shape},
                     .torch = "F.softmax(a, " + std::to_string(dim) + ")",
                     .function = [dim = dim](const Tensors& x) { return rg::softmax(x[0], dim); }});
    table.push_back(
        {.op = "log_softmax",
         .label = label,
         .inputs = {shape},
         .torch = "F.log_softmax(a, " + std::to_string(dim) + ")",
         .function = [dim = dim](const Tensors& x) { return rg::log_softmax(x[0], dim); }});
  }
}

const Registered registered({.add = add_cases, .floors = {{"logsumexp", 20}}});

}  // namespace

}  // namespace op_cases
