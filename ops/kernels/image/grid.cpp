#include <retrograd/ops/kernels/image/grid.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

namespace {

struct Line {
  double slope;
  double offset;
  double at(double x) const { return slope * x + offset; }
};

// Mirrored at both ends of [low, high] as often as it takes.
Line reflected(Line line, double x, double low, double high) {
  const double span = high - low;
  if (!(span > 0)) {
    return {0, 0};
  }
  if (line.at(x) < low) {
    line = {-line.slope, 2 * low - line.offset};
  }
  const double flips = std::floor((line.at(x) - low) / span);
  if (std::fmod(flips, 2) == 0) {
    line.offset -= flips * span;
  } else {
    line = {-line.slope, 2 * low + (flips + 1) * span - line.offset};
  }
  return line;
}

Line clipped(Line line, double x, double most) {
  const double at = line.at(x);
  if (!(at > 0)) {  // NaN as well
    return {0, 0};
  }
  return at >= most ? Line{0, most} : line;
}

Line line_of(double x, double size, GridEdge edge, bool align_corners) {
  Line line = align_corners ? Line{(size - 1) / 2, (size - 1) / 2} : Line{size / 2, (size - 1) / 2};
  if (edge == GridEdge::reflection && std::isfinite(x)) {
    line = align_corners ? reflected(line, x, 0, size - 1) : reflected(line, x, -0.5, size - 0.5);
  }
  if (edge != GridEdge::zeros) {
    return clipped(line, x, size - 1);
  }
  return line.at(x) >= -1 && line.at(x) < size ? line : Line{0, -2};  // NaN is outside as well
}

}  // namespace

GridLines grid_lines(const Tensor& grid, std::int64_t size, GridEdge edge, bool align_corners) {
  const Tensor points = as_contiguous(grid);
  const DType dtype = points.dtype() == float64 ? float64 : float32;
  GridLines lines{empty_tensor(points.shape(), dtype), empty_tensor(points.shape(), dtype)};
  for_floating(points.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    for (std::int64_t i = 0; i < points.numel(); ++i) {
      const auto x = convert<C>(points.raw<T>()[i]);
      const Line line =
          line_of(static_cast<double>(x), static_cast<double>(size), edge, align_corners);
      auto slope = static_cast<C>(line.slope);
      auto offset = static_cast<C>(line.offset);
      const C at = x * slope + offset;
      // Far outside, reflections have few digits left, and rounding may end outside again.
      if (const auto last = static_cast<C>(size - 1);
          edge != GridEdge::zeros && slope != 0 && !(at >= 0 && at <= last)) {
        slope = 0;
        offset = at > last ? last : C{0};
      }
      lines.slope.raw<C>()[i] = slope;
      lines.offset.raw<C>()[i] = offset;
    }
  });
  return lines;
}

GridCorner grid_corner(const Tensor& low_x, const Tensor& low_y, std::int64_t right,
                       std::int64_t down, std::int64_t height, std::int64_t width) {
  const Tensor left = as_contiguous(low_x);
  const Tensor top = as_contiguous(low_y);
  GridCorner corner{empty_tensor(left.shape(), int64), empty_tensor(left.shape(), boolean)};
  const std::int64_t batch = left.shape()[0];
  const std::int64_t points = batch == 0 ? 0 : left.numel() / batch;
  for_float_or_double(left.dtype(), [&]<class T>() {
    for (std::int64_t n = 0; n < batch; ++n) {
      for (std::int64_t i = n * points; i < (n + 1) * points; ++i) {
        const double x = static_cast<double>(left.raw<T>()[i]) + static_cast<double>(right);
        const double y = static_cast<double>(top.raw<T>()[i]) + static_cast<double>(down);
        const bool inside =
            x >= 0 && y >= 0 && x < static_cast<double>(width) && y < static_cast<double>(height);
        corner.inside.raw<bool>()[i] = inside;
        corner.row.raw<std::int64_t>()[i] =
            inside
                ? (n * height + static_cast<std::int64_t>(y)) * width + static_cast<std::int64_t>(x)
                : 0;
      }
    }
  });
  return corner;
}

namespace {

template <class F>
Tensor rounded(const Tensor& x, F&& f) {
  Tensor out = empty_tensor(x.shape(), x.dtype());
  for_float_or_double(x.dtype(), [&]<class T>() { map<T, T>(out, x, f); });
  return out;
}

}  // namespace

Tensor grid_floor(const Tensor& x) {
  return rounded(x, [](auto value) { return std::floor(value); });
}

Tensor grid_round(const Tensor& x) {
  return rounded(x, [](auto value) { return std::nearbyint(value); });
}

}  // namespace retrograd::kernels
