// How digits are written: the strokes of a pen.
#pragma once

#include <vector>

namespace retrograd::detail {

// In a box from (0, 0), top left, to (1, 1), bottom right.
struct Point {
  float x;
  float y;
  friend bool operator==(const Point&, const Point&) = default;
};

// A smooth curve through these points; closed when it ends where it begins.
using Stroke = std::vector<Point>;
// The strokes of one way to write a digit.
using Outline = std::vector<Stroke>;

// The ways to write `digit`, 0 to 9.
const std::vector<Outline>& digit_outlines(int digit);

}  // namespace retrograd::detail
