#include "gradient/op_cases.h"

namespace op_cases {

namespace {

const std::vector<rg::Shape> kShapes = {{},        {1},          {5},    {2, 3},
                                        {2, 3, 2}, {2, 3, 1, 2}, {0, 3}, {2, 0, 2}};

void add_cases(Table& table) {
  for (const rg::Shape& shape : kShapes) {
    table.push_back({.op = "clone",
                     .label = to_string(shape),
                     .inputs = {shape},
                     .torch = "a.clone()",
                     .function = [](const Tensors& x) { return x[0].clone(); },
                     .affine = true});
    table.push_back(
        {.op = "contiguous",
         .label = to_string(shape),
         .inputs = {shape},
         .torch = "a.transpose(0, -1).contiguous()",
         .function = [](const Tensors& x) { return rg::transpose(x[0], 0, -1).contiguous(); },
         .affine = true});
    // Shorter dtypes lose the small steps of finite differences; a large one is exact.
    table.push_back(
        {.op = "to",
         .label = "float32 and back " + to_string(shape),
         .inputs = {shape},
         .torch = "a.float().double()",
         .function = [](const Tensors& x) { return x[0].to(rg::float32).to(rg::float64); },
         .eps = 0.25});
  }
}

const Registered registered({.add = add_cases});

}  // namespace

}  // namespace op_cases
