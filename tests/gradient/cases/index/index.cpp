#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct IndexRow {
  rg::Shape shape;
  std::int64_t dim;
  rg::Shape index;

  std::string label() const {
    return to_string(shape) + " dimension " + std::to_string(dim) + " by " + to_string(index);
  }
  rg::Tensor drawn_index() const {
    const auto rank = static_cast<std::int64_t>(shape.size());
    return indices(index, shape[static_cast<std::size_t>(dim < 0 ? dim + rank : dim)]);
  }
};

const IndexRow kRows[] = {
    {{4}, 0, {4}},
    {{4}, -1, {7}},  // more than there are: some are named several times
    {{4}, 0, {1}},
    {{1}, 0, {3}},
    {{2, 3}, 0, {2, 3}},
    {{2, 3}, 1, {2, 3}},
    {{2, 3}, 1, {2, 5}},
    {{2, 3}, -2, {4, 3}},
    {{3, 3}, 1, {2, 2}},  // shorter than the input along the other dimension
    {{2, 3, 2}, 1, {2, 4, 2}},
    {{2, 3, 2}, 2, {1, 2, 3}},
    {{2, 2, 2, 2}, 1, {2, 1, 2, 2}},
    {{2, 3}, 1, {2, 0}},
    {{2, 3}, 0, {0, 3}},
    {{0, 3}, 1, {0, 2}},
};

void add_cases(Table& table) {
  for (const IndexRow& row : kRows) {
    table.push_back(
        {.op = "gather",
         .label = row.label(),
         .inputs = {row.shape, row.drawn_index()},
         .torch = "a.gather(" + std::to_string(row.dim) + ", b)",
         .function = [dim = row.dim](const Tensors& x) { return rg::gather(x[0], dim, x[1]); },
         .affine = true});
    table.push_back(
        {.op = "scatter_add",
         .label = row.label(),
         .inputs = {row.shape, row.drawn_index(), row.index},
         .torch = "a.scatter_add(" + std::to_string(row.dim) + ", b, c)",
         .function =
             [dim = row.dim](const Tensors& x) { return rg::scatter_add(x[0], dim, x[1], x[2]); },
         .affine = true});
  }
}

const Registered registered({.add = add_cases, .floors = {{"gather", 12}, {"scatter_add", 12}}});

}  // namespace

}  // namespace op_cases
