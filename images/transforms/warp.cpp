#include <retrograd/images/warp.h>

#include <algorithm>
#include <cmath>

#include <retrograd/images/transforms/common.h>
#include <retrograd/images/transforms/warps.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

constexpr double kMostDegrees = 1e6;
constexpr int kMostDraws = 100;  // of corners

double real(int64_t n) {
  return static_cast<double>(n);
}

Corners corners_of(int64_t height, int64_t width) {
  const double right = real(width - 1);
  const double bottom = real(height - 1);
  return {{{0, 0}, {right, 0}, {right, bottom}, {0, bottom}}};
}

// Of three of four points with whole coordinates below 2^31.
bool any_on_a_line(const Corners& points) {
  for (std::size_t left_out = 0; left_out < 4; ++left_out) {
    const Point a = points[(left_out + 1) % 4];
    const Point b = points[(left_out + 2) % 4];
    const Point c = points[(left_out + 3) % 4];
    const auto whole = [](double x) { return static_cast<int64_t>(x); };
    if (whole(b.x - a.x) * whole(c.y - a.y) == whole(b.y - a.y) * whole(c.x - a.x)) {
      return true;
    }
  }
  return false;
}

}  // namespace

Tensor affine(const Tensor& image, const AffineOptions& options, Where where) {
  const Frame call("affine", where);
  return detail::warped(image, detail::affine_warp(call, image, options));
}

Tensor rotate(const Tensor& image, double angle, const RotateOptions& options, Where where) {
  const Frame call("rotate", where);
  return detail::warped(image, detail::rotate_warp(call, image, angle, options));
}

Tensor perspective(const Tensor& image, const Corners& startpoints, const Corners& endpoints,
                   const PerspectiveOptions& options, Where where) {
  const Frame call("perspective", where);
  return detail::warped(image,
                        detail::perspective_warp(call, image, startpoints, endpoints, options));
}

RandomRotation::RandomRotation(Degrees degrees, const RandomRotationOptions& options, Where where)
    : degrees_(degrees), options_(options) {
  const Frame call("RandomRotation", where);
  detail::require_range(call, "degrees", degrees.low, degrees.high, -kMostDegrees, kMostDegrees);
  detail::require_mode(call, options.interpolation);
}

AnnotatedImage RandomRotation::apply(const AnnotatedImage& input) const {
  const double angle = detail::draw_uniform(degrees_.low, degrees_.high);
  return detail::warped(input, detail::rotate_warp(*Frame::current(), input.image, angle,
                                                   {.interpolation = options_.interpolation,
                                                    .expand = options_.expand,
                                                    .center = options_.center,
                                                    .fill = options_.fill}));
}

RandomAffine::RandomAffine(Degrees degrees, const RandomAffineOptions& options, Where where)
    : degrees_(degrees), options_(options) {
  const Frame call("RandomAffine", where);
  detail::require_mode(call, options.interpolation);
  const auto check_degrees = [&](const char* name, const Degrees& range) {
    detail::require_range(call, name, range.low, range.high, -kMostDegrees, kMostDegrees);
  };
  check_degrees("degrees", degrees);
  check_degrees("shear", options.shear.value_or(0));
  check_degrees("shear_y", options.shear_y.value_or(0));
  const Point translate = options.translate.value_or(Point{});
  detail::require_range(call, "translate", std::min(translate.x, translate.y),
                        std::max(translate.x, translate.y), 0, 1);
  const Range scale = options.scale.value_or(Range{1, 1});
  detail::require_range(call, "scale", scale.low, scale.high, 1e-6, 1e6);
}

AffineOptions RandomAffine::get_params(int64_t height, int64_t width) const {
  AffineOptions params{
      .center = options_.center, .interpolation = options_.interpolation, .fill = options_.fill};
  const auto drawn = [](const Degrees& range) {
    return detail::draw_uniform(range.low, range.high);
  };
  params.angle = drawn(degrees_);
  if (options_.translate) {
    const double most_x = options_.translate->x * real(width);
    const double most_y = options_.translate->y * real(height);
    params.translate.x = std::nearbyint(detail::draw_uniform(-most_x, most_x));
    params.translate.y = std::nearbyint(detail::draw_uniform(-most_y, most_y));
  }
  if (options_.scale) {
    params.scale = detail::draw_uniform(options_.scale->low, options_.scale->high);
  }
  params.shear.x = options_.shear ? drawn(*options_.shear) : 0;
  params.shear.y = options_.shear_y ? drawn(*options_.shear_y) : 0;
  return params;
}

AnnotatedImage RandomAffine::apply(const AnnotatedImage& input) const {
  const AffineOptions params = get_params(input.image.size(-2), input.image.size(-1));
  return detail::warped(input, detail::affine_warp(*Frame::current(), input.image, params));
}

RandomPerspective::RandomPerspective(const RandomPerspectiveOptions& options, Where where)
    : options_(options) {
  const Frame call("RandomPerspective", where);
  detail::require_probability(call, options.p);
  detail::require_mode(call, options.interpolation);
  detail::require_range(call, "distortion_scale", options.distortion_scale,
                        options.distortion_scale, 0, 1);
}

Corners RandomPerspective::get_params(int64_t height, int64_t width) const {
  const auto most = [&](int64_t side) {
    return static_cast<int64_t>(options_.distortion_scale * real(side / 2));
  };
  const auto near = [&](int64_t side) { return real(detail::draw_integer(0, most(side) + 1)); };
  const auto far = [&](int64_t side) {
    return real(detail::draw_integer(side - most(side) - 1, side));
  };
  for (int draw = 0; draw < kMostDraws && std::min(height, width) > 1; ++draw) {
    Corners corners;
    corners[0].x = near(width);
    corners[0].y = near(height);
    corners[1].x = far(width);
    corners[1].y = near(height);
    corners[2].x = far(width);
    corners[2].y = far(height);
    corners[3].x = near(width);
    corners[3].y = far(height);
    if (!any_on_a_line(corners)) {
      return corners;
    }
  }
  return corners_of(height, width);
}

AnnotatedImage RandomPerspective::apply(const AnnotatedImage& input) const {
  const int64_t height = input.image.size(-2);
  const int64_t width = input.image.size(-1);
  if (!detail::draw_chance(options_.p) || std::min(height, width) == 1) {
    return input;
  }
  return detail::warped(
      input,
      detail::perspective_warp(*Frame::current(), input.image, corners_of(height, width),
                               get_params(height, width),
                               {.interpolation = options_.interpolation, .fill = options_.fill}));
}

}  // namespace retrograd::transforms
