#include <algorithm>
#include <utility>

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
  bool step = false;  // its gradient is 0
};

const BinaryRow kBinary[] = {
    {"add", rg::add, Values::any, Values::any, true},
    {"sub", rg::sub, Values::any, Values::any, true},
    {"mul", rg::mul, Values::any, Values::any, true},
    {"div", rg::div, Values::any, Values::away_from_zero, false},
    {"pow", rg::pow, Values::positive, Values::any, false},
    {"fmod", rg::fmod, Values::any, Values::away_from_zero, false},
    {"remainder", rg::remainder, Values::positive, Values::away_from_zero, false},
    {"floor_divide", rg::floor_divide, Values::any, Values::away_from_zero, false, true},
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

// A factor gives the second derivative of a step something to check.
void add(Table& table, const BinaryRow& row, const std::string& label, std::vector<Input> inputs,
         const std::string& arguments, std::function<rg::Tensor(const Tensors&)> function) {
  OpCase added{.op = row.name,
               .label = label,
               .inputs = std::move(inputs),
               .torch = "torch." + std::string(row.name) + "(" + arguments + ")",
               .function = std::move(function),
               .affine = row.affine};
  if (row.step) {
    added.torch = "torch.div(" + arguments + ", rounding_mode='floor') * " +
                  static_cast<char>('a' + added.inputs.size());
    added.inputs.push_back(rg::Shape{});
    added.function = [step = added.function](const Tensors& x) { return step(x) * x.back(); };
  }
  table.push_back(std::move(added));
}

void add_broadcast_cases(Table& table, const BinaryRow& row) {
  const auto apply = [op = row.op](const Tensors& x) { return op(x[0], x[1], {}); };
  const std::vector<rg::Shape> shapes = {{}, {1}, {3}, {1, 3}, {2, 1}, {2, 3}, {0, 3}};
  for (const rg::Shape& a : shapes) {
    for (const rg::Shape& b : shapes) {
      if (broadcast_together(a, b)) {
        add(table, row, to_string(a) + " with " + to_string(b), {{a, row.a}, {b, row.b}}, "a, b",
            apply);
      }
    }
  }
  add(table, row, "rank 4, broadcast in the middle", {{{2, 1, 2, 3}, row.a}, {{2, 1, 3}, row.b}},
      "a, b", apply);
}

void add_number_cases(Table& table, BinaryRow row) {
  row.affine = false;
  const auto add_both = [&](const char* label, Values values, const char* torch, auto function) {
    for (const rg::Shape& shape : {rg::Shape{}, rg::Shape{2, 3}}) {
      add(table, row, label + (" " + to_string(shape)), {{shape, values}}, torch, function);
    }
  };
  // Tensors without dimensions do for plain numbers, which maximum and minimum do not take.
  add_both("a number on the right", row.a, "a, torch.tensor(1.5)",
           [op = row.op](const Tensors& x) { return op(x[0], 1.5, {}); });
  add_both("a number on the left", row.b, "torch.tensor(1.5).double(), a",
           [op = row.op](const Tensors& x) { return op(1.5, x[0], {}); });
  add_both("an integer", row.a, "a, torch.tensor(2)",
           [op = row.op](const Tensors& x) { return op(x[0], 2, {}); });
  add_both("an int64 tensor", row.a, "a, torch.tensor([2, 2, 2])", [op = row.op](const Tensors& x) {
    return op(x[0], rg::full({3}, 2, {.dtype = rg::int64}), {});
  });
}

// The same tensor on both sides: its gradients add up.
void add_same_tensor_case(Table& table, BinaryRow row) {
  row.affine = false;
  add(table, row, "with itself", {{{2, 3}, Values::positive}}, "a, a",
      [op = row.op](const Tensors& x) { return op(x[0], x[0], {}); });
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
