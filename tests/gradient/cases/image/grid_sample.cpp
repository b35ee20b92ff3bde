#include "gradient/op_cases.h"

namespace op_cases {

namespace {

using Mode = rg::InterpolateMode;
using Edge = rg::GridPadding;

const char* name(Edge edge) {
  return edge == Edge::zeros ? "zeros" : edge == Edge::border ? "border" : "reflection";
}

void add_sample(Table& table, const rg::Shape& shape, std::int64_t height, std::int64_t width,
                const rg::GridSampleOptions& options) {
  const rg::Shape grid{shape[0], height, width, 2};
  const std::string arguments =
      std::string("'") + (options.mode == Mode::nearest ? "nearest" : "bilinear") + "', '" +
      name(options.padding_mode) + "', " + (options.align_corners ? "True" : "False");
  table.push_back(
      {.op = "grid_sample",
       .label = to_string(shape) + " at " + to_string(grid) + " " + arguments,
       .inputs = {shape, grid},
       .torch = "F.grid_sample(a, b, " + arguments + ")",
       .function = [options](const Tensors& x) { return rg::grid_sample(x[0], x[1], options); }});
}

void add_theta(Table& table, const rg::Shape& size, bool align_corners) {
  const std::string corners = align_corners ? "True" : "False";
  table.push_back(
      {.op = "affine_grid",
       .label = to_string(size) + (align_corners ? ", corners aligned" : ""),
       .inputs = {{size[0], 2, 3}},
       // PyTorch refuses a batch of none.
       .torch = size[0] == 0 ? "" : "F.affine_grid(a, " + to_string(size) + ", " + corners + ")",
       .function = [size, align_corners](
                       const Tensors& x) { return rg::affine_grid(x[0], size, align_corners); },
       .affine = true});
}

void add_cases(Table& table) {
  for (const Mode mode : {Mode::bilinear, Mode::nearest}) {
    for (const Edge edge : {Edge::zeros, Edge::border, Edge::reflection}) {
      for (const bool align_corners : {false, true}) {
        add_sample(table, {1, 2, 3, 4}, 2, 3,
                   {.mode = mode, .padding_mode = edge, .align_corners = align_corners});
      }
    }
    add_sample(table, {2, 1, 3, 2}, 1, 4, {.mode = mode});
    add_sample(table, {0, 2, 3, 4}, 2, 3, {.mode = mode});
    add_sample(table, {1, 2, 3, 4}, 0, 3, {.mode = mode});
  }
  for (const bool align_corners : {false, true}) {
    add_theta(table, {1, 1, 2, 3}, align_corners);
    add_theta(table, {2, 3, 3, 2}, align_corners);
    add_theta(table, {2, 1, 1, 4}, align_corners);
    add_theta(table, {0, 1, 2, 2}, align_corners);
  }
}

const Registered registered({.add = add_cases,
                             .floors = {{"grid_sample", 12}, {"affine_grid", 8}}});

}  // namespace

}  // namespace op_cases
