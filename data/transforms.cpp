#include <retrograd/data/transforms.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

void require_image(const Frame& call, const Tensor& image) {
  check::defined(call, "image", image);
  check::require<ShapeError>(call, image.dim() == 3 || image.dim() == 4, {{"image", image}},
                             "needs an image (C, H, W) or (N, C, H, W) [rank-unexpected]");
}

void require_size(const Frame& call, const Tensor& image, int64_t size) {
  check::require<ValueError>(call, size >= 1, {{"image", image}},
                             "a side of {} pixels; at least 1 is needed [value-out-of-range]",
                             size);
}

Tensor resized(const Tensor& image, const Shape& size, const ResizeOptions& options) {
  if (image.size(-2) == size[0] && image.size(-1) == size[1]) {
    return image;
  }
  using enum InterpolateMode;
  const bool smooth = options.interpolation == bilinear || options.interpolation == bicubic;
  const InterpolateOptions how{
      .size = size, .mode = options.interpolation, .antialias = smooth && options.antialias};
  return image.dim() == 4 ? interpolate(image, how)
                          : squeeze(interpolate(unsqueeze(image, 0), how), 0);
}

// The pixels to add before and after a side, negative where the image is larger. Half pixels are
// rounded to even, as torchvision does, if the image is larger, and else down.
std::pair<int64_t, int64_t> margins(int64_t side, int64_t wanted) {
  const int64_t added = wanted - side;
  const int64_t before =
      added > 0 ? added / 2 : static_cast<int64_t>(std::nearbyint(static_cast<double>(added) / 2));
  return {before, added - before};
}

// The image as rows (..., H, W * C) if the channels of a pixel are beside each other, since long
// rows are faster than short ones; else an undefined tensor.
Tensor interleaved_rows(const Tensor& image) {
  const Tensor pixels = image.dim() == 3 ? permute(image, {1, 2, 0}) : permute(image, {0, 2, 3, 1});
  if (image.size(-3) <= 1 || !pixels.is_contiguous() || image.numel() == 0) {
    return {};
  }
  Shape shape = pixels.shape();
  shape.resize(shape.size() - 1);
  shape[shape.size() - 1] = -1;
  return reshape(pixels, shape);
}

}  // namespace

Tensor resize(const Tensor& image, int64_t size, const ResizeOptions& options, Where where) {
  const Frame call("resize", where);
  require_image(call, image);
  require_size(call, image, size);
  const int64_t height = image.size(-2);
  const int64_t width = image.size(-1);
  check::require<ValueError>(call, height > 0 && width > 0, {{"image", image}},
                             "the image has no pixels [value-out-of-range]");
  const auto longer = static_cast<int64_t>(static_cast<double>(size * std::max(height, width)) /
                                           static_cast<double>(std::min(height, width)));
  return resized(image, width <= height ? Shape{longer, size} : Shape{size, longer}, options);
}

Tensor resize(const Tensor& image, const Shape& size, const ResizeOptions& options, Where where) {
  const Frame call("resize", where);
  require_image(call, image);
  check::require<ValueError>(call, size.size() == 2, {{"image", image}},
                             "size has {} numbers; 2 are needed [count-mismatch]", size.size());
  require_size(call, image, std::min(size[0], size[1]));
  return resized(image, size, options);
}

Tensor center_crop(const Tensor& image, Size<2> output_size, Where where) {
  const Frame call("center_crop", where);
  require_image(call, image);
  require_size(call, image, std::min(output_size[0], output_size[1]));
  const auto [top, bottom] = margins(image.size(-2), output_size[0]);
  const auto [left, right] = margins(image.size(-1), output_size[1]);
  return pad(image, {left, right, top, bottom});
}

Tensor normalize(const Tensor& image, const std::vector<double>& mean,
                 const std::vector<double>& std, Where where) {
  const Frame call("normalize", where);
  require_image(call, image);
  check::floating(call, image);
  const auto channels = static_cast<std::size_t>(image.size(-3));
  check::require<ShapeError>(
      call, mean.size() == channels && std.size() == channels, {{"image", image}},
      "the image has {} channels, but there are {} means and {} deviations [channels-differ]",
      channels, mean.size(), std.size());
  check::require<ValueError>(call, std::find(std.begin(), std.end(), 0.0) == std.end(),
                             {{"image", image}}, "a deviation is 0 [value-out-of-range]");
  const auto by_channel = [&](const std::vector<double>& numbers) {
    return reshape(tensor(numbers, {.dtype = image.dtype()}), {image.size(-3), 1, 1});
  };
  if (const Tensor rows = interleaved_rows(image); rows.defined()) {
    const auto by_pixel = [&](const std::vector<double>& numbers) {
      return repeat(tensor(numbers, {.dtype = image.dtype()}), {image.size(-1)});
    };
    const Tensor result = (rows - by_pixel(mean)) / by_pixel(std);
    return image.dim() == 3
               ? permute(reshape(result, {image.size(1), image.size(2), -1}), {2, 0, 1})
               : permute(reshape(result, {image.size(0), image.size(2), image.size(3), -1}),
                         {0, 3, 1, 2});
  }
  return (image - by_channel(mean)) / by_channel(std);
}

}  // namespace retrograd::transforms
