// Sampling along a grid. Everything that depends on the grid in steps, which corners a point lies
// between and where it is mirrored, is a constant of the call; what is left is linear in the image
// and in the grid, so that every derivative follows.
#include <string>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/embedding.h>
#include <retrograd/ops/internal/widen.h>
#include <retrograd/ops/kernels/image/grid.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/resample.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

constexpr const char* kSample = "grid_sample";

void check_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options,
                  Where where) {
  check::floating(kSample, x, where);
  check::defined(kSample, "grid", grid, where);
  check::same_dtype(kSample, "input", x, "grid", grid, where);
  if (x.dim() != 4 || grid.dim() != 4 || grid.shape()[3] != 2 || grid.shape()[0] != x.shape()[0]) {
    fail<ShapeError>(kSample, where, "needs an input (N, C, H, W) and a grid (N, Ho, Wo, 2)",
                     {{"input", x}, {"grid", grid}});
  }
  if (x.shape()[2] == 0 || x.shape()[3] == 0) {
    fail<ShapeError>(kSample, where, "needs an image with places", {{"input", x}, {"grid", grid}});
  }
  if (options.mode != InterpolateMode::bilinear && options.mode != InterpolateMode::nearest) {
    fail<ValueError>(kSample, where, "the mode must be bilinear or nearest", {{"input", x}});
  }
}

// A coordinate of the grid in places of the image, (N, Ho, Wo).
Tensor coordinate(const Tensor& grid, std::int64_t axis, std::int64_t size,
                  const GridSampleOptions& options, Where where) {
  const Tensor along = select(grid, 3, axis, where);
  const auto edge = static_cast<kernels::GridEdge>(options.padding_mode);
  const kernels::GridLines lines =
      kernels::grid_lines(along.detach(), size, edge, options.align_corners);
  // What a point has no part in may be infinite.
  const Tensor held = eq(lines.slope, 0.0, where);
  const Tensor wide = retrograd::where(held, 0.0, widened(along, where), where);
  return add(mul(wide, lines.slope, where), lines.offset, where);
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options,
                   Where where) {
  check_sample(x, grid, options, where);
  const std::int64_t height = x.shape()[2];
  const std::int64_t width = x.shape()[3];
  const Tensor at_x = coordinate(grid, 0, width, options, where);
  const Tensor at_y = coordinate(grid, 1, height, options, where);
  const Tensor wide = widened(x, where);
  const Tensor table = reshape(permute(wide, {0, 2, 3, 1}, where),
                               {x.shape()[0] * height * width, x.shape()[1]}, where);
  // The values at one corner times its weight, (N, Ho, Wo, C).
  const auto corner = [&](const Tensor& low_x, const Tensor& low_y, std::int64_t right,
                          std::int64_t down, const Tensor& weight) {
    const auto place = kernels::grid_corner(low_x, low_y, right, down, height, width);
    const Tensor value = embedding(place.row, table, {}, where);
    const Tensor seen = retrograd::where(unsqueeze(place.inside, -1, where), value, 0.0, where);
    return mul(seen, unsqueeze(weight, -1, where), where);
  };
  Tensor sampled;
  if (options.mode == InterpolateMode::nearest) {
    const Tensor near_x = kernels::grid_round(at_x.detach());
    const Tensor near_y = kernels::grid_round(at_y.detach());
    // The grid's gradient is 0, not missing: the sum is never chosen.
    const Tensor never = lt(ones_like(near_x), 0.0, where);
    const Tensor weight = retrograd::where(never, add(at_x, at_y, where), 1.0, where);
    sampled = corner(near_x, near_y, 0, 0, weight);
  } else {
    const Tensor low_x = kernels::grid_floor(at_x.detach());
    const Tensor low_y = kernels::grid_floor(at_y.detach());
    const Tensor right = sub(at_x, low_x, where);
    const Tensor down = sub(at_y, low_y, where);
    const Tensor left = sub(1.0, right, where);
    const Tensor up = sub(1.0, down, where);
    sampled = corner(low_x, low_y, 0, 0, mul(left, up, where));
    sampled = add(sampled, corner(low_x, low_y, 1, 0, mul(right, up, where)), where);
    sampled = add(sampled, corner(low_x, low_y, 0, 1, mul(left, down, where)), where);
    sampled = add(sampled, corner(low_x, low_y, 1, 1, mul(right, down, where)), where);
  }
  return permute(sampled, {0, 3, 1, 2}, where).to(x.dtype(), where);
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners, Where where) {
  constexpr const char* op = "affine_grid";
  check::floating(op, theta, where);
  if (theta.dim() != 3 || theta.shape()[1] != 2 || theta.shape()[2] != 3 || size.size() != 4 ||
      size[0] != theta.shape()[0] || size[2] < 0 || size[3] < 0) {
    fail<ShapeError>(op, where,
                     "needs a theta (N, 2, 3) and a size (N, C, H, W), not " + to_string(size),
                     {{"theta", theta}});
  }
  const auto line = [&](std::int64_t count) {
    const double edge =
        align_corners ? 1.0 : static_cast<double>(count - 1) / static_cast<double>(count);
    return count > 1 ? linspace(-edge, edge, count, {.dtype = theta.dtype()}, where)
                     : zeros({count}, {.dtype = theta.dtype()}, where);
  };
  const Shape image{size[2], size[3]};
  const Tensor x = expand(unsqueeze(line(size[3]), 0, where), image, where);
  const Tensor y = expand(unsqueeze(line(size[2]), 1, where), image, where);
  const Tensor places =
      reshape(stack({x, y, ones(image, {.dtype = theta.dtype()}, where)}, -1, where),
              {size[2] * size[3], 3}, where);
  const Tensor grid = matmul(places, transpose(theta, 1, 2, where), where);
  return reshape(grid, {size[0], size[2], size[3], 2}, where);
}

}  // namespace retrograd
