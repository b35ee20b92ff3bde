#include "gradient/op_cases.h"

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
    {"expm1", rg::expm1, Values::any},      {"log2", rg::log2, Values::positive},
    {"rsqrt", rg::rsqrt, Values::positive}, {"reciprocal", rg::reciprocal, Values::away_from_zero},
    {"erf", rg::erf, Values::any},          {"sin", rg::sin, Values::any},
    {"cos", rg::cos, Values::any},          {"tan", rg::tan, Values::fraction},
    {"asin", rg::asin, Values::fraction},   {"acos", rg::acos, Values::fraction},
    {"atan", rg::atan, Values::any},        {"sinh", rg::sinh, Values::any},
    {"cosh", rg::cosh, Values::any},
};

const UnaryRow kOnBothSides[] = {
    {"tan", rg::tan, Values::fraction},
    {"asin", rg::asin, Values::fraction},
    {"acos", rg::acos, Values::fraction},
    {"reciprocal", rg::reciprocal, Values::positive},
};

// Their gradient is 0; a factor gives the second derivative something to check.
const UnaryRow kSteps[] = {
    {"sign", rg::sign, Values::away_from_zero},
    {"floor", rg::floor, Values::distinct},
    {"ceil", rg::ceil, Values::distinct},
    {"round", rg::round, Values::distinct},
};

const std::vector<rg::Shape> kShapes = {{},        {1},          {5},    {2, 3},   {3, 1},
                                        {2, 2, 3}, {2, 3, 2, 2}, {0, 3}, {2, 0, 3}};

void add_cases(Table& table) {
  for (const rg::Shape& shape : kShapes) {
    for (const UnaryRow& row : kUnary) {
      table.push_back({.op = row.name,
                       .label = to_string(shape),
                       .inputs = {{shape, row.values}},
                       .torch = "torch." + std::string(row.name) + "(a)",
                       .function = [op = row.op](const Tensors& x) { return op(x[0], {}); },
                       .affine = row.affine});
    }
    for (const UnaryRow& row : kSteps) {
      table.push_back(
          {.op = row.name,
           .label = to_string(shape),
           .inputs = {{shape, row.values}, {shape}},
           .torch = "torch." + std::string(row.name) + "(a) * b",
           .function = [op = row.op](const Tensors& x) { return op(x[0], {}) * x[1]; }});
    }
    // Distinct values never lie on the bounds.
    table.push_back({.op = "clamp",
                     .label = "between bounds " + to_string(shape),
                     .inputs = {{shape, Values::distinct}},
                     .torch = "a.clamp(-0.25, 0.5)",
                     .function = [](const Tensors& x) { return rg::clamp(x[0], -0.25, 0.5); }});
  }
  table.push_back({.op = "clamp",
                   .label = "from below",
                   .inputs = {{{2, 3}, Values::distinct}},
                   .torch = "a.clamp(min=0)",
                   .function = [](const Tensors& x) { return rg::clamp(x[0], 0); }});
  table.push_back({.op = "clamp",
                   .label = "from above",
                   .inputs = {{{2, 3}, Values::distinct}},
                   .torch = "a.clamp(max=0.25)",
                   .function = [](const Tensors& x) { return rg::clamp(x[0], {}, 0.25); }});
  table.push_back({.op = "log1p",
                   .label = "near -1",
                   .inputs = {{{2, 3}, Values::fraction}},
                   .torch = "torch.log1p(-a)",
                   .function = [](const Tensors& x) { return rg::log1p(-x[0]); }});
  for (const UnaryRow& row : kOnBothSides) {
    table.push_back({.op = row.name,
                     .label = "negative values",
                     .inputs = {{{2, 3}, row.values}},
                     .torch = "torch." + std::string(row.name) + "(-a)",
                     .function = [op = row.op](const Tensors& x) { return op(-x[0], {}); }});
  }
}

// start, end, weight
void add_lerp_cases(Table& table) {
  const struct {
    rg::Shape start, end, weight;
  } rows[] = {
      {{}, {}, {}},
      {{3}, {3}, {3}},
      {{2, 3}, {2, 3}, {2, 3}},
      {{2, 3}, {3}, {}},
      {{1, 3}, {2, 1}, {1}},
      {{}, {2, 3}, {2, 1}},
      {{2, 1, 2, 3}, {2, 1, 3}, {3}},
      {{2, 3}, {2, 3}, {1}},
      {{0, 3}, {1, 3}, {3}},
      {{2, 1}, {2, 0}, {}},
  };
  for (const auto& row : rows) {
    table.push_back(
        {.op = "lerp",
         .label = to_string(row.start) + " " + to_string(row.end) + " " + to_string(row.weight),
         .inputs = {row.start, row.end, row.weight},
         .torch = "torch.lerp(a, b, c)",
         .function = [](const Tensors& x) { return rg::lerp(x[0], x[1], x[2]); },
         .affine = true});
  }
  for (const double weight : {0.0, 0.25, 1.0, -1.5}) {
    table.push_back(
        {.op = "lerp",
         .label = "weight " + std::to_string(weight),
         .inputs = {{2, 3}, {3}},
         .torch = "torch.lerp(a, b, " + std::to_string(weight) + ")",
         .function = [weight](const Tensors& x) { return rg::lerp(x[0], x[1], weight); },
         .affine = true});
  }
}

const Registered registered({.add =
                                 [](Table& table) {
                                   add_cases(table);
                                   add_lerp_cases(table);
                                 },
                             .without_gradient = {"isnan", "isinf", "isfinite", "logical_not",
                                                  "logical_and", "logical_or", "logical_xor"}});

}  // namespace

}  // namespace op_cases
