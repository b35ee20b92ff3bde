// Images as the bytes that PNG files compress. Internal: the components that write PNG share it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// The rows of an image (H, W) or (C, H, W), with the samples of a pixel beside each other.
class PixelRows {
 public:
  // Throws ShapeError or DTypeError for what is no image.
  static void require_image(const Frame& call, const Tensor& image) {
    check::require<DTypeError>(call, image.defined() && image.dtype() != int64, {{"image", image}},
                               "image must be floating, uint8 or boolean [dtype-unexpected]");
    const std::int64_t channels = image.dim() == 3 ? image.shape()[0] : 1;
    check::require<ShapeError>(
        call,
        (image.dim() == 2 || image.dim() == 3) && channels >= 1 && channels <= 4 &&
            image.numel() > 0,
        {{"image", image}},
        "image must be (H, W), or (C, H, W) with 1 to 4 channels, not empty [shape-unexpected]");
  }

  // Of an image that was checked and outlives this.
  explicit PixelRows(const Tensor& image)
      : image_(image),
        channels_(image.dim() == 3 ? image.size(0) : 1),
        width_(image.size(-1)),
        plane_step_(image.dim() == 3 ? image.strides()[0] : 0),
        row_step_(image.strides()[image.strides().size() - 2]),
        step_(image.strides()[image.strides().size() - 1]) {}

  // Bytes of a row.
  std::int64_t size() const { return channels_ * width_; }

  void copy(std::int64_t y, unsigned char* to) const {
    for_dtype(image_.dtype(), [&]<class T>() {
      const T* row = image_.raw<T>() + y * row_step_;
      for (std::int64_t x = 0; x < width_; ++x) {
        for (std::int64_t c = 0; c < channels_; ++c) {
          *to++ = byte_of(static_cast<double>(row[c * plane_step_ + x * step_]), image_.dtype());
        }
      }
    });
  }

 private:
  static unsigned char byte_of(double value, DType dtype) {
    const double scaled = dtype == uint8 ? value : 255 * value;
    // Written so that NaN is not above 0.
    const double cut = scaled > 0 ? std::min(scaled, 255.0) : 0.0;
    return static_cast<unsigned char>(std::lround(cut));
  }

  const Tensor& image_;
  std::int64_t channels_;
  std::int64_t width_;
  std::int64_t plane_step_;  // in elements, as the others
  std::int64_t row_step_;
  std::int64_t step_;
};

}  // namespace retrograd::detail
