#include <retrograd/images/transforms/warps.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include <retrograd/images/transforms/annotations.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms::detail {

namespace {

using std::int64_t;

double real(int64_t n) {
  return static_cast<double>(n);
}

double radians(double degrees) {
  return degrees / 180 * std::numbers::pi;
}

void require_warp(const Frame& call, const Tensor& image, InterpolateMode mode,
                  const std::vector<double>& fill) {
  require_image(call, image);
  require_mode(call, mode);
  const auto count = static_cast<int64_t>(fill.size());
  check::require<ShapeError>(call, count <= 1 || count == image.size(-3), {{"image", image}},
                             "there are {} values of fill for {} channels [channels-differ]", count,
                             image.size(-3));
  check::require<ValueError>(call, image.size(-1) > 0 && image.size(-2) > 0, {{"image", image}},
                             "the image has no pixels [value-out-of-range]");
}

// The map (a, b, c, d, e, f) from the middle of the result to that of the image.
Projection between_middles(const std::array<double, 6>& m, Point from, Point to) {
  return {{m[0], m[1], m[2] + to.x - m[0] * from.x - m[1] * from.y, m[3], m[4],
           m[5] + to.y - m[3] * from.x - m[4] * from.y, 0, 0, 1}};
}

Point middle_of(int64_t height, int64_t width) {
  return {real(width) / 2, real(height) / 2};
}

// The inverse of: scale, shears, rotation about the fixed point, and the distance.
std::array<double, 6> inverse_affine(const Tensor& image, const AffineOptions& options) {
  const double angle = radians(options.angle);
  const double shear_x = radians(options.shear.x);
  const double shear_y = radians(options.shear.y);
  const Point middle = middle_of(image.size(-2), image.size(-1));
  const Point fixed = options.center.value_or(middle);
  const double cx = fixed.x - middle.x;
  const double cy = fixed.y - middle.y;
  const double a = std::cos(angle - shear_y) / std::cos(shear_y);
  const double b = -a * std::tan(shear_x) - std::sin(angle);
  const double c = std::sin(angle - shear_y) / std::cos(shear_y);
  const double d = -c * std::tan(shear_x) + std::cos(angle);
  const double s = options.scale;
  const double away_x = -cx - options.translate.x;
  const double away_y = -cy - options.translate.y;
  return {d / s,  -b / s, cx + (d * away_x - b * away_y) / s,
          -c / s, a / s,  cy + (a * away_y - c * away_x) / s};
}

// Height and width that a rotated image needs, in float32 and with the slack of torchvision.
std::array<int64_t, 2> expanded_size(const std::array<double, 6>& m, int64_t height,
                                     int64_t width) {
  const auto at = [&](std::size_t row, int64_t corner) {
    const float x = static_cast<float>(corner < 2 ? -0.5 : 0.5) * static_cast<float>(width);
    const float y = static_cast<float>(corner % 2 == 0 ? -0.5 : 0.5) * static_cast<float>(height);
    return static_cast<float>(m[row]) * x + static_cast<float>(m[row + 1]) * y +
           static_cast<float>(m[row + 2]);
  };
  const auto length = [&](std::size_t row, int64_t side) {
    const float half = static_cast<float>(side) * 0.5F;
    float low = at(row, 0);
    float high = low;
    for (int64_t corner = 1; corner < 4; ++corner) {
      low = std::min(low, at(row, corner));
      high = std::max(high, at(row, corner));
    }
    constexpr float kSlack = 1e-4F;
    return static_cast<int64_t>(std::ceil(std::trunc((high + half) / kSlack) * kSlack) -
                                std::floor(std::trunc((low + half) / kSlack) * kSlack));
  };
  return {length(3, height), length(0, width)};
}

// Twice the area of the triangle, with a sign for its sense.
double turn_of(Point a, Point b, Point c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

// The map from three corners of a simple square to the first three points, and its last to the
// last: Heckbert, "Fundamentals of texture mapping and image warping", 1989.
Projection from_basis(const Frame& call, const Corners& p) {
  const double shares[3] = {turn_of(p[3], p[1], p[2]), turn_of(p[0], p[3], p[2]),
                            turn_of(p[0], p[1], p[3])};
  const double whole = turn_of(p[0], p[1], p[2]);
  double extent = 0;
  for (const Point& each : p) {
    extent = std::max({extent, std::abs(each.x - p[0].x), std::abs(each.y - p[0].y)});
  }
  for (const double area : {shares[0], shares[1], shares[2], whole}) {
    check::require<ValueError>(call, std::abs(area) > 1e-12 * extent * extent, {},
                               "three of the points are on a line [value-out-of-range]");
  }
  Projection result{};
  for (std::size_t k = 0; k < 3; ++k) {
    result.m[k] = shares[k] * p[k].x;
    result.m[3 + k] = shares[k] * p[k].y;
    result.m[6 + k] = shares[k];
  }
  return result;
}

// Maps each point of `from` to that of `to`.
Projection projection_between(const Frame& call, const Corners& from, const Corners& to) {
  const Projection out = from_basis(call, to);
  const Projection in = inverse(from_basis(call, from));
  Projection result{};
  for (std::size_t i = 0; i < 9; ++i) {
    for (std::size_t k = 0; k < 3; ++k) {
      result.m[i] += out.m[i / 3 * 3 + k] * in.m[3 * k + i % 3];
    }
  }
  // A factor does not change the map. The origin may be at infinity, where the last number is 0.
  const double last = result.m[8] != 0 ? result.m[8] : 1;
  for (double& number : result.m) {
    number /= last;
  }
  return result;
}

// (1, H, W, 2) of points in [-1, 1].
Tensor grid_of(const Tensor& image, const Warp& warp) {
  const Tensor grid = empty_tensor({1, warp.height, warp.width, 2}, float64);
  double* to = grid.raw<double>();
  for (int64_t y = 0; y < warp.height; ++y) {
    for (int64_t x = 0; x < warp.width; ++x) {
      const Point at = warp.map(real(x) + 0.5, real(y) + 0.5);
      *to++ = 2 * at.x / real(image.size(-1)) - 1;
      *to++ = 2 * at.y / real(image.size(-2)) - 1;
    }
  }
  return grid;
}

Tensor warped_floats(const Tensor& image, const Warp& warp) {
  const Tensor x = image.dtype() == bfloat16 ? image.to(float32) : image;
  const Tensor grid =
      expand(grid_of(image, warp).to(x.dtype()), {x.size(0), warp.height, warp.width, 2});
  const GridSampleOptions how{.mode = warp.interpolation};
  if (warp.fill.empty()) {
    return grid_sample(x, grid, how).to(image.dtype());
  }
  const Tensor ones = retrograd::ones({x.size(0), 1, x.size(2), x.size(3)}, {.dtype = x.dtype()});
  const Tensor sampled = grid_sample(cat({x, ones}, 1), grid, how);
  const Tensor values = narrow(sampled, 1, 0, x.size(1));
  const Tensor inside = narrow(sampled, 1, x.size(1), 1);
  const Tensor fill = reshape(tensor(warp.fill, {.dtype = x.dtype()}), {1, -1, 1, 1});
  if (warp.interpolation == InterpolateMode::nearest) {
    return where(inside < 0.5, fill, values).to(image.dtype());
  }
  return (values * inside + (1 - inside) * fill).to(image.dtype());
}

// The boxes around the moved corners.
Tensor warped_boxes(const Tensor& boxes, const Warp& warp) {
  const Projection forward = inverse(warp.map);
  const Tensor result = boxes.to(float64).contiguous().clone();
  double* box = result.raw<double>();
  for (int64_t i = 0; i < result.numel(); i += 4, box += 4) {
    Point low{real(warp.width), real(warp.height)};
    Point high{0, 0};
    for (int corner = 0; corner < 4; ++corner) {
      const double x = box[corner % 2 == 0 ? 0 : 2];
      const double y = box[corner < 2 ? 1 : 3];
      // A corner behind the viewer has no position: the box may reach any border.
      const bool behind = forward.m[6] * x + forward.m[7] * y + forward.m[8] <= 0;
      const Point at = behind ? Point{0, 0} : forward(x, y);
      low = {std::min(low.x, at.x), std::min(low.y, at.y)};
      high = {std::max(high.x, behind ? real(warp.width) : at.x),
              std::max(high.y, behind ? real(warp.height) : at.y)};
    }
    const double moved[4] = {low.x, low.y, high.x, high.y};
    std::copy(moved, moved + 4, box);
  }
  return cut_at_border(result, warp.height, warp.width).to(boxes.dtype());
}

}  // namespace

void require_mode(const Frame& call, InterpolateMode mode) {
  check::require<ValueError>(call,
                             mode == InterpolateMode::nearest || mode == InterpolateMode::bilinear,
                             {}, "the mode is neither nearest nor bilinear [value-out-of-range]");
}

Projection inverse(const Projection& map) {
  const auto& m = map.m;
  // The adjugate: a factor does not change a projection, but its sign says what is behind.
  Projection result{
      {m[4] * m[8] - m[5] * m[7], m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
       m[5] * m[6] - m[3] * m[8], m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
       m[3] * m[7] - m[4] * m[6], m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]}};
  const double determinant = m[0] * result.m[0] + m[1] * result.m[3] + m[2] * result.m[6];
  for (double& number : result.m) {
    number /= determinant;
  }
  return result;
}

