#include <retrograd/images/mix.h>

#include <algorithm>
#include <cmath>

#include <retrograd/images/transforms/annotations.h>
#include <retrograd/images/transforms/common.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/mask.h>
#include <retrograd/ops/shape.h>

namespace retrograd::transforms {

namespace {

using std::int64_t;

double normal() {
  return random_normal(default_generator().take(1), 0);
}

// Of the distribution Gamma(shape, 1): Marsaglia and Tsang, "A simple method for generating gamma
// variables", 2000. For small shapes it is that of shape + 1, times a power of a uniform number.
double draw_gamma(double shape) {
  if (shape < 1) {
    return draw_gamma(shape + 1) * std::pow(1 - detail::draw_uniform(0, 1), 1 / shape);
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal();
    const double v = std::pow(1 + c * x, 3);
    const double u = 1 - detail::draw_uniform(0, 1);
    if (v > 0 && std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) {
      return d * v;
    }
  }
}

double draw_beta(double alpha) {
  const double a = draw_gamma(alpha);
  const double b = draw_gamma(alpha);
  // Halves, because the sum of two may be infinite.
  return a + b > 0 ? a / 2 / (a / 2 + b / 2) : std::round(detail::draw_uniform(0, 1));
}

void require_alpha(const Frame& call, double alpha) {
  check::require<ValueError>(call, alpha > 0 && std::isfinite(alpha), {},
                             "alpha is {}; a finite number above 0 is needed [value-out-of-range]",
                             alpha);
}

void require_batch(const Frame& call, const Tensor& images, const Tensor& labels,
                   int64_t num_classes) {
  detail::require_image(call, images);
  check::require<ShapeError>(call, images.dim() == 4, {{"images", images}},
                             "needs a batch (N, C, H, W) [rank-unexpected]");
  check::require<GraphError>(call, labels.defined(), {{"labels", labels}},
                             "the labels are undefined [undefined-tensor]");
  check::require<ShapeError>(call, labels.dim() == 1 || labels.dim() == 2, {{"labels", labels}},
                             "needs labels (N) or (N, classes) [rank-unexpected]");
  check::require<ShapeError>(
      call, labels.size(0) == images.size(0), {{"images", images}, {"labels", labels}},
      "there are {} images and {} labels [batch-sizes-differ]", images.size(0), labels.size(0));
  check::require<ValueError>(call, labels.dim() == 2 || num_classes >= 1, {{"labels", labels}},
                             "labels that are classes need num_classes [argument-missing]");
}

Tensor probabilities(const Tensor& labels, int64_t num_classes) {
  const Tensor all = labels.dim() == 1 ? one_hot(labels, num_classes) : labels;
  return is_floating(all.dtype()) ? all : all.to(float32);
}

Tensor mixed(const Tensor& x, double share) {
  return share * x + (1 - share) * roll(x, {1}, {0});
}

}  // namespace

MixedBatch mixup(const Tensor& images, const Tensor& labels, double share, int64_t num_classes,
                 Where where) {
  const Frame call("mixup", where);
  require_batch(call, images, labels, num_classes);
  check::require<DTypeError>(call, is_floating(images.dtype()), {{"images", images}},
                             "needs floating images [not-floating]");
  return {mixed(images, share), mixed(probabilities(labels, num_classes), share)};
}

MixedBatch cutmix(const Tensor& images, const Tensor& labels, const CropBox& part,
                  int64_t num_classes, Where where) {
  const Frame call("cutmix", where);
  require_batch(call, images, labels, num_classes);
  const int64_t height = images.size(2);
  const int64_t width = images.size(3);
  const bool inside = detail::is_inside(part, height, width);
  check::require<ValueError>(call, inside && height * width > 0, {{"images", images}},
                             "the part is outside of the images [value-out-of-range]");
  Tensor result = images.clone();
  detail::cropped(result, part).copy_(roll(detail::cropped(images, part), {1}, {0}));
  const double share =
      1 - static_cast<double>(part.height * part.width) / static_cast<double>(height * width);
  return {result, mixed(probabilities(labels, num_classes), share)};
}

MixUp::MixUp(const MixOptions& options, Where where) : options_(options) {
  require_alpha(Frame("MixUp", where), options.alpha);
}

double MixUp::get_params() const {
  return draw_beta(options_.alpha);
}

MixedBatch MixUp::operator()(const Tensor& images, const Tensor& labels, Where where) const {
  const Frame call("MixUp", where);
  return mixup(images, labels, get_params(), options_.num_classes);
}

CutMix::CutMix(const MixOptions& options, Where where) : options_(options) {
  require_alpha(Frame("CutMix", where), options.alpha);
}

CropBox CutMix::get_params(int64_t height, int64_t width) const {
  const double ratio = 0.5 * std::sqrt(1 - draw_beta(options_.alpha));
  const int64_t x = detail::draw_integer(0, width);
  const int64_t y = detail::draw_integer(0, height);
  const auto half_width = static_cast<int64_t>(ratio * static_cast<double>(width));
  const auto half_height = static_cast<int64_t>(ratio * static_cast<double>(height));
  const int64_t left = std::max<int64_t>(x - half_width, 0);
  const int64_t top = std::max<int64_t>(y - half_height, 0);
  return {.top = top,
          .left = left,
          .height = std::min(y + half_height, height) - top,
          .width = std::min(x + half_width, width) - left};
}

MixedBatch CutMix::operator()(const Tensor& images, const Tensor& labels, Where where) const {
  const Frame call("CutMix", where);
  require_batch(call, images, labels, options_.num_classes);
  return cutmix(images, labels, get_params(images.size(2), images.size(3)), options_.num_classes);
}

}  // namespace retrograd::transforms
