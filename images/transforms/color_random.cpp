#include <limits>
#include <utility>

#include <retrograd/images/color.h>
#include <retrograd/images/transforms/common.h>

namespace retrograd::transforms {

namespace {

constexpr double kMost = std::numeric_limits<double>::max();

double drawn(double low, double high, double unchanged) {
  return low == unchanged && high == unchanged ? unchanged : detail::draw_uniform(low, high);
}

}  // namespace

Grayscale::Grayscale(std::int64_t num_output_channels, Where where)
    : channels_(num_output_channels) {
  detail::require_grey_channels(Frame("Grayscale", where), num_output_channels);
}

RandomGrayscale::RandomGrayscale(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomGrayscale", where), p);
}

Tensor RandomGrayscale::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? rgb_to_grayscale(image, image.size(-3)) : image;
}

ColorJitter::ColorJitter(const ColorJitterOptions& options, Where where) : options_(options) {
  const Frame call("ColorJitter", where);
  const auto check_factor = [&](const char* name, const FactorRange& range) {
    detail::require_range(call, name, range.low, range.high, 0, kMost);
  };
  check_factor("brightness", options.brightness);
  check_factor("contrast", options.contrast);
  check_factor("saturation", options.saturation);
  detail::require_range(call, "hue", options.hue.low, options.hue.high, -0.5, 0.5);
}

ColorJitter::Params ColorJitter::get_params() const {
  Params params{.order = {0, 1, 2, 3}};
  for (int last = 3; last > 0; --last) {  // Durstenfeld, "Algorithm 235: random permutation", 1964
    std::swap(params.order[last], params.order[detail::draw_integer(0, last + 1)]);
  }
  const auto factor = [](const FactorRange& range) { return drawn(range.low, range.high, 1); };
  params.brightness = factor(options_.brightness);
  params.contrast = factor(options_.contrast);
  params.saturation = factor(options_.saturation);
  params.hue = drawn(options_.hue.low, options_.hue.high, 0);
  return params;
}

Tensor ColorJitter::change(const Tensor& image) const {
  const Params params = get_params();
  Tensor result = image;
  for (const int function : params.order) {
    if (function == 0 && params.brightness != 1) {
      result = adjust_brightness(result, params.brightness);
    } else if (function == 1 && params.contrast != 1) {
      result = adjust_contrast(result, params.contrast);
    } else if (function == 2 && params.saturation != 1) {
      result = adjust_saturation(result, params.saturation);
    } else if (function == 3 && params.hue != 0) {
      result = adjust_hue(result, params.hue);
    }
  }
  return result;
}

RandomInvert::RandomInvert(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomInvert", where), p);
}

Tensor RandomInvert::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? invert(image) : image;
}

RandomPosterize::RandomPosterize(int bits, double p, Where where) : bits_(bits), p_(p) {
  const Frame call("RandomPosterize", where);
  detail::require_probability(call, p);
  detail::require_bits(call, bits);
}

Tensor RandomPosterize::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? posterize(image, bits_) : image;
}

RandomSolarize::RandomSolarize(double threshold, double p, Where where)
    : threshold_(threshold), p_(p) {
  const Frame call("RandomSolarize", where);
  detail::require_probability(call, p);
  detail::require_threshold(call, threshold, 255);
}

Tensor RandomSolarize::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? solarize(image, threshold_) : image;
}

RandomAdjustSharpness::RandomAdjustSharpness(double sharpness_factor, double p, Where where)
    : factor_(sharpness_factor), p_(p) {
  const Frame call("RandomAdjustSharpness", where);
  detail::require_probability(call, p);
  detail::require_factor(call, sharpness_factor);
}

Tensor RandomAdjustSharpness::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? adjust_sharpness(image, factor_) : image;
}

RandomAutocontrast::RandomAutocontrast(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomAutocontrast", where), p);
}

Tensor RandomAutocontrast::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? autocontrast(image) : image;
}

RandomEqualize::RandomEqualize(double p, Where where) : p_(p) {
  detail::require_probability(Frame("RandomEqualize", where), p);
}

Tensor RandomEqualize::change(const Tensor& image) const {
  return detail::draw_chance(p_) ? equalize(image) : image;
}

}  // namespace retrograd::transforms
