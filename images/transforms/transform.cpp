#include <retrograd/images/transform.h>

#include <retrograd/images/transforms/common.h>

namespace retrograd::transforms {

namespace detail {

void require_image(const Frame& call, const Tensor& image) {
  check::require<GraphError>(call, image.defined(), {{"image", image}},
                             "the image is undefined [undefined-tensor]");
  check::require<ShapeError>(call, image.dim() == 3 || image.dim() == 4, {{"image", image}},
                             "needs an image (C, H, W) or (N, C, H, W) [rank-unexpected]");
  if (image.dtype() != uint8) {
    check::require<DTypeError>(call, is_floating(image.dtype()), {{"image", image}},
                               "needs an image of uint8 or a floating dtype [dtype-unexpected]");
  }
}

void require_grey_or_rgb(const Frame& call, const Tensor& image) {
  require_image(call, image);
  const std::int64_t channels = image.size(-3);
  check::require<ShapeError>(call, channels == 1 || channels == 3, {{"image", image}},
                             "the image has {} channels; 1 or 3 are needed [channels-differ]",
                             channels);
}

void require_probability(const Frame& call, double p) {
  check::require<ValueError>(call, p >= 0 && p <= 1, {},
                             "p is {}; a probability is between 0 and 1 [value-out-of-range]", p);
}

void require_range(const Frame& call, const char* name, double low, double high, double least,
                   double most) {
  check::require<ValueError>(
      call, low >= least && low <= high && high <= most, {},
      "{} goes from {} to {}; the first must be at most the second, and both between {} and {} "
      "[value-out-of-range]",
      name, low, high, least, most);
}

void require_factor(const Frame& call, double factor) {
  check::require<ValueError>(call, factor >= 0, {},
                             "the factor is {}; at least 0 is needed [value-out-of-range]", factor);
}

void require_threshold(const Frame& call, double threshold, double largest) {
  check::require<ValueError>(call, threshold <= largest, {},
                             "the threshold is {}; the largest value is {} [value-out-of-range]",
                             threshold, largest);
}

void require_bits(const Frame& call, int bits) {
  check::require<ValueError>(call, bits >= 0 && bits <= 8, {},
                             "{} bits; 0 to 8 are possible [value-out-of-range]", bits);
}

void require_grey_channels(const Frame& call, std::int64_t channels) {
  check::require<ValueError>(call, channels == 1 || channels == 3, {},
                             "{} output channels; 1 or 3 are needed [value-out-of-range]",
                             channels);
}

void require_size(const Frame& call, std::int64_t height, std::int64_t width) {
  check::require<ValueError>(call, height >= 1 && width >= 1, {},
                             "a size of {} x {}; sides of at least 1 are needed "
                             "[value-out-of-range]",
                             height, width);
}

}  // namespace detail

namespace {

class Lambda : public ColorTransform {
 public:
  Lambda(std::function<Tensor(const Tensor&)> function, const char* name)
      : function_(std::move(function)), name_(name) {}
  const char* name() const noexcept override { return name_; }

 protected:
  Tensor change(const Tensor& image) const override { return function_(image); }

 private:
  std::function<Tensor(const Tensor&)> function_;
  const char* name_;
};

void check_annotations(const Frame& call, const AnnotatedImage& input) {
  const Tensor& image = input.image;
  const Tensor& mask = input.mask;
  const Tensor& boxes = input.boxes;
  if (mask.defined()) {
    check::require<ShapeError>(
        call, mask.dim() >= 2 && mask.size(-1) == image.size(-1) && mask.size(-2) == image.size(-2),
        {{"image", image}, {"mask", mask}},
        "the mask has another height and width than the image [shapes-differ]");
  }
  if (boxes.defined()) {
    check::require<DTypeError>(call, is_floating(boxes.dtype()), {{"boxes", boxes}},
                               "needs boxes of a floating dtype [not-floating]");
    check::require<ShapeError>(call, boxes.dim() >= 1 && boxes.size(-1) == 4, {{"boxes", boxes}},
                               "needs boxes (..., 4): left, top, right, bottom [shapes-differ]");
  }
}

}  // namespace

Tensor ImageTransform::operator()(const Tensor& image, Where where) const {
  const Frame call(name(), where);
  detail::require_image(call, image);
  return apply({.image = image}).image;
}

AnnotatedImage ImageTransform::operator()(const AnnotatedImage& input, Where where) const {
  const Frame call(name(), where);
  detail::require_image(call, input.image);
  check_annotations(call, input);
  return apply(input);
}

AnnotatedImage ColorTransform::apply(const AnnotatedImage& input) const {
  return {.image = change(input.image), .mask = input.mask, .boxes = input.boxes};
}

Transform::Transform(std::function<Tensor(const Tensor&)> function, const char* name)
    : transform_(std::make_shared<const Lambda>(std::move(function), name)) {}

Tensor Transform::operator()(const Tensor& image, Where where) const {
  return (*transform_)(image, users_line(where));
}

AnnotatedImage Transform::operator()(const AnnotatedImage& input, Where where) const {
  return (*transform_)(input, users_line(where));
}

AnnotatedImage Compose::apply(const AnnotatedImage& input) const {
  AnnotatedImage result = input;
  for (const Transform& each : transforms_) {
    result = each(result);
  }
  return result;
}

RandomApply::RandomApply(std::vector<Transform> all, double p, Where where)
    : transforms_(std::move(all)), p_(p) {
  detail::require_probability(Frame("RandomApply", where), p);
}

AnnotatedImage RandomApply::apply(const AnnotatedImage& input) const {
  return detail::draw_chance(p_) ? transforms_(input) : input;
}

}  // namespace retrograd::transforms
