#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/images/detail/png.h>
#include <retrograd/images/png.h>
#include <retrograd/io/internal/pixel_rows.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace detail {

void require_png(const FileCall& call, const Tensor& image) {
  PixelRows::require_image(call, image);
  check::require<ShapeError>(
      call, std::max(image.size(-2), image.size(-1)) <= std::int64_t{kMostPngSide},
      {{"image", image}}, "image must have at most 1000000 rows and columns [image-too-large]");
}

void write_png(const FileCall& call, const Tensor& image, const PngTarget& append) {
  const std::int64_t channels = image.dim() == 3 ? image.shape()[0] : 1;
  const std::int64_t height = image.size(-2);
  const std::int64_t width = image.size(-1);
  Png png(call, Png::Does::write);
  const PixelRows rows(image);
  std::vector<png_byte> row(static_cast<std::size_t>(rows.size()));
  png.run([&] {
    constexpr std::array colours = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                    PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    const auto write = [](png_structp to, png_bytep bytes, std::size_t count) {
      const auto& target = *static_cast<const PngTarget*>(png_get_io_ptr(to));
      Png::of(to).guard([&] { target(bytes, count); });
    };
    png_set_write_fn(png.get(), const_cast<PngTarget*>(&append), write, [](png_structp) {});
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
}

}  // namespace detail

void save_png(const Tensor& image, const std::string& path, Where where) {
  const detail::FileCall call{"save_png", path, where};
  detail::require_png(call, image);
  detail::OutputFile file(call);
  detail::write_png(call, image,
                    [&](const void* bytes, std::size_t count) { file.append(bytes, count); });
  file.commit();
}

}  // namespace retrograd
