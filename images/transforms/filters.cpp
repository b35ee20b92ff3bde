// Transforms that read the pixels around, and a part that is replaced.
#include <cmath>
#include <vector>

#include <retrograd/images/color.h>
#include <retrograd/images/transforms/annotations.h>
#include <retrograd/images/transforms/color_math.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/conv.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

Tensor in_floating(const Tensor& image) {
  return image.dtype() == uint8 ? image.to(float32) : image;
}

Tensor rounded_like(const Tensor& image, const Tensor& x) {
  return image.dtype() == uint8 ? clamp(round(x), 0, 255).to(uint8) : x;
}

// Each channel as an image of its own.
Tensor channels_apart(const Tensor& image) {
  return reshape(image, {-1, 1, image.size(-2), image.size(-1)});
}

// The channels in the shape of the image, with other sides.
Tensor channels_together(const Tensor& image, const Tensor& channels) {
  Shape shape = image.shape();
  shape[shape.size() - 2] = channels.size(-2);
  shape[shape.size() - 1] = channels.size(-1);
  return reshape(channels, shape);
}

Tensor gaussian(int64_t size, double sigma, DType dtype) {
  std::vector<double> weights;
  double total = 0;
  for (int64_t i = 0; i < size; ++i) {
    const double x = (static_cast<double>(i) - static_cast<double>(size - 1) / 2) / sigma;
    weights.push_back(std::exp(-0.5 * x * x));
    total += weights.back();
  }
  for (double& weight : weights) {
    weight /= total;
  }
  return tensor(weights, {.dtype = dtype});
}

void require_kernel(const Frame& call, Size<2> kernel_size) {
  for (const int64_t size : kernel_size) {
    check::require<ValueError>(call, size >= 1 && size % 2 == 1, {},
                               "a kernel of {} pixels; an odd number is needed "
                               "[value-out-of-range]",
                               size);
  }
}

void require_sigma(const Frame& call, double sigma) {
  check::require<ValueError>(call, sigma > 0, {},
                             "sigma is {}; a number above 0 is needed [value-out-of-range]", sigma);
}

}  // namespace

Tensor adjust_sharpness(const Tensor& image, double sharpness_factor, Where where) {
  const Frame call("adjust_sharpness", where);
  detail::require_grey_or_rgb(call, image);
  detail::require_factor(call, sharpness_factor);
  const int64_t height = image.size(-2);
  const int64_t width = image.size(-1);
  if (height <= 2 || width <= 2 || image.numel() == 0) {
    return image;
  }
  const Tensor x = in_floating(image);
  const Tensor weights =
      reshape(tensor({1, 1, 1, 1, 5, 1, 1, 1, 1}).to(x.dtype()) / 13, {1, 1, 3, 3});
  const Tensor blurred = channels_together(image, conv2d(channels_apart(x), weights));
  const CropBox inside{.top = 1, .left = 1, .height = height - 2, .width = width - 2};
  const double bound = image.dtype() == uint8 ? 255 : 1;
  const Tensor smooth = rounded_like(image, blurred).to(x.dtype());
  const Tensor sharp = detail::blend(detail::cropped(x, inside), smooth, sharpness_factor, bound);
  Tensor result = image.dtype() == uint8 ? image.clone() : clamp(image, 0, 1);
  detail::cropped(result, inside).copy_(sharp.to(image.dtype()));
  return result;
}

Tensor gaussian_blur(const Tensor& image, Size<2> kernel_size, double sigma, Where where) {
  const Frame call("gaussian_blur", where);
  detail::require_image(call, image);
  require_kernel(call, kernel_size);
  require_sigma(call, sigma);
  if (image.numel() == 0) {
    return image;
  }
  const Tensor x = channels_apart(in_floating(image));
  const Tensor mirrored = detail::padded(x, {kernel_size[0] / 2, kernel_size[1] / 2},
                                         {.padding_mode = BorderMode::reflect});
  const Tensor down = gaussian(kernel_size[1], sigma, x.dtype());
  const Tensor along = gaussian(kernel_size[0], sigma, x.dtype());
  const Tensor blurred =
      conv2d(conv2d(mirrored, reshape(down, {1, 1, -1, 1})), reshape(along, {1, 1, 1, -1}));
  return rounded_like(image, channels_together(image, blurred));
}

Tensor erase(const Tensor& image, const CropBox& box, const Tensor& value, Where where) {
  const Frame call("erase", where);
  detail::require_image(call, image);
  const bool inside = detail::is_inside(box, image.size(-2), image.size(-1));
  check::require<ValueError>(call, inside, {{"image", image}},
                             "the part is outside of the image [value-out-of-range]");
  Tensor result = image.clone();
  Tensor part = detail::cropped(result, box);
  part.copy_(expand(value.to(image.dtype()), part.shape()));
  return result;
}

GaussianBlur::GaussianBlur(Size<2> kernel_size, Range sigma, Where where)
    : kernel_size_(kernel_size), sigma_(sigma) {
  const Frame call("GaussianBlur", where);
  require_kernel(call, kernel_size);
  require_sigma(call, sigma.low);
  detail::require_range(call, "sigma", sigma.low, sigma.high, 0, 1e6);
}

Tensor GaussianBlur::change(const Tensor& image) const {
  return gaussian_blur(image, kernel_size_, detail::draw_uniform(sigma_.low, sigma_.high));
}

RandomErasing::RandomErasing(const RandomErasingOptions& options, Where where) : options_(options) {
  const Frame call("RandomErasing", where);
  detail::require_probability(call, options.p);
  detail::require_range(call, "scale", options.scale.low, options.scale.high, 0, 1);
  detail::require_range(call, "ratio", options.ratio.low, options.ratio.high, 1e-6, 1e6);
}

std::optional<CropBox> RandomErasing::get_params(int64_t height, int64_t width) const {
  const Range log_ratio = {std::log(options_.ratio.low), std::log(options_.ratio.high)};
  const double pixels = static_cast<double>(height) * static_cast<double>(width);
  for (int attempt = 0; attempt < 10; ++attempt) {
    const double area = pixels * detail::draw_uniform(options_.scale.low, options_.scale.high);
    const double ratio = std::exp(detail::draw_uniform(log_ratio.low, log_ratio.high));
    const auto h = static_cast<int64_t>(std::nearbyint(std::sqrt(area * ratio)));
    const auto w = static_cast<int64_t>(std::nearbyint(std::sqrt(area / ratio)));
    if (h < height && w < width) {
      const int64_t top = detail::draw_integer(0, height - h + 1);
      return CropBox{top, detail::draw_integer(0, width - w + 1), h, w};
    }
  }
  return {};
}

Tensor RandomErasing::change(const Tensor& image) const {
  const auto count = static_cast<int64_t>(options_.value.size());
  check::require<ShapeError>(
      *Frame::current(), count <= 1 || count == image.size(-3), {{"image", image}},
      "there are {} values for {} channels [channels-differ]", count, image.size(-3));
  if (!detail::draw_chance(options_.p)) {
    return image;
  }
  const std::optional<CropBox> part = get_params(image.size(-2), image.size(-1));
  if (!part) {
    return image;
  }
  if (count > 0) {
    return erase(image, *part, reshape(tensor(options_.value), {-1, 1, 1}));
  }
  check::require<DTypeError>(*Frame::current(), is_floating(image.dtype()), {{"image", image}},
                             "noise is for floating images [not-floating]");
  return erase(image, *part, randn({image.size(-3), part->height, part->width}));
}

}  // namespace retrograd::transforms
