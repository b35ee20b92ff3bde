#include "gradient/op_cases.h"

namespace op_cases {

namespace {

// A part of a tensor (2, 3) that is written to.
struct Target {
  const char* label;
  rg::Tensor (*part)(const rg::Tensor&);
  const char* torch;  // the part of a tensor y
  rg::Shape source;   // broadcasts to the part
  rg::Shape input = {2, 3};
};

rg::Tensor whole(const rg::Tensor& x) {
  return x;
}
rg::Tensor row(const rg::Tensor& x) {
  return rg::select(x, 0, 1);
}
rg::Tensor every_other_column(const rg::Tensor& x) {
  return rg::slice(x, 1, 0, {}, 2);
}
rg::Tensor transposed(const rg::Tensor& x) {
  return rg::transpose(x, 0, 1);
}
rg::Tensor reshaped(const rg::Tensor& x) {
  return rg::reshape(x, {2, 1, 3});
}
rg::Tensor part_of_a_part(const rg::Tensor& x) {
  return rg::select(rg::slice(x, 1, 1), 0, 0);
}
rg::Tensor nothing(const rg::Tensor& x) {
  return rg::slice(x, 0, 2);
}

const Target kTargets[] = {
    {"whole", whole, "y", {2, 3}},
    {"whole, broadcast from a row", whole, "y", {3}},
    {"whole, broadcast from a scalar", whole, "y", {}},
    {"row", row, "y[1]", {3}},
    {"every other column", every_other_column, "y[:, ::2]", {2, 1}},
    {"transposed", transposed, "y.T", {3, 2}},
    {"reshaped", reshaped, "y.view(2, 1, 3)", {2, 1, 1}},
    {"part of a part", part_of_a_part, "y[:, 1:][0]", {2}},
    {"a part without elements", nothing, "y[2:]", {3}},
    {"no elements", whole, "y", {0, 3}, {0, 3}},
};

using Update = rg::Tensor& (rg::Tensor::*)(const rg::Operand&, rg::Where);

struct UpdateRow {
  const char* name;
  Update call;
  Values source;
  bool affine;
  bool keeps_source;  // for the backward pass, so it must not be the tensor written to
};

const UpdateRow kUpdates[] = {
    {"add_", &rg::Tensor::add_, Values::any, true, false},
    {"sub_", &rg::Tensor::sub_, Values::any, true, false},
    {"mul_", &rg::Tensor::mul_, Values::any, true, true},
    {"div_", &rg::Tensor::div_, Values::away_from_zero, false, true},
};

// Writes to the part of a copy of x, and gives the whole copy.
template <class Write>
rg::Tensor written(const rg::Tensor& x, const Target& target, Write&& write) {
  rg::Tensor y = x.clone();
  rg::Tensor part = target.part(y);
  write(part);
  return y;
}

// The copy of a after a write to a part of it.
std::string in_torch(const Target& target, const std::string& write) {
  return "(lambda y: (" + (target.torch + ("." + write)) + ", y)[1])(a.clone())";
}

void add_update_cases(Table& table, const UpdateRow& update) {
  for (const Target& target : kTargets) {
    table.push_back({.op = update.name,
                     .label = target.label,
                     .inputs = {target.input, {target.source, update.source}},
                     .torch = in_torch(target, update.name + std::string("(b)")),
                     .function =
                         [call = update.call, &target](const Tensors& x) {
                           return written(x[0], target,
                                          [&](rg::Tensor& part) { (part.*call)(x[1], {}); });
                         },
                     .affine = update.affine});
  }
  table.push_back({.op = update.name,
                   .label = "a number",
                   .inputs = {{2, 3}},
                   .torch = "a." + std::string(update.name) + "(2.5)",
                   .function =
                       [call = update.call](const Tensors& x) {
                         rg::Tensor y = x[0].clone();
                         return (y.*call)(2.5, {});
                       },
                   .affine = true});
  if (!update.keeps_source) {
    table.push_back({.op = update.name,
                     .label = "with itself",
                     .inputs = {{{2, 3}, Values::away_from_zero}},
                     .torch = "a." + std::string(update.name) + "(a)",
                     .function = [call = update.call](const Tensors& x) {
                       rg::Tensor y = x[0].clone();
                       return (y.*call)(y, {});
                     }});
  }
  table.push_back(
      {.op = update.name,
       .label = "whole, read through an older part",
       .inputs = {{2, 3}, {{2, 3}, update.source}},
       .torch = "(lambda y, older: (y." + std::string(update.name) + "(b), older)[1])(a, a[0])",
       .function =
           [call = update.call](const Tensors& x) {
             rg::Tensor y = x[0].clone();
             const rg::Tensor older = rg::select(y, 0, 0);
             (y.*call)(x[1], {});
             return older;
           },
       .affine = update.affine});
  table.push_back({.op = update.name,
                   .label = "two overlapping parts, one after the other",
                   .inputs = {{2, 3}, {{3}, update.source}},
                   .torch = "(lambda y, row: (row." + std::string(update.name) + "(b), y[:, 1:]." +
                            update.name + "(b[1:]), y * row)[2])(a, a[1])",
                   .function = [call = update.call](const Tensors& x) {
                     rg::Tensor y = x[0].clone();
                     rg::Tensor row_part = rg::select(y, 0, 1);
                     rg::Tensor columns = rg::slice(y, 1, 1);
                     (row_part.*call)(x[1], {});
                     (columns.*call)(rg::slice(x[1], 0, 1), {});
                     return y * row_part;
                   }});
}

void add_cases(Table& table) {
  for (const UpdateRow& update : kUpdates) {
    add_update_cases(table, update);
  }
  for (const Target& target : kTargets) {
    table.push_back({.op = "copy_",
                     .label = target.label,
                     .inputs = {target.input, target.source},
                     .torch = "a * " + in_torch(target, "copy_(b)"),
                     .function = [&target](const Tensors& x) {
                       // What is overwritten entirely has no gradient; the factor keeps one.
                       return x[0] *
                              written(x[0], target, [&](rg::Tensor& part) { part.copy_(x[1]); });
                     }});
    table.push_back({.op = "fill_",
                     .label = target.label,
                     .inputs = {target.input, target.input},
                     .torch = "b * " + in_torch(target, "fill_(1.5)"),
                     .function =
                         [&target](const Tensors& x) {
                           return x[1] *
                                  written(x[0], target, [](rg::Tensor& part) { part.fill_(1.5); });
                         },
                     .affine = true});
    table.push_back({.op = "zero_",
                     .label = target.label,
                     .inputs = {target.input, target.input},
                     .torch = "b * " + in_torch(target, "zero_()"),
                     .function =
                         [&target](const Tensors& x) {
                           return x[1] *
                                  written(x[0], target, [](rg::Tensor& part) { part.zero_(); });
                         },
                     .affine = true});
  }
}

const Registered registered(
    {.add = add_cases, .internal = {"overwrite", "read_view", "add_into_view", "replace_view"}});

}  // namespace

}  // namespace op_cases
