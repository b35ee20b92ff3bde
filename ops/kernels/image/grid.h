// Where the points of a sampling grid lie in an image.
#pragma once

#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

enum class GridEdge : std::uint8_t { zeros, border, reflection };

// Coordinates along one axis as a piecewise linear function: grid * slope + offset, each of the
// shape and dtype of `grid` but float32 for bfloat16. Slopes are 0 where the border holds a point,
// and where a point is so far outside that it sees zeros alone.
struct GridLines {
  Tensor slope;
  Tensor offset;
};
GridLines grid_lines(const Tensor& grid, std::int64_t size, GridEdge edge, bool align_corners);

// The positions of one corner of the cells that points (x, y) lie in: rows of an image table of
// (batch, height, width), and whether there is such a position; row 0 where there is none.
struct GridCorner {
  Tensor row;     // int64
  Tensor inside;  // boolean
};
GridCorner grid_corner(const Tensor& low_x, const Tensor& low_y, std::int64_t right,
                       std::int64_t down, std::int64_t height, std::int64_t width);

// The integer below, or the nearest with ties to even.
Tensor grid_floor(const Tensor& x);
Tensor grid_round(const Tensor& x);

}  // namespace retrograd::kernels
