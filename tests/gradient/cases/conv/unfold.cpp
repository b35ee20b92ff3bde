#include "gradient/op_cases.h"

namespace op_cases {

namespace {

struct Row {
  rg::Shape shape;  // (N, C, H, W) or (C, H, W)
  rg::Size<2> kernel;
  rg::UnfoldOptions options = {};
};

const Row kRows[] = {
    {{1, 1, 3, 3}, 2},
    {{1, 2, 3, 4}, {2, 3}},
    {{2, 1, 3, 3}, 1},
    {{2, 3, 3}, {1, 2}},
    {{1, 2, 4, 3}, 2, {.stride = 2}},
    {{1, 1, 5, 4}, {2, 1}, {.stride = {2, 3}}},
    {{1, 2, 2, 3}, 2, {.padding = 1}},
    {{1, 1, 2, 2}, {2, 3}, {.padding = {0, 2}}},
    {{1, 1, 4, 5}, 2, {.dilation = 2}},
    {{1, 1, 4, 4}, {3, 2}, {.dilation = {1, 3}}},
    {{1, 2, 3, 3}, 3, {.dilation = {2, 1}, .padding = {2, 1}, .stride = {1, 2}}},
    {{1, 1, 2, 2}, 2, {.padding = 3, .stride = 2}},  // windows that see padding alone
    {{2, 1, 4, 4}, 2, {.dilation = 3, .padding = 1, .stride = 3}},
    {{0, 2, 3, 3}, 2},
};

std::string pair(const rg::Size<2>& size) {
  return "(" + std::to_string(size[0]) + ", " + std::to_string(size[1]) + ")";
}

std::string arguments(const Row& row) {
  return pair(row.kernel) + ", dilation=" + pair(row.options.dilation) +
         ", padding=" + pair(row.options.padding) + ", stride=" + pair(row.options.stride);
}

void add_cases(Table& table) {
  for (const Row& row : kRows) {
    const std::size_t rank = row.shape.size();
    const rg::Size<2> image(row.shape[rank - 2], row.shape[rank - 1]);
    // PyTorch refuses empty batches in both.
    const bool in_torch = row.shape[0] > 0;
    table.push_back(
        {.op = "unfold",
         .label = to_string(row.shape) + " by " + arguments(row),
         .inputs = {row.shape},
         .torch = in_torch ? "F.unfold(a, " + arguments(row) + ")" : "",
         .function = [row](const Tensors& x) { return rg::unfold(x[0], row.kernel, row.options); },
         .affine = true});
    const rg::Tensor columns = rg::unfold(rg::zeros(row.shape), row.kernel, row.options);
    table.push_back(
        {.op = "fold",
         .label = to_string(columns.shape()) + " to " + pair(image) + " by " + arguments(row),
         .inputs = {columns.shape()},
         .torch = in_torch ? "F.fold(a, " + pair(image) + ", " + arguments(row) + ")" : "",
         .function =
             [row, image](const Tensors& x) {
               return rg::fold(x[0], image, row.kernel, row.options);
             },
         .affine = true});
  }
}

const Registered registered({.add = add_cases});

}  // namespace

}  // namespace op_cases
