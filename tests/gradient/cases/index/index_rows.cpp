// scatter, slices by index, take.
#include "gradient/op_cases.h"

namespace op_cases {

namespace {

std::string num(std::int64_t value) {
  return std::to_string(value);
}

// Each index once, from the last on, so that nothing is overwritten twice.
rg::Tensor unique_indices(const rg::Shape& shape, std::size_t dim, std::int64_t size) {
  rg::Strides strides = rg::Dims::filled(shape.size(), 0);
  strides[dim] = 1;
  const rg::Tensor line = rg::flip(rg::arange(size), {0}).contiguous();
  return rg::view_of(line, shape, strides, 0).contiguous();
}

struct Row {
  rg::Shape shape;
  std::int64_t dim;
  std::int64_t count;

  std::size_t place() const {
    const auto rank = static_cast<std::int64_t>(shape.size());
    return static_cast<std::size_t>(dim < 0 ? dim + rank : dim);
  }
  std::int64_t size() const { return shape[place()]; }
  rg::Shape slices() const {
    rg::Shape result = shape;
    result[place()] = count;
    return result;
  }
  std::string label() const {
    return to_string(shape) + " dimension " + num(dim) + " by " + num(count);
  }
};

const Row kSelected[] = {
    {{4}, 0, 4},     {{4}, -1, 7},      {{1}, 0, 3},        {{2, 3}, 0, 5},    {{2, 3}, 1, 2},
    {{2, 3}, -1, 6}, {{2, 3, 2}, 1, 4}, {{2, 3, 2}, 0, 1},  {{2, 3, 2}, 2, 3}, {{2, 2, 2, 2}, 1, 3},
    {{2, 3}, 1, 0},  {{0, 3}, 1, 2},    {{2, 0, 3}, -1, 2},
};

void add_row_cases(Table& table) {
  for (const Row& row : kSelected) {
    const rg::Tensor index = indices({row.count}, row.size());
    table.push_back(
        {.op = "index_select",
         .label = row.label(),
         .inputs = {row.shape, index},
         .torch = "a.index_select(" + num(row.dim) + ", b)",
         .function = [row](const Tensors& x) { return rg::index_select(x[0], row.dim, x[1]); },
         .affine = true});
    const double alpha = row.count % 2 == 0 ? 1 : -0.5;
    table.push_back(
        {.op = "index_add",
         .label = row.label() + ", alpha " + std::to_string(alpha),
         .inputs = {row.shape, index, row.slices()},
         .torch = "a.index_add(" + num(row.dim) + ", b, c, alpha=" + std::to_string(alpha) + ")",
         .function =
             [row, alpha](const Tensors& x) {
               return rg::index_add(x[0], row.dim, x[1], x[2], alpha);
             },
         .affine = true});
    if (row.count > row.size()) {
      continue;
    }
    const rg::Tensor once = unique_indices({row.count}, 0, row.size());
    table.push_back(
        {.op = "index_copy",
         .label = row.label(),
         .inputs = {row.shape, once, row.slices()},
         .torch = "a.index_copy(" + num(row.dim) + ", b, c)",
         .function = [row](const Tensors& x) { return rg::index_copy(x[0], row.dim, x[1], x[2]); },
         .affine = true});
    table.push_back(
        {.op = "index_fill",
         .label = row.label(),
         .inputs = {row.shape, index},
         .torch = "a.index_fill(" + num(row.dim) + ", b, 1.5)",
         .function = [row](const Tensors& x) { return rg::index_fill(x[0], row.dim, x[1], 1.5); },
         .affine = true});
  }
  table.push_back({.op = "index_select",
                   .label = "a scalar index",
                   .inputs = {{3, 2}, rg::tensor(1)},
                   .torch = "a.index_select(0, b)",
                   .function = [](const Tensors& x) { return rg::index_select(x[0], 0, x[1]); },
                   .affine = true});
  table.push_back({.op = "index_select",
                   .label = "of a scalar",
                   .inputs = {rg::Shape{}, rg::tensor({0})},
                   .torch = "a.index_select(0, b)",
                   .function = [](const Tensors& x) { return rg::index_select(x[0], 0, x[1]); },
                   .affine = true});
}

// PyTorch has no gradient for a source longer than the index.
const std::string kNamed = "c[tuple(slice(n) for n in b.shape)]";

void add_scatter_cases(Table& table) {
  const struct {
    rg::Shape shape;
    std::int64_t dim;
    rg::Shape index, source;
  } rows[] = {
      {{4}, 0, {3}, {3}},
      {{4}, -1, {4}, {6}},
      {{1}, 0, {1}, {1}},
      {{2, 3}, 0, {2, 3}, {2, 3}},
      {{2, 3}, 1, {2, 2}, {2, 2}},
      {{2, 3}, 1, {1, 3}, {2, 3}},  // the source is longer than the index
      {{3, 2}, -2, {2, 1}, {3, 2}},
      {{2, 3, 2}, 1, {2, 2, 2}, {2, 2, 2}},
      {{2, 3, 2}, 2, {1, 3, 2}, {1, 3, 2}},
      {{2, 2, 2, 2}, 3, {2, 1, 2, 2}, {2, 2, 2, 2}},
      {{2, 3}, 1, {2, 0}, {2, 0}},
      {{2, 3}, 0, {0, 3}, {1, 3}},
      {{0, 3}, 1, {0, 2}, {0, 2}},
  };
  for (const auto& row : rows) {
    const Row along{row.shape, row.dim, 0};
    const rg::Tensor index = unique_indices(row.index, along.place(), along.size());
    const std::string label =
        to_string(row.shape) + " dimension " + num(row.dim) + " by " + to_string(row.index);
    table.push_back(
        {.op = "scatter",
         .label = label + " of " + to_string(row.source),
         .inputs = {row.shape, index, row.source},
         .torch = "a.scatter(" + num(row.dim) + ", b, " + kNamed + ")",
         .function = [dim =
                          row.dim](const Tensors& x) { return rg::scatter(x[0], dim, x[1], x[2]); },
         .affine = true});
    table.push_back(
        {.op = "scatter",
         .label = label + " of a number",
         .inputs = {row.shape, index},
         .torch = "a.scatter(" + num(row.dim) + ", b, -0.5)",
         .function = [dim =
                          row.dim](const Tensors& x) { return rg::scatter(x[0], dim, x[1], -0.5); },
         .affine = true});
  }
  table.push_back(
      {.op = "scatter_add",
       .label = "a source longer than the index",
       .inputs = {{2, 3}, indices({2, 2}, 3), {3, 4}},
       .torch = "a.scatter_add(1, b, " + kNamed + ")",
       .function = [](const Tensors& x) { return rg::scatter_add(x[0], 1, x[1], x[2]); },
       .affine = true});
}

void add_take_cases(Table& table) {
  const std::pair<rg::Shape, rg::Shape> takes[] = {{{4}, {3}},      {{2, 3}, {7}}, {{2, 3}, {2, 2}},
                                                   {{2, 3, 2}, {}}, {{}, {2}},     {{2, 3}, {0}}};
  for (const auto& [shape, index] : takes) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
      count *= size;
    }
    table.push_back({.op = "take",
                     .label = to_string(shape) + " by " + to_string(index),
                     .inputs = {shape, indices(index, 2 * count) - count},
                     .torch = "a.take(b)",
                     .function = [](const Tensors& x) { return rg::take(x[0], x[1]); },
                     .affine = true});
  }
  const struct {
    rg::Shape shape, index;
    std::int64_t dim;
  } rows[] = {
      {{2, 3}, {2, 5}, 1},       {{2, 3}, {1, 2}, 1}, {{1, 3}, {4, 2}, -1}, {{2, 3}, {4, 1}, 0},
      {{2, 1, 3}, {2, 2, 1}, 2}, {{2, 3}, {2, 0}, 1}, {{0, 3}, {1, 2}, 1},  {{3}, {2}, 0}};
  for (const auto& [shape, index, dim] : rows) {
    table.push_back(
        {.op = "take_along_dim",
         .label = to_string(shape) + " by " + to_string(index) + " dimension " + num(dim),
         .inputs = {shape, indices(index, Row{shape, dim, 0}.size())},
         .torch = "torch.take_along_dim(a, b, " + num(dim) + ")",
         .function = [dim = dim](const Tensors& x) { return rg::take_along_dim(x[0], x[1], dim); },
         .affine = true});
  }
  table.push_back({.op = "take_along_dim",
                   .label = "in row-major order",
                   .inputs = {{2, 3}, indices({4}, 6)},
                   .torch = "torch.take_along_dim(a, b)",
                   .function = [](const Tensors& x) { return rg::take_along_dim(x[0], x[1]); },
                   .affine = true});
}

void add_cases(Table& table) {
  add_row_cases(table);
  add_scatter_cases(table);
  add_take_cases(table);
}

const Registered registered({.add = add_cases,
                             .floors = {{"index_select", 12}, {"index_add", 12}, {"scatter", 12}},
                             .internal = {"index_add_to_zeros"}});

}  // namespace

}  // namespace op_cases
