#include <retrograd/images/policy.h>

#include <cmath>
#include <numbers>

#include <retrograd/images/color.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/images/transforms/warps.h>
#include <retrograd/images/warp.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;
using Op = AugmentationOp;

constexpr int kOps = static_cast<int>(Op::equalize) + 1;

// The largest strengths of a policy.
struct Strengths {
  double shear;
  double translate_x;
  double translate_y;
  double angle;
  double factor;
  double bits;  // that posterize takes away
};

bool has_sign(Op op) {
  return op >= Op::shear_x && op <= Op::sharpness;
}

bool has_magnitude(Op op) {
  return has_sign(op) || op == Op::posterize || op == Op::solarize;
}

// Strength `bin` of `bins`.
double magnitude_of(Op op, int bin, int bins, const Strengths& most) {
  const double part = static_cast<double>(bin) / (bins - 1);
  switch (op) {
    case Op::shear_x:
    case Op::shear_y: return part * most.shear;
    case Op::translate_x: return part * most.translate_x;
    case Op::translate_y: return part * most.translate_y;
    case Op::rotate: return part * most.angle;
    case Op::brightness:
    case Op::color:
    case Op::contrast:
    case Op::sharpness: return part * most.factor;
    case Op::posterize: return 8 - std::nearbyint(part * most.bits);
    case Op::solarize: return 255 * (1 - part);
    case Op::identity:
    case Op::auto_contrast:
    case Op::equalize: break;
  }
  return 0;
}

double degrees(double tangent) {
  return std::atan(tangent) * 180 / std::numbers::pi;
}

Tensor recolored(const Tensor& image, const Augmentation& choice) {
  const double m = choice.magnitude;
  switch (choice.op) {
    case Op::brightness: return adjust_brightness(image, 1 + m);
    case Op::color: return adjust_saturation(image, 1 + m);
    case Op::contrast: return adjust_contrast(image, 1 + m);
    case Op::sharpness: return adjust_sharpness(image, 1 + m);
    case Op::posterize: return posterize(image, static_cast<int>(m));
    case Op::solarize: return solarize(image, m);
    case Op::auto_contrast: return autocontrast(image);
    case Op::equalize: return equalize(image);
    default: return image;
  }
}

AffineOptions affine_of(const Augmentation& choice, const AugmentOptions& options) {
  AffineOptions map{.interpolation = options.interpolation, .fill = options.fill};
  const double m = choice.magnitude;
  switch (choice.op) {
    case Op::shear_x: map.shear.x = degrees(m); break;
    case Op::shear_y: map.shear.y = degrees(m); break;
    case Op::translate_x: map.translate.x = std::trunc(m); break;
    case Op::translate_y: map.translate.y = std::trunc(m); break;
    default: break;
  }
  if (choice.op == Op::shear_x || choice.op == Op::shear_y) {
    map.center = Point{0, 0};
  }
  return map;
}

void require_bins(const Frame& call, int bins) {
  check::require<ValueError>(call, bins >= 2, {},
                             "there are {} strengths; at least 2 are needed [value-out-of-range]",
                             bins);
}

Augmentation drawn(Op op, int bin, int bins, const Strengths& most) {
  const double magnitude = magnitude_of(op, bin, bins, most);
  return {op, has_sign(op) && detail::draw_integer(0, 2) == 1 ? -magnitude : magnitude};
}

Op drawn_op() {
  return static_cast<Op>(detail::draw_integer(0, kOps));
}

}  // namespace

AnnotatedImage augment(const AnnotatedImage& input, const Augmentation& choice,
                       const AugmentOptions& options, Where where) {
  const Frame call("augment", where);
  detail::require_grey_or_rgb(call, input.image);
  if (choice.op == Op::rotate) {
    return detail::warped(
        input, detail::rotate_warp(call, input.image, choice.magnitude,
                                   {.interpolation = options.interpolation, .fill = options.fill}));
  }
  if (choice.op >= Op::shear_x && choice.op <= Op::translate_y) {
    return detail::warped(input,
                          detail::affine_warp(call, input.image, affine_of(choice, options)));
  }
  return {.image = recolored(input.image, choice), .mask = input.mask, .boxes = input.boxes};
}

RandAugment::RandAugment(const RandAugmentOptions& options, Where where) : options_(options) {
  const Frame call("RandAugment", where);
  require_bins(call, options.num_magnitude_bins);
  detail::require_mode(call, options.augment.interpolation);
  check::require<ValueError>(call,
                             options.num_ops >= 0 && options.magnitude >= 0 &&
                                 options.magnitude < options.num_magnitude_bins,
                             {}, "{} transforms of strength {} of {} [value-out-of-range]",
                             options.num_ops, options.magnitude, options.num_magnitude_bins);
}

std::vector<Augmentation> RandAugment::get_params(int64_t height, int64_t width) const {
  constexpr double kTranslate = 150.0 / 331;
  const Strengths most{.shear = 0.3,
                       .translate_x = kTranslate * static_cast<double>(width),
                       .translate_y = kTranslate * static_cast<double>(height),
                       .angle = 30,
                       .factor = 0.9,
                       .bits = 4};
  std::vector<Augmentation> choices;
  for (int i = 0; i < options_.num_ops; ++i) {
    choices.push_back(drawn(drawn_op(), options_.magnitude, options_.num_magnitude_bins, most));
  }
  return choices;
}

AnnotatedImage RandAugment::apply(const AnnotatedImage& input) const {
  AnnotatedImage result = input;
  for (const Augmentation& choice : get_params(input.image.size(-2), input.image.size(-1))) {
    result = augment(result, choice, options_.augment);
  }
  return result;
}

TrivialAugmentWide::TrivialAugmentWide(const TrivialAugmentWideOptions& options, Where where)
    : options_(options) {
  const Frame call("TrivialAugmentWide", where);
  require_bins(call, options.num_magnitude_bins);
  detail::require_mode(call, options.augment.interpolation);
}

Augmentation TrivialAugmentWide::get_params() const {
  const Strengths most{
      .shear = 0.99, .translate_x = 32, .translate_y = 32, .angle = 135, .factor = 0.99, .bits = 6};
  const Op op = drawn_op();
  const int bins = options_.num_magnitude_bins;
  const int bin = has_magnitude(op) ? static_cast<int>(detail::draw_integer(0, bins)) : 0;
  return drawn(op, bin, bins, most);
}

AnnotatedImage TrivialAugmentWide::apply(const AnnotatedImage& input) const {
  return augment(input, get_params(), options_.augment);
}

}  // namespace retrograd::transforms
