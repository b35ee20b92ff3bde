#include <cmath>
#include <sstream>
#include <tuple>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Product = rg::Tensor (*)(const rg::Tensor&, const rg::Tensor&, rg::Where);

struct Row {
  const char* op;
  Product product;
  rg::Shape a;
  rg::Shape b;
};

const Row kRows[] = {
    {"dot", rg::dot, {1}, {1}},
    {"dot", rg::dot, {2}, {2}},
    {"dot", rg::dot, {3}, {3}},
    {"dot", rg::dot, {5}, {5}},
    {"dot", rg::dot, {7}, {7}},
    {"dot", rg::dot, {9}, {9}},
    {"dot", rg::dot, {16}, {16}},
    {"dot", rg::dot, {0}, {0}},
    {"outer", rg::outer, {1}, {1}},
    {"outer", rg::outer, {2}, {3}},
    {"outer", rg::outer, {3}, {2}},
    {"outer", rg::outer, {1}, {4}},
    {"outer", rg::outer, {4}, {1}},
    {"outer", rg::outer, {5}, {4}},
    {"outer", rg::outer, {0}, {3}},
    {"outer", rg::outer, {3}, {0}},
    {"mm", rg::mm, {1, 1}, {1, 1}},
    {"mm", rg::mm, {2, 3}, {3, 4}},
    {"mm", rg::mm, {1, 3}, {3, 2}},
    {"mm", rg::mm, {3, 1}, {1, 3}},
    {"mm", rg::mm, {4, 2}, {2, 1}},
    {"mm", rg::mm, {0, 3}, {3, 2}},
    {"mm", rg::mm, {2, 0}, {0, 3}},
    {"mm", rg::mm, {2, 3}, {3, 0}},
    {"bmm", rg::bmm, {1, 1, 1}, {1, 1, 1}},
    {"bmm", rg::bmm, {2, 2, 3}, {2, 3, 2}},
    {"bmm", rg::bmm, {3, 1, 3}, {3, 3, 2}},
    {"bmm", rg::bmm, {1, 3, 2}, {1, 2, 4}},
    {"bmm", rg::bmm, {2, 3, 1}, {2, 1, 3}},
    {"bmm", rg::bmm, {0, 2, 3}, {0, 3, 2}},
    {"bmm", rg::bmm, {2, 2, 0}, {2, 0, 3}},
    {"bmm", rg::bmm, {2, 0, 3}, {2, 3, 2}},
};

struct Added {
  const char* op;
  rg::Tensor (*function)(const rg::Tensor&, const rg::Tensor&, const rg::Tensor&, rg::AddmmOptions,
                         rg::Where);
  rg::Shape input;
  rg::Shape a;
  rg::Shape b;
  rg::AddmmOptions options = {};
};

const Added kAdded[] = {
    {"addmm", rg::addmm, {2, 4}, {2, 3}, {3, 4}},
    {"addmm", rg::addmm, {4}, {2, 3}, {3, 4}},
    {"addmm", rg::addmm, {2, 1}, {2, 3}, {3, 4}},
    {"addmm", rg::addmm, {}, {2, 3}, {3, 4}},
    {"addmm", rg::addmm, {2, 2}, {2, 3}, {3, 2}, {.beta = 0.5}},
    {"addmm", rg::addmm, {2, 2}, {2, 3}, {3, 2}, {.alpha = -2}},
    {"addmm", rg::addmm, {2}, {2, 3}, {3, 2}, {.beta = 2, .alpha = 0.25}},
    {"addmm", rg::addmm, {2, 2}, {2, 0}, {0, 2}},
    {"addmm", rg::addmm, {0, 2}, {0, 3}, {3, 2}, {.beta = 2}},
    {"baddbmm", rg::baddbmm, {2, 2, 3}, {2, 2, 2}, {2, 2, 3}},
    {"baddbmm", rg::baddbmm, {3}, {2, 2, 2}, {2, 2, 3}},
    {"baddbmm", rg::baddbmm, {2, 3}, {2, 2, 2}, {2, 2, 3}},
    {"baddbmm", rg::baddbmm, {2, 1, 1}, {2, 2, 2}, {2, 2, 3}},
    {"baddbmm", rg::baddbmm, {2, 2, 2}, {2, 2, 3}, {2, 3, 2}, {.beta = 0.5}},
    {"baddbmm", rg::baddbmm, {1, 2, 2}, {1, 2, 3}, {1, 3, 2}, {.alpha = -2}},
    {"baddbmm", rg::baddbmm, {2, 2, 2}, {2, 2, 1}, {2, 1, 2}, {.beta = 2, .alpha = 0.25}},
    {"baddbmm", rg::baddbmm, {2, 2, 3}, {2, 2, 0}, {2, 0, 3}},
};

