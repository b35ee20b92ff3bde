#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/images/detail/jpeg.h>
#include <retrograd/images/jpeg.h>
#include <retrograd/io/internal/pixel_rows.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

void save_jpeg(const Tensor& image, const std::string& path, const SaveJpegOptions& options,
               Where where) {
  const detail::FileCall call{"save_jpeg", path, where};
  detail::PixelRows::require_image(call, image);
  const std::int64_t channels = image.dim() == 3 ? image.shape()[0] : 1;
  check::require<ShapeError>(call, channels == 1 || channels == 3, {{"image", image}},
                             "a JPEG file has 1 or 3 channels, not {} [shape-unexpected]",
                             channels);
  const std::int64_t height = image.size(-2);
  const std::int64_t width = image.size(-1);
  check::require<ShapeError>(call, std::max(height, width) <= std::int64_t{JPEG_MAX_DIMENSION},
                             {{"image", image}},
                             "image must have at most 65500 rows and columns [image-too-large]");
  check::require<ValueError>(call, options.quality >= 1 && options.quality <= 100, {},
                             "quality must be from 1 to 100, not {} [value-out-of-range]",
                             options.quality);

  detail::OutputFile file(call);
  detail::JpegWriter writer(call, file);
  jpeg_compress_struct& jpeg = writer.get();
  const detail::PixelRows rows(image);
  std::vector<JSAMPLE> row(static_cast<std::size_t>(rows.size()));
  writer.run([&] {
    jpeg.image_width = static_cast<JDIMENSION>(width);
    jpeg.image_height = static_cast<JDIMENSION>(height);
    jpeg.input_components = static_cast<int>(channels);
    jpeg.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, options.quality, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    JSAMPLE* start = row.data();
    for (std::int64_t y = 0; y < height; ++y) {
      rows.copy(y, start);
      jpeg_write_scanlines(&jpeg, &start, 1);
    }
    jpeg_finish_compress(&jpeg);
  });
  file.commit();
}

}  // namespace retrograd
