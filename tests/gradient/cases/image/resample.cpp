#include "gradient/op_cases.h"

#include <algorithm>

namespace op_cases {

namespace {

using Mode = rg::InterpolateMode;

const char* name(Mode mode) {
  switch (mode) {
    case Mode::nearest: return "nearest";
    case Mode::nearest_exact: return "nearest-exact";
    case Mode::linear: return "linear";
    case Mode::bilinear: return "bilinear";
    case Mode::trilinear: return "trilinear";
    case Mode::bicubic: return "bicubic";
    case Mode::area: return "area";
  }
  return "unknown";
}

std::string listed(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) {
    text += (text.empty() ? "(" : ", ") + std::to_string(value);
  }
  return text + ")";
}

void add_interpolate(Table& table, const rg::Shape& shape, const rg::InterpolateOptions& options) {
  const bool by_size = !options.size.empty();
  std::vector<double> factors = options.scale_factor.values();
  if (!by_size) {
    factors.resize(shape.size() - 2, factors.front());
  }
  std::string arguments =
      (by_size ? "size=" + to_string(options.size) : "scale_factor=" + listed(factors)) +
      ", mode='" + name(options.mode) + "'";
  if (options.align_corners) {
    arguments += ", align_corners=True";
  }
  if (options.recompute_scale_factor) {
    arguments += ", recompute_scale_factor=True";
  }
  if (options.antialias) {
    arguments += ", antialias=True";
  }
  table.push_back(
      {.op = "interpolate",
       .label = to_string(shape) + " " + arguments,
       .inputs = {shape},
       .torch = shape[1] == 0 ? "" : "F.interpolate(a, " + arguments + ")",
       .function = [options](const Tensors& x) { return rg::interpolate(x[0], options); },
       .affine = true});
}

void add_interpolates(Table& table) {
  const rg::Shape line{2, 2, 4};
  const rg::Shape image{1, 2, 3, 4};
  const rg::Shape volume{1, 2, 2, 3, 2};
  for (const Mode mode : {Mode::nearest, Mode::nearest_exact, Mode::linear, Mode::area}) {
    add_interpolate(table, line, {.size = {7}, .mode = mode});
    add_interpolate(table, line, {.size = {3}, .mode = mode});
    add_interpolate(table, line, {.scale_factor = 2, .mode = mode});
  }
  for (const Mode mode :
       {Mode::nearest, Mode::nearest_exact, Mode::bilinear, Mode::bicubic, Mode::area}) {
    add_interpolate(table, image, {.size = {5, 3}, .mode = mode});
    add_interpolate(table, image, {.size = {2, 2}, .mode = mode});
    add_interpolate(table, image, {.scale_factor = {2, 1.6}, .mode = mode});
  }
  for (const Mode mode : {Mode::nearest, Mode::trilinear, Mode::area}) {
    add_interpolate(table, volume, {.size = {3, 2, 3}, .mode = mode});
  }
  add_interpolate(table, line, {.size = {7}, .mode = Mode::linear, .align_corners = true});
  add_interpolate(table, line, {.size = {1}, .mode = Mode::linear, .align_corners = true});
  for (const Mode mode : {Mode::bilinear, Mode::bicubic}) {
    add_interpolate(table, image, {.size = {5, 6}, .mode = mode, .align_corners = true});
    add_interpolate(table, image,
                    {.scale_factor = {1.7, 0.6},
                     .mode = mode,
                     .align_corners = true,
                     .recompute_scale_factor = true});
    add_interpolate(table, image,
                    {.scale_factor = 1.6, .mode = mode, .recompute_scale_factor = true});
    add_interpolate(table, {2, 3, 1, 2}, {.size = {3, 4}, .mode = mode});
    add_interpolate(table, {0, 2, 3, 3}, {.scale_factor = 2, .mode = mode});
    add_interpolate(table, {1, 2, 7, 5}, {.size = {2, 3}, .mode = mode, .antialias = true});
    add_interpolate(table, {1, 2, 4, 9}, {.size = {6, 2}, .mode = mode, .antialias = true});
    add_interpolate(table, {1, 2, 4, 5},
                    {.scale_factor = {0.4, 1.3}, .mode = mode, .antialias = true});
    add_interpolate(table, {1, 1, 7, 6},
                    {.size = {3, 1}, .mode = mode, .align_corners = true, .antialias = true});
  }
  add_interpolate(table, volume,
                  {.size = {3, 4, 1}, .mode = Mode::trilinear, .align_corners = true});
  add_interpolate(table, {2, 0, 3}, {.scale_factor = 2});
}

// PyTorch 1.13 cannot differentiate these on no elements.
std::string torch_of(const std::string& op, const rg::Shape& shape, std::int64_t factor) {
  const bool empty = std::find(shape.begin(), shape.end(), 0) != shape.end();
  return empty ? "" : "F." + op + "(a, " + std::to_string(factor) + ")";
}

void add_shuffle(Table& table, const rg::Shape& shape, std::int64_t factor) {
  table.push_back(
      {.op = "pixel_shuffle",
       .label = to_string(shape) + " by " + std::to_string(factor),
       .inputs = {shape},
       .torch = torch_of("pixel_shuffle", shape, factor),
       .function = [factor](const Tensors& x) { return rg::pixel_shuffle(x[0], factor); },
       .affine = true});
}

void add_unshuffle(Table& table, const rg::Shape& shape, std::int64_t factor) {
  table.push_back(
      {.op = "pixel_unshuffle",
       .label = to_string(shape) + " by " + std::to_string(factor),
       .inputs = {shape},
       .torch = torch_of("pixel_unshuffle", shape, factor),
       .function = [factor](const Tensors& x) { return rg::pixel_unshuffle(x[0], factor); },
       .affine = true});
}

void add_shuffles(Table& table) {
  for (const rg::Shape& shape : {rg::Shape{1, 4, 2, 3}, {2, 8, 1, 2}, {4, 2, 2}, {2, 1, 4, 1, 3}}) {
    add_shuffle(table, shape, 2);
  }
  add_shuffle(table, {1, 9, 2, 2}, 3);
  add_shuffle(table, {2, 3, 2, 2}, 1);
  add_shuffle(table, {0, 4, 2, 2}, 2);
  add_shuffle(table, {2, 4, 0, 2}, 2);
  for (const rg::Shape& shape : {rg::Shape{1, 1, 4, 6}, {2, 2, 2, 4}, {1, 4, 4}, {2, 1, 1, 2, 6}}) {
    add_unshuffle(table, shape, 2);
  }
  add_unshuffle(table, {1, 1, 6, 6}, 3);
  add_unshuffle(table, {2, 3, 2, 2}, 1);
  add_unshuffle(table, {0, 1, 4, 2}, 2);
  add_unshuffle(table, {2, 1, 0, 2}, 2);
}

void add_cases(Table& table) {
  add_interpolates(table);
  add_shuffles(table);
}

const Registered registered(
    {.add = add_cases,
     .floors = {{"interpolate", 24}, {"pixel_shuffle", 8}, {"pixel_unshuffle", 8}},
     .internal = {"interpolate_input_grad"}});

}  // namespace

}  // namespace op_cases