// x1, x2 and weight.
const std::tuple<rg::Shape, rg::Shape, rg::Shape> kBilinear[] = {
    {{2}, {3}, {2, 2, 3}},       {{2, 2}, {2, 3}, {2, 2, 3}},       {{1, 3}, {1, 2}, {1, 3, 2}},
    {{3, 1}, {3, 1}, {2, 1, 1}}, {{2, 2, 2}, {2, 2, 2}, {3, 2, 2}}, {{0, 2}, {0, 3}, {2, 2, 3}},
    {{2, 0}, {2, 3}, {2, 0, 3}},
};

std::string number(double value) {
  std::ostringstream text;
  text << value;
  return text.str();
}

void add_cases(Table& table) {
  for (const Row& row : kRows) {
    table.push_back({.op = row.op,
                     .label = to_string(row.a) + " by " + to_string(row.b),
                     .inputs = {row.a, row.b},
                     .torch = std::string("torch.") + row.op + "(a, b)",
                     .function = [f = row.product](const Tensors& x) { return f(x[0], x[1], {}); },
                     .affine = true});
  }
  for (const Added& row : kAdded) {
    const std::string beta = number(row.options.beta);
    const std::string alpha = number(row.options.alpha);
    table.push_back(
        {.op = row.op,
         .label = to_string(row.input) + " and " + to_string(row.a) + " by " + to_string(row.b) +
                  ", beta " + beta + ", alpha " + alpha,
         .inputs = {row.input, row.a, row.b},
         .torch =
             std::string("torch.") + row.op + "(a, b, c, beta=" + beta + ", alpha=" + alpha + ")",
         .function =
             [row](const Tensors& x) { return row.function(x[0], x[1], x[2], row.options, {}); },
         .affine = true});
  }
  table.push_back(
      {.op = "addmm",
       .label = "beta 0 and an input of NaN",
       .inputs = {{2, 3}, {3, 2}, rg::full({2, 2}, std::nan(""), {.dtype = rg::float64})},
       .torch = "torch.addmm(c, a, b, beta=0)",
       .function =
           [](const Tensors& x) {
             return rg::addmm(x[2].to(x[0].dtype()), x[0], x[1], {.beta = 0});
           },
       .affine = true});
  for (const auto& [x1, x2, weight] : kBilinear) {
    const std::string label = to_string(x1) + " and " + to_string(x2) + " by " + to_string(weight);
    const bool sums_something = x1.back() > 0;  // PyTorch refuses the other
    table.push_back({.op = "bilinear",
                     .label = label,
                     .inputs = {x1, x2, weight},
                     .torch = sums_something ? "F.bilinear(a, b, c)" : "",
                     .function = [](const Tensors& x) { return rg::bilinear(x[0], x[1], x[2]); },
                     .affine = true});
    table.push_back(
        {.op = "bilinear",
         .label = label + " with bias",
         .inputs = {x1, x2, weight, rg::Shape{weight[0]}},
         .torch = sums_something ? "F.bilinear(a, b, c, d)" : "",
         .function = [](const Tensors& x) { return rg::bilinear(x[0], x[1], x[2], x[3]); },
         .affine = true});
  }
}

const Registered registered({.add = add_cases,
                             .floors = {{"dot", 8},
                                        {"outer", 8},
                                        {"mm", 8},
                                        {"bmm", 8},
                                        {"addmm", 8},
                                        {"baddbmm", 8},
                                        {"bilinear", 8}}});

}  // namespace

}  // namespace op_cases
