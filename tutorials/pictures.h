// Pictures to compute with, and sheets of results to look at. All are (channels, rows, columns).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "captions.h"

// A house in the hills: 3 channels, values in [0, 1]. Shapes with edges of all directions, smooth
// areas and a fine pattern, for filters to work on.
inline retrograd::Tensor drawn_picture(std::int64_t side) {
  namespace rg = retrograd;
  using rg::Tensor;
  const Tensor along = rg::linspace(0, 1, side);
  const Tensor x = rg::reshape(along, {1, side});
  const Tensor y = rg::reshape(along, {side, 1});
  Tensor picture = rg::stack({0.35 + 0.5 * y + 0.0 * x, 0.6 + 0.3 * y + 0.0 * x,
                              0.95 + 0.0 * y + 0.0 * x});  // the sky, paler below
  const auto paint = [&](const Tensor& where, const Tensor& colour) {
    picture = rg::where(where, rg::reshape(colour, {3, 1, 1}), picture);
  };
  const auto disc = [&](double at_x, double at_y, double radius) {
    return rg::square(x - at_x) + rg::square(y - at_y) < radius * radius;
  };
  const auto box = [&](double left, double top, double right, double bottom) {
    return rg::logical_and(rg::logical_and(x > left, x < right),
                           rg::logical_and(y > top, y < bottom));
  };
  paint(disc(0.82, 0.17, 0.1), rg::tensor({1.0, 0.9, 0.3}));                      // the sun
  paint(y > 0.55 + 0.1 * rg::sin(6.0 * x), rg::tensor({0.35, 0.55, 0.45}));       // far hills
  paint(y > 0.68 + 0.05 * rg::sin(9.0 * x + 1.0), rg::tensor({0.4, 0.7, 0.25}));  // the meadow
  paint(box(0.15, 0.45, 0.55, 0.8), rg::tensor({0.9, 0.85, 0.75}));               // the house
  const Tensor roof = rg::logical_and(y > 0.22 + 1.0 * rg::abs(x - 0.35), y < 0.45);
  paint(roof, rg::tensor({0.75, 0.25, 0.2}));
  paint(rg::logical_and(roof, rg::sin(150.0 * y) > 0.6), rg::tensor({0.5, 0.15, 0.1}));  // tiles
  paint(box(0.2, 0.52, 0.32, 0.64), rg::tensor({0.3, 0.45, 0.65}));                      // a window
  paint(box(0.255, 0.52, 0.265, 0.64), rg::tensor({1.0, 1.0, 1.0}));
  paint(box(0.2, 0.575, 0.32, 0.585), rg::tensor({1.0, 1.0, 1.0}));
  paint(box(0.4, 0.58, 0.5, 0.8), rg::tensor({0.45, 0.3, 0.2}));     // the door
  paint(box(0.76, 0.55, 0.8, 0.85), rg::tensor({0.4, 0.25, 0.15}));  // a tree
  paint(disc(0.78, 0.48, 0.13), rg::tensor({0.1, 0.4, 0.15}));
  const Tensor boards = rg::logical_and(y > 0.88, rg::sin(90.0 * x) > -0.2);  // the fence
  paint(rg::logical_or(boards, rg::logical_and(y > 0.92, y < 0.94)), rg::tensor({0.95, 0.95, 0.9}));
  return picture;
}

// Values from 0, black, to the largest one, white: those of a ReLU.
inline retrograd::Tensor from_zero(const retrograd::Tensor& map) {
  namespace rg = retrograd;
  return map / rg::clamp(rg::max(map), 1e-9);
}
// Says which value is white in from_zero(map): "conv1: 0 to 0.31".
inline std::string range_text(const std::string& name, const retrograd::Tensor& map) {
  return name + ": 0 to " + short_number(retrograd::max(map).item<double>());
}

// The largest magnitude, for the scale of pictures that are compared.
inline double largest(const retrograd::Tensor& values) {
  return retrograd::max(retrograd::abs(values)).item<double>();
}

// A map (1, H, W) of either sign as colours: -limit is blue, 0 is white, limit is red.
inline retrograd::Tensor signed_colours(const retrograd::Tensor& map, double limit) {
  namespace rg = retrograd;
  const rg::Tensor part = rg::clamp(map / std::max(limit, 1e-9), -1, 1);
  const rg::Tensor positive = rg::relu(part);
  const rg::Tensor negative = rg::relu(-part);
  return rg::cat({1.0 - negative, 1.0 - 0.8 * (positive + negative), 1.0 - positive});
}

// A sheet with the scale of signed_colours() below it.
inline retrograd::Tensor with_scale(const retrograd::Tensor& sheet, double limit) {
  namespace rg = retrograd;
  const std::int64_t width = sheet.size(2);
  const rg::Tensor ramp = rg::expand(rg::linspace(-limit, limit, width), {1, 10, width});
  Strip numbers(width);
  numbers.write("-" + short_number(limit), 1);
  numbers.write("0", width / 2 - 2);
  const std::string end = short_number(limit);
  numbers.write(end, width - kLetterColumns * static_cast<std::int64_t>(end.size()));
  return rg::cat({sheet, signed_colours(ramp, limit), numbers.picture()}, 1);
}

// Every pixel as a square of factor x factor.
inline retrograd::Tensor enlarged(const retrograd::Tensor& picture, std::int64_t factor) {
  namespace rg = retrograd;
  const rg::Shape size = {factor * picture.size(1), factor * picture.size(2)};
  return rg::squeeze(rg::interpolate(rg::unsqueeze(picture, 0), {.size = size}), 0);
}

// Pictures of one size in rows of `columns`, with white gaps; grey ones have 1 channel.
inline retrograd::Tensor sheet(const std::vector<retrograd::Tensor>& pictures,
                               std::int64_t columns) {
  namespace rg = retrograd;
  using rg::Tensor;
  constexpr std::int64_t gap = 4;
  const std::vector<std::int64_t> border = {gap, gap, gap, gap};
  std::vector<Tensor> rows;
  std::vector<Tensor> row;
  for (const Tensor& picture : pictures) {
    const Tensor coloured = rg::expand(picture, {3, picture.size(1), picture.size(2)});
    row.push_back(rg::pad(coloured, border, {.value = 1}));
    if (static_cast<std::int64_t>(row.size()) == columns) {
      rows.push_back(rg::cat(row, 2));
      row.clear();
    }
  }
  while (!row.empty() && static_cast<std::int64_t>(row.size()) < columns) {
    row.push_back(rg::ones_like(row.front()));
  }
  if (!row.empty()) {
    rows.push_back(rg::cat(row, 2));
  }
  return rg::cat(rows, 1);
}
