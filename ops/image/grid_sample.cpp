// Sampling along a grid. Everything that depends on the grid in steps, which corners a point lies
// between and where it is mirrored, is a constant of the call; what is left is linear in the image
// and in the grid, so that every derivative follows.
#include <retrograd/ops/embedding.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/image/grid.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/resample.h>

namespace retrograd {

namespace {

// A coordinate of the grid in places of the image, (N, Ho, Wo).
Tensor coordinate(const Tensor& grid, std::int64_t axis, std::int64_t size,
                  const GridSampleOptions& options) {
  const Tensor along = select(grid, 3, axis);
  const auto edge = static_cast<kernels::GridEdge>(options.padding_mode);
  const kernels::GridLines lines =
      kernels::grid_lines(along.detach(), size, edge, options.align_corners);
  // What a point has no part in may be infinite.
  const Tensor held = lines.slope == 0.0;
  return where(held, 0.0, widened(along)) * lines.slope + lines.offset;
}

}  // namespace

Tensor grid_sample(const Tensor& x, const Tensor& grid, const GridSampleOptions& options,
                   Where where) {
  const Call call("grid_sample", where, x, grid, options);
  call.inputs({{"input", x, floating}, {"grid", grid, like_first}});
  check::require<ShapeError>(
      call,
      x.dim() == 4 && grid.dim() == 4 && grid.shape()[3] == 2 && grid.shape()[0] == x.shape()[0],
      {{"input", x}, {"grid", grid}},
      "needs an input (N, C, H, W) and a grid (N, Ho, Wo, 2) [shape-unexpected]");
  const std::int64_t height = x.shape()[2];
  const std::int64_t width = x.shape()[3];
  check::require<ShapeError>(call, height != 0 && width != 0, {{"input", x}, {"grid", grid}},
                             "needs an image with positions [tensor-empty]");
  check::require<ValueError>(
      call, options.mode == InterpolateMode::bilinear || options.mode == InterpolateMode::nearest,
      {{"input", x}}, "the mode must be bilinear or nearest [value-out-of-range]");
  const Tensor at_x = coordinate(grid, 0, width, options);
  const Tensor at_y = coordinate(grid, 1, height, options);
  const Tensor table =
      reshape(permute(widened(x), {0, 2, 3, 1}), {x.shape()[0] * height * width, x.shape()[1]});
  // The values at one corner times its weight, (N, Ho, Wo, C).
  const auto corner = [&](const Tensor& low_x, const Tensor& low_y, std::int64_t right,
                          std::int64_t down, const Tensor& weight) {
    const auto position = kernels::grid_corner(low_x, low_y, right, down, height, width);
    const Tensor value = embedding(position.row, table);
    const Tensor seen = retrograd::where(unsqueeze(position.inside, -1), value, 0.0);
    return seen * unsqueeze(weight, -1);
  };
  Tensor sampled;
  if (options.mode == InterpolateMode::nearest) {
    const Tensor near_x = kernels::grid_round(at_x.detach());
    const Tensor near_y = kernels::grid_round(at_y.detach());
    // The grid's gradient is 0, not missing: the sum is never chosen.
    const Tensor never = ones_like(near_x) < 0.0;
    const Tensor weight = retrograd::where(never, at_x + at_y, 1.0);
    sampled = corner(near_x, near_y, 0, 0, weight);
  } else {
    const Tensor low_x = kernels::grid_floor(at_x.detach());
    const Tensor low_y = kernels::grid_floor(at_y.detach());
    const Tensor right = at_x - low_x;
    const Tensor down = at_y - low_y;
    const Tensor left = 1.0 - right;
    const Tensor up = 1.0 - down;
    sampled = corner(low_x, low_y, 0, 0, left * up);
    sampled = sampled + corner(low_x, low_y, 1, 0, right * up);
    sampled = sampled + corner(low_x, low_y, 0, 1, left * down);
    sampled = sampled + corner(low_x, low_y, 1, 1, right * down);
  }
  return call.result(permute(sampled, {0, 3, 1, 2}).to(x.dtype()));
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners, Where where) {
  const Call call("affine_grid", where, theta, size, align_corners);
  check::floating(call, theta);
  check::require<ShapeError>(
      call,
      theta.dim() == 3 && theta.shape()[1] == 2 && theta.shape()[2] == 3 && size.size() == 4 &&
          size[0] == theta.shape()[0] && size[2] >= 0 && size[3] >= 0,
      {{"theta", theta}},
      "needs a theta (N, 2, 3) and a size (N, C, H, W), not {} [shape-unexpected]", size);
  const auto line = [&](std::int64_t count) {
    const double edge =
        align_corners ? 1.0 : static_cast<double>(count - 1) / static_cast<double>(count);
    return count > 1 ? linspace(-edge, edge, count, {.dtype = theta.dtype()})
                     : zeros({count}, {.dtype = theta.dtype()});
  };
  const Shape image{size[2], size[3]};
  const Tensor x = expand(unsqueeze(line(size[3]), 0), image);
  const Tensor y = expand(unsqueeze(line(size[2]), 1), image);
  const Tensor positions =
      reshape(stack({x, y, ones(image, {.dtype = theta.dtype()})}, -1), {size[2] * size[3], 3});
  const Tensor grid = matmul(positions, transpose(theta, 1, 2));
  return call.result(reshape(grid, {size[0], size[2], size[3], 2}));
}

}  // namespace retrograd