Warp affine_warp(const Frame& call, const Tensor& image, const AffineOptions& options) {
  require_warp(call, image, options.interpolation, options.fill);
  check::require<ValueError>(call, options.scale > 0, {{"image", image}},
                             "the scale is {}; a number above 0 is needed [value-out-of-range]",
                             options.scale);
  const Point middle = middle_of(image.size(-2), image.size(-1));
  return {between_middles(inverse_affine(image, options), middle, middle), image.size(-2),
          image.size(-1), options.interpolation, options.fill};
}

Warp rotate_warp(const Frame& call, const Tensor& image, double angle,
                 const RotateOptions& options) {
  require_warp(call, image, options.interpolation, options.fill);
  const auto map = inverse_affine(image, {.angle = -angle, .center = options.center});
  const int64_t height = image.size(-2);
  const int64_t width = image.size(-1);
  const auto [out_height, out_width] =
      options.expand ? expanded_size(map, height, width) : std::array<int64_t, 2>{height, width};
  return {between_middles(map, middle_of(out_height, out_width), middle_of(height, width)),
          out_height, out_width, options.interpolation, options.fill};
}

Warp perspective_warp(const Frame& call, const Tensor& image, const Corners& startpoints,
                      const Corners& endpoints, const PerspectiveOptions& options) {
  require_warp(call, image, options.interpolation, options.fill);
  return {projection_between(call, endpoints, startpoints), image.size(-2), image.size(-1),
          options.interpolation, options.fill};
}

Tensor warped(const Tensor& image, const Warp& warp) {
  const Tensor batch = image.dim() == 4 ? image : unsqueeze(image, 0);
  const Tensor result =
      image.dtype() == uint8 ? warped_bytes(batch, warp) : warped_floats(batch, warp);
  return image.dim() == 4 ? result : squeeze(result, 0);
}

AnnotatedImage warped(const AnnotatedImage& input, const Warp& warp) {
  AnnotatedImage result{.image = warped(input.image, warp)};
  if (input.mask.defined()) {
    result.mask = nearest_warped(input.mask, warp);
  }
  if (input.boxes.defined()) {
    result.boxes = warped_boxes(input.boxes, warp);
  }
  return result;
}

}  // namespace retrograd::transforms::detail
