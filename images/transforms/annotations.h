// Masks and boxes that move with an image. Internal.
#pragma once

#include <cstdint>

#include <retrograd/images/geometry.h>

namespace retrograd::transforms::detail {

// Whether all of a part is in an image of that size, for any numbers.
bool is_inside(const CropBox& box, std::int64_t height, std::int64_t width);
// Any tensor (..., H, W), with zeros outside.
Tensor cropped(const Tensor& x, const CropBox& box);
Tensor padded(const Tensor& x, const Padding& padding, const BorderOptions& options);
// The nearest element, as torchvision resizes masks: that at floor(position * scale).
Tensor nearest_resized(const Tensor& x, std::int64_t height, std::int64_t width);

// boxes * {sx, sy, sx, sy} + {dx, dy, dx, dy}, cut at the border of (height, width).
struct BoxMove {
  double scale_x = 1;
  double scale_y = 1;
  double add_x = 0;
  double add_y = 0;
};
Tensor moved(const Tensor& boxes, const BoxMove& move, std::int64_t height, std::int64_t width);
Tensor cut_at_border(const Tensor& boxes, std::int64_t height, std::int64_t width);

// All of an annotated image.
AnnotatedImage cropped(const AnnotatedImage& input, const CropBox& box);
AnnotatedImage padded(const AnnotatedImage& input, const Padding& padding,
                      const BorderOptions& options);
// Annotations of an image that was resized to `image`.
AnnotatedImage resized_like(const Tensor& image, const AnnotatedImage& input);

}  // namespace retrograd::transforms::detail
