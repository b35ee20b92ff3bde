#include <retrograd/images/geometry.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include <retrograd/images/transforms/annotations.h>
#include <retrograd/images/transforms/bytes.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

constexpr double kMost = std::numeric_limits<double>::max();

double real(int64_t n) {
  return static_cast<double>(n);
}

int64_t rounded(double x) {
  return static_cast<int64_t>(std::nearbyint(x));  // half to even, as Python does
}

void require_box(const Frame& call, const Tensor& image, const CropBox& box) {
  detail::require_image(call, image);
  detail::require_size(call, box.height, box.width);
}

// left and right of boxes become `sum` minus right and left, or top and bottom.
Tensor mirrored(const Tensor& boxes, int64_t first, int64_t sum) {
  Tensor sides[4];
  for (int64_t i = 0; i < 4; ++i) {
    const bool changes = i % 2 == first;
    const Tensor side = narrow(boxes, -1, changes ? 2 + 2 * first - i : i, 1);
    sides[i] = changes ? real(sum) - side : side;
  }
  return cat({sides[0], sides[1], sides[2], sides[3]}, -1);
}

Tensor flipped(const Tensor& image, int64_t dim) {
  return image.dtype() == uint8 ? detail::flipped_bytes(image, dim == -1) : flip(image, {dim});
}

AnnotatedImage flipped(const AnnotatedImage& input, int64_t dim) {
  AnnotatedImage result{.image = flipped(input.image, dim)};
  if (input.mask.defined()) {
    result.mask = flip(input.mask, {dim});
  }
  if (input.boxes.defined()) {
    result.boxes = mirrored(input.boxes, dim == -1 ? 0 : 1, input.image.size(dim));
  }
  return result;
}

}  // namespace

Tensor crop(const Tensor& image, const CropBox& box, Where where) {
  const Frame call("crop", where);
  require_box(call, image, box);
  return detail::cropped(image, box);
}

Tensor resized_crop(const Tensor& image, const CropBox& box, Size<2> size,
                    const ResizeOptions& options, Where where) {
  const Frame call("resized_crop", where);
  require_box(call, image, box);
  return resize(detail::cropped(image, box), Shape{size[0], size[1]}, options);
}

Tensor hflip(const Tensor& image, Where where) {
  const Frame call("hflip", where);
  detail::require_image(call, image);
  return flipped(image, -1);
}

Tensor vflip(const Tensor& image, Where where) {
  const Frame call("vflip", where);
  detail::require_image(call, image);
  return flipped(image, -2);
}

Tensor pad(const Tensor& image, const Padding& padding, const BorderOptions& options, Where where) {
  const Frame call("pad", where);
  detail::require_image(call, image);
  return detail::padded(image, padding, options);
}

Resize::Resize(int64_t size, const ResizeOptions& options, Where where)
    : size_{size}, options_(options) {
  detail::require_size(Frame("Resize", where), size, size);
}

Resize::Resize(Size<2> size, const ResizeOptions& options, Where where)
    : size_{size[0], size[1]}, options_(options) {
  detail::require_size(Frame("Resize", where), size[0], size[1]);
}

AnnotatedImage Resize::apply(const AnnotatedImage& input) const {
  return detail::resized_like(size_.size() == 1 ? resize(input.image, size_[0], options_)
                                                : resize(input.image, size_, options_),
                              input);
}

CenterCrop::CenterCrop(Size<2> size, Where where) : size_(size) {
  detail::require_size(Frame("CenterCrop", where), size[0], size[1]);
}

AnnotatedImage CenterCrop::apply(const AnnotatedImage& input) const {
  // As center_crop() does: pixels are added first, then half pixels are rounded to even.
  const auto first = [](int64_t side, int64_t wanted) {
    return side < wanted ? -((wanted - side) / 2) : rounded(real(side - wanted) / 2);
  };
  return detail::cropped(input, {.top = first(input.image.size(-2), size_[0]),
                                 .left = first(input.image.size(-1), size_[1]),
                                 .height = size_[0],
                                 .width = size_[1]});
}

AnnotatedImage Pad::apply(const AnnotatedImage& input) const {
  return detail::padded(input, padding_, options_);
}

RandomCrop::RandomCrop(Size<2> size, const RandomCropOptions& options, Where where)
    : size_(size), options_(options) {
  detail::require_size(Frame("RandomCrop", where), size[0], size[1]);
}

