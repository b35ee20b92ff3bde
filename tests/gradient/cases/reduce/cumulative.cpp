#include <algorithm>
#include <functional>

#include "gradient/reductions.h"

namespace op_cases {

namespace {

const std::pair<rg::Shape, std::int64_t> kScans[] = {
    {{}, 0},        {{}, -1},          {{1}, 0},          {{4}, 0},        {{4}, -1},
    {{6}, 0},       {{2, 3}, 0},       {{2, 3}, 1},       {{2, 3}, -1},    {{3, 2}, -2},
    {{2, 3, 2}, 0}, {{2, 3, 2}, 1},    {{2, 3, 2}, 2},    {{2, 3, 2}, -3}, {{3, 1}, 1},
    {{1, 3}, 0},    {{2, 3, 2, 2}, 1}, {{2, 2, 2, 3}, 3}, {{0, 3}, 1},     {{0, 3}, 0},
    {{2, 0, 3}, 2},
};

struct Scan {
  const char* name;
  rg::Tensor (*op)(const rg::Tensor&, std::int64_t, rg::Where);
  bool affine;
};
const Scan kOps[] = {{"cumsum", rg::cumsum, true}, {"cumprod", rg::cumprod, false}};

// In PyTorch a product goes along one dimension at a time.
std::string python_prod(const Reduction& row) {
  if (row.dims.empty()) {
    return row.keepdim
               ? "a.prod().reshape(" + to_string(rg::Dims::filled(row.shape.size(), 1)) + ")"
               : "a.prod()";
  }
  rg::Dims dims = row.dims;
  for (std::int64_t& d : dims) {
    d += d < 0 ? static_cast<std::int64_t>(std::max<std::size_t>(row.shape.size(), 1)) : 0;
  }
  std::sort(dims.begin(), dims.end(), std::greater<>());
  std::string all = "a";
  for (const std::int64_t d : dims) {
    all += ".prod(" + std::to_string(d) + ", " + row.python_keepdim() + ")";
  }
  return all;
}

void add_prod(Table& table, const Reduction& row) {
  table.push_back(
      {.op = "prod",
       .label = row.label(),
       .inputs = {row.shape},
       .torch = python_prod(row),
       .function = [row](const Tensors& x) { return rg::prod(x[0], row.dims, row.keepdim); }});
}

// A row whose input, less a constant, is 0 where `zero` is 1: with derivatives there.
OpCase with_zeros(const char* op, const std::string& label, const rg::Tensor& zero) {
  OpCase row{.op = op, .label = label, .inputs = {zero.shape()}};
  row.inputs.push_back(rg::where(zero == 1, values_of(row)[0], 0.0));
  return row;
}

rg::Tensor less(const Tensors& x) {
  return x[0] - x[1].to(x[0].dtype());
}

void add_zero_cases(Table& table) {
  const std::pair<const char*, rg::Tensor> zeros[] = {
      {"one zero", rg::tensor({{0, 1, 0, 0}, {0, 0, 0, 0}})},
      {"a zero first", rg::tensor({{1, 0, 0, 0}, {0, 0, 0, 0}})},
      {"a zero last", rg::tensor({{0, 0, 0, 1}, {0, 0, 0, 1}})},
      {"two zeros", rg::tensor({{0, 1, 1, 0}, {1, 0, 0, 1}})},
      {"three zeros", rg::tensor({{1, 1, 0, 1}, {0, 1, 0, 0}})},
      {"zeros alone", rg::tensor({{1, 1, 1, 1}, {1, 1, 1, 1}})},
  };
  for (const auto& [name, zero] : zeros) {
    OpCase all = with_zeros("prod", std::string(name) + " over all", zero);
    // Without a dimension PyTorch has a wrong second derivative for two zeros.
    all.torch = "(a - b).flatten().prod(0)";
    all.function = [](const Tensors& x) { return rg::prod(less(x)); };
    table.push_back(all);
    OpCase rows = with_zeros("prod", std::string(name) + " over rows", zero);
    rows.torch = "(a - b).prod(1)";
    rows.function = [](const Tensors& x) { return rg::prod(less(x), 1); };
    table.push_back(rows);
    OpCase along = with_zeros("cumprod", std::string(name) + " along rows", zero);
    along.torch = "(a - b).cumprod(1)";
    along.function = [](const Tensors& x) { return rg::cumprod(less(x), 1); };
    table.push_back(along);
  }
}

void add_cases(Table& table) {
  for (const auto& [shape, dim] : kScans) {
    for (const Scan& scan : kOps) {
      table.push_back(
          {.op = scan.name,
           .label = to_string(shape) + " along " + std::to_string(dim),
           .inputs = {shape},
           .torch = std::string("a.") + scan.name + "(" + std::to_string(dim) + ")",
           .function = [op = scan.op, dim = dim](const Tensors& x) { return op(x[0], dim, {}); },
           .affine = scan.affine});
    }
  }
  for (const Reduction& row : kReductions) {
    add_prod(table, row);
  }
  for (const Reduction& row : kEmptyReductions) {
    add_prod(table, row);
  }
  add_zero_cases(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"prod", 20}, {"cumsum", 20}, {"cumprod", 20}},
                             .internal = {"linear_scan"}});

}  // namespace

}  // namespace op_cases
