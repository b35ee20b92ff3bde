#include <algorithm>

#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using BinaryOp = rg::Tensor (*)(const rg::Operand&, const rg::Operand&, rg::Where);

struct BinaryRow {
  const char* name;
  BinaryOp op;
  Values a;
  Values b;
  bool affine;
};

const BinaryRow kBinary[] = {
    {"add", rg::add, Values::any, Values::any, true},
    {"sub", rg::sub, Values::any, Values::any, true},
    {"mul", rg::mul, Values::any, Values::any, true},
    {"div", rg::div, Values::any, Values::away_from_zero, false},
    {"pow", rg::pow, Values::positive, Values::any, false},
    {"maximum", rg::maximum, Values::distinct, Values::distinct, false},
    {"minimum", rg::minimum, Values::distinct, Values::distinct, false},
};

bool broadcast_together(const rg::Shape& a, const rg::Shape& b) {
  for (std::size_t d = 1; d <= std::min(a.size(), b.size()); ++d) {
    const std::int64_t x = a[a.size() - d];
    const std::int64_t y = b[b.size() - d];
    if (x != y && x != 1 && y != 1) {
      return false;
    }
  }
  return true;
}

std::string in_torch(const BinaryRow& row, const std::string& arguments) {
  return "torch." + std::string(row.name) + "(" + arguments + ")";
}

void add_broadcast_cases(Table& table, const BinaryRow& row) {
  const std::vector<rg::Shape> shapes = {{}, {1}, {3}, {1, 3}, {2, 1}, {2, 3}, {0, 3}};
  for (const rg::Shape& a : shapes) {
    for (const rg::Shape& b : shapes) {
      if (broadcast_together(a, b)) {
        table.push_back({.op = row.name,
                         .label = to_string(a) + " with " + to_string(b),
                         .inputs = {{a, row.a}, {b, row.b}},
                         .torch = in_torch(row, "a, b"),
                         .function = [op = row.op](const Tensors& x) { return op(x[0], x[1], {}); },
                         .affine = row.affine});
      }
    }
  }
  table.push_back({.op = row.name,
                   .label = "rank 4, broadcast in the middle",
                   .inputs = {{{2, 1, 2, 3}, row.a}, {{2, 1, 3}, row.b}},
                   .torch = in_torch(row, "a, b"),
                   .function = [op = row.op](const Tensors& x) { return op(x[0], x[1], {}); },
                   .affine = row.affine});
}

void add_number_cases(Table& table, const BinaryRow& row) {
  const auto add = [&](const char* label, Values values, const char* torch, auto function) {
    for (const rg::Shape& shape : {rg::Shape{}, rg::Shape{2, 3}}) {
      table.push_back({.op = row.name,
                       .label = label + (" " + to_string(shape)),
                       .inputs = {{shape, values}},
                       .torch = in_torch(row, torch),
                       .function = function});
    }
  };
  // Tensors without dimensions do for plain numbers, which maximum and minimum do not take.
  add("a number on the right", row.a, "a, torch.tensor(1.5)",
      [op = row.op](const Tensors& x) { return op(x[0], 1.5, {}); });
  add("a number on the left", row.b, "torch.tensor(1.5).double(), a",
      [op = row.op](const Tensors& x) { return op(1.5, x[0], {}); });
  add("an integer", row.a, "a, torch.tensor(2)",
      [op = row.op](const Tensors& x) { return op(x[0], 2, {}); });
  add("an int64 tensor", row.a, "a, torch.tensor([2, 2, 2])", [op = row.op](const Tensors& x) {
    return op(x[0], rg::full({3}, 2, {.dtype = rg::int64}), {});
  });
}

// The same tensor on both sides: its gradients add up.
void add_same_tensor_case(Table& table, const BinaryRow& row) {
  table.push_back({.op = row.name,
                   .label = "with itself",
                   .inputs = {{{2, 3}, Values::positive}},
                   .torch = in_torch(row, "a, a"),
                   .function = [op = row.op](const Tensors& x) { return op(x[0], x[0], {}); }});
}

void add_power_cases(Table& table) {
  for (const double exponent : {0.0, 0.5, 1.0, 2.0, 3.0, -1.0, -2.5}) {
    // The factor keeps the result differentiable twice where the exponent is 0.
    table.push_back(
        {.op = "pow",
         .label = "exponent " + std::to_string(exponent),
         .inputs = {{{2, 3}, Values::positive}, {{2, 3}}},
         .torch = "a.pow(" + std::to_string(exponent) + ") * b",
         .function = [exponent](const Tensors& x) { return rg::pow(x[0], exponent) * x[1]; }});
  }
  table.push_back({.op = "pow",
                   .label = "negative bases",
                   .inputs = {{{2, 3}, Values::away_from_zero}},
                   .torch = "a.pow(3)",
                   .function = [](const Tensors& x) { return rg::pow(x[0], 3); }});
  table.push_back(
      {.op = "pow",
       .label = "negative bases, whole exponents as a tensor",
       .inputs = {{{5}, Values::away_from_zero},
                  rg::tensor({0.0, 1.0, 2.0, 3.0, -2.0}, {.dtype = rg::float64})},
       .torch = "a.pow(b)",
       .function = [](const Tensors& x) { return rg::pow(x[0], x[1].to(x[0].dtype())); }});
  for (const double base : {0.5, 1.0, 3.0}) {
    table.push_back({.op = "pow",
                     .label = "base " + std::to_string(base),
                     .inputs = {{2, 3}},
                     .torch = "torch.pow(" + std::to_string(base) + ", a)",
                     .function = [base](const Tensors& x) { return rg::pow(base, x[0]); }});
  }
}

void add_where_cases(Table& table) {
  const auto condition = [](const rg::Shape& shape) { return indices(shape, 2) == 0; };
  const struct {
    rg::Shape condition, a, b;
  } rows[] = {
      {{}, {}, {}},
      {{2, 3}, {2, 3}, {2, 3}},
      {{3}, {2, 3}, {2, 1}},
      {{2, 1}, {3}, {}},
      {{}, {2, 3}, {}},
      {{2, 1, 3}, {2, 1}, {1, 3}},
      {{0, 3}, {0, 3}, {1, 3}},
      {{2, 3}, {1}, {0, 2, 3}},
  };
  for (const auto& row : rows) {
    table.push_back(
        {.op = "where",
         .label = to_string(row.condition) + " " + to_string(row.a) + " " + to_string(row.b),
         .inputs = {condition(row.condition), row.a, row.b},
         .torch = "torch.where(a, b, c)",
         .function = [](const Tensors& x) { return rg::where(x[0], x[1], x[2]); },
         .affine = true});
  }
  table.push_back({.op = "where",
                   .label = "a number",
                   .inputs = {condition({2, 3}), {3}},
                   .torch = "torch.where(a, 0.5, b)",
                   .function = [](const Tensors& x) { return rg::where(x[0], 0.5, x[1]); },
                   .affine = true});
}

void add_cases(Table& table) {
  for (const BinaryRow& row : kBinary) {
    add_broadcast_cases(table, row);
    add_number_cases(table, row);
    add_same_tensor_case(table, row);
  }
  add_power_cases(table);
  add_where_cases(table);
}

const Registered registered({.add = add_cases,
                             .without_gradient = {"eq", "ne", "lt", "le", "gt", "ge"}});

}  // namespace

}  // namespace op_cases
