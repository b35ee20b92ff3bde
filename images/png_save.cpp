#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/images/detail/png.h>
#include <retrograd/images/png.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using detail::OutputFile;
using detail::Png;

png_byte byte_of(double value, DType dtype) {
  const double scaled = dtype == uint8 ? value : 255 * value;
  // Written so that NaN is not above 0.
  const double cut = scaled > 0 ? std::min(scaled, 255.0) : 0.0;
  return static_cast<png_byte>(std::lround(cut));
}

// The rows of an image, with the samples of a pixel beside each other.
class Rows {
 public:
  explicit Rows(const Tensor& image)
      : image_(image),
        channels_(image.dim() == 3 ? image.size(0) : 1),
        width_(image.size(-1)),
        plane_step_(image.dim() == 3 ? image.strides()[0] : 0),
        row_step_(image.strides()[image.strides().size() - 2]),
        step_(image.strides()[image.strides().size() - 1]) {}

  std::int64_t size() const { return channels_ * width_; }

  void copy(std::int64_t y, png_bytep to) const {
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
  const Tensor& image_;
  std::int64_t channels_;
  std::int64_t width_;
  std::int64_t plane_step_;  // in elements, as the others
  std::int64_t row_step_;
  std::int64_t step_;
};

// For png_set_write_fn.
void write(png_structp png, png_bytep bytes, std::size_t count) {
  auto& file = *static_cast<OutputFile*>(png_get_io_ptr(png));
  Png::guard(png, [&] { file.append(bytes, count); });
}
void flush(png_structp) {}

}  // namespace

void save_png(const Tensor& image, const std::string& path, Where where) {
  const detail::FileCall call{"save_png", path, where};
  check::require<DTypeError>(call, image.defined() && image.dtype() != int64, {{"image", image}},
                             "image must be floating, uint8 or boolean [dtype-unexpected]");
  const std::int64_t channels = image.dim() == 3 ? image.shape()[0] : 1;
  check::require<ShapeError>(
      call,
      (image.dim() == 2 || image.dim() == 3) && channels >= 1 && channels <= 4 && image.numel() > 0,
      {{"image", image}},
      "image must be (H, W), or (C, H, W) with 1 to 4 channels, not empty [shape-unexpected]");
  const std::int64_t height = image.size(-2);
  const std::int64_t width = image.size(-1);
  check::require<ShapeError>(call, std::max(height, width) <= std::int64_t{detail::kMostPngSide},
                             {{"image", image}},
                             "image must have at most 1000000 rows and columns [image-too-large]");

  OutputFile file(call);
  Png png(call, Png::Does::write);
  const Rows rows(image);
  std::vector<png_byte> row(static_cast<std::size_t>(rows.size()));
  png.run([&] {
    constexpr std::array colours = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                    PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    png_set_write_fn(png.get(), &file, write, flush);
    png_set_compression_buffer_size(png.get(), std::size_t{256} << 10);  // a chunk of pixels
    png_set_IHDR(png.get(), png.info(), static_cast<png_uint_32>(width),
                 static_cast<png_uint_32>(height), 8,
                 colours[static_cast<std::size_t>(channels - 1)], PNG_INTERLACE_NONE,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png.get(), png.info());
    for (std::int64_t y = 0; y < height; ++y) {
      rows.copy(y, row.data());
      png_write_row(png.get(), row.data());
    }
    png_write_end(png.get(), nullptr);
  });
  file.commit();
}

}  // namespace retrograd