CropBox RandomCrop::get_params(int64_t height, int64_t width, Where where) const {
  const Frame call("RandomCrop", where);
  check::require<ValueError>(
      call, height >= size_[0] && width >= size_[1], {},
      "a crop of {} x {} is larger than the image of {} x {} [value-out-of-range]", size_[0],
      size_[1], height, width);
  if (height == size_[0] && width == size_[1]) {
    return {0, 0, height, width};
  }
  const int64_t top = detail::draw_integer(0, height - size_[0] + 1);
  const int64_t left = detail::draw_integer(0, width - size_[1] + 1);
  return {top, left, size_[0], size_[1]};
}

AnnotatedImage RandomCrop::apply(const AnnotatedImage& input) const {
  AnnotatedImage source = detail::padded(input, options_.padding, options_.border);
  if (options_.pad_if_needed) {
    const auto missing = [&](int64_t dim, std::size_t side) {
      return std::max<int64_t>(size_[side] - source.image.size(dim), 0);
    };
    source = detail::padded(source, {missing(-1, 1), missing(-2, 0)}, options_.border);
  }
  return detail::cropped(source, get_params(source.image.size(-2), source.image.size(-1)));
}

RandomResizedCrop::RandomResizedCrop(Size<2> size, const RandomResizedCropOptions& options,
                                     Where where)
    : size_(size), options_(options) {
  const Frame call("RandomResizedCrop", where);
  detail::require_size(call, size[0], size[1]);
  constexpr double kLeast = std::numeric_limits<double>::min();
  detail::require_range(call, "scale", options.scale.low, options.scale.high, kLeast, kMost);
  detail::require_range(call, "ratio", options.ratio.low, options.ratio.high, kLeast, kMost);
}

CropBox RandomResizedCrop::get_params(int64_t height, int64_t width) const {
  const Range log_ratio = {std::log(options_.ratio.low), std::log(options_.ratio.high)};
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area =
        real(height) * real(width) * detail::draw_uniform(options_.scale.low, options_.scale.high);
    const double ratio = std::exp(detail::draw_uniform(log_ratio.low, log_ratio.high));
    const double wide = std::nearbyint(std::sqrt(area * ratio));
    const double high = std::nearbyint(std::sqrt(area / ratio));
    if (wide >= 1 && wide <= real(width) && high >= 1 && high <= real(height)) {
      const auto w = static_cast<int64_t>(wide);
      const auto h = static_cast<int64_t>(high);
      const int64_t top = detail::draw_integer(0, height - h + 1);
      const int64_t left = detail::draw_integer(0, width - w + 1);
      return {top, left, h, w};
    }
  }
  const double ratio = real(width) / real(height);
  int64_t h = height;
  int64_t w = width;
  if (ratio < options_.ratio.low) {
    h = std::clamp<int64_t>(rounded(real(w) / options_.ratio.low), 1, height);
  } else if (ratio > options_.ratio.high) {
    w = std::clamp<int64_t>(rounded(real(h) * options_.ratio.high), 1, width);
  }
  return {(height - h) / 2, (width - w) / 2, h, w};
}

AnnotatedImage RandomResizedCrop::apply(const AnnotatedImage& input) const {
  check::require<ValueError>(
      *Frame::current(), input.image.size(-2) > 0 && input.image.size(-1) > 0,
      {{"image", input.image}}, "the image has no pixels [value-out-of-range]");
  const AnnotatedImage part =
      detail::cropped(input, get_params(input.image.size(-2), input.image.size(-1)));
  return detail::resized_like(resize(part.image, Shape{size_[0], size_[1]}, options_.resize), part);
}

RandomHorizontalFlip::RandomHorizontalFlip(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomHorizontalFlip", where), p);
}

AnnotatedImage RandomHorizontalFlip::apply(const AnnotatedImage& input) const {
  return detail::draw_chance(p_) ? flipped(input, -1) : input;
}

RandomVerticalFlip::RandomVerticalFlip(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomVerticalFlip", where), p);
}

AnnotatedImage RandomVerticalFlip::apply(const AnnotatedImage& input) const {
  return detail::draw_chance(p_) ? flipped(input, -2) : input;
}

}  // namespace retrograd::transforms
