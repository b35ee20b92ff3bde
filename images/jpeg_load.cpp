#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/images/detail/decode.h>
#include <retrograd/images/detail/exif.h>
#include <retrograd/images/detail/jpeg.h>
#include <retrograd/images/detail/planes.h>

namespace retrograd::detail {

namespace {

// Refuses an image that is too large or not of a kind that is read, before memory is allocated.
void check_header(const jpeg_decompress_struct& jpeg, const Source& source,
                  const LoadImageOptions& options, const FileCall& call) {
  if (jpeg.num_components != 1 && jpeg.num_components != 3 && jpeg.num_components != 4) {
    call.fail("it has {} components instead of 1, 3 or 4 [file-unsupported]", jpeg.num_components);
  }
  const std::uint64_t pixels = std::uint64_t{jpeg.image_width} * jpeg.image_height;
  if (pixels > static_cast<std::uint64_t>(options.max_pixels)) {
    call.fail("its {} x {} pixels are more than max_pixels, {} [image-too-large]", jpeg.image_width,
              jpeg.image_height, options.max_pixels);
  }
  if (!jpeg.arith_code) {
    std::uint64_t blocks = 0;
    for (int i = 0; i < jpeg.num_components; ++i) {
      const jpeg_component_info& component = jpeg.comp_info[i];
      blocks += std::uint64_t{component.width_in_blocks} * component.height_in_blocks;
    }
    // Each block has a bit for its average, and one for its end unless that is in other scans.
    const std::uint64_t bits = jpeg.progressive_mode ? blocks : 2 * blocks;
    if (bits / 8 > source.size()) {
      call.fail("{} x {} pixels cannot be in {} bytes [file-truncated]", jpeg.image_width,
                jpeg.image_height, source.size());
    }
  }
}

// The largest of 8, 4, 2 and 1 that leaves as many rows and columns as are needed.
unsigned scale_of(const jpeg_decompress_struct& jpeg, Size<2> needed, bool transposes) {
  const std::int64_t height = needed[transposes ? 1 : 0];
  const std::int64_t width = needed[transposes ? 0 : 1];
  unsigned scale = height > 0 || width > 0 ? 8 : 1;
  while (scale > 1 && (height > jpeg.image_height / scale || width > jpeg.image_width / scale)) {
    scale /= 2;
  }
  return scale;
}

// x * y / 255, rounded.
unsigned times(unsigned x, unsigned y) {
  const unsigned product = x * y + 128;
  return (product + (product >> 8)) >> 8;
}

// Adobe's programs store CMYK inverted, and others follow them.
void invert(JSAMPLE* row, std::size_t count) {
  std::transform(row, row + count, row, [](JSAMPLE x) { return static_cast<JSAMPLE>(255 - x); });
}

// To RGB, in place, as Python's PIL does.
void convert_inverted_cmyk(JSAMPLE* row, std::size_t pixels) {
  for (std::size_t i = 0; i < pixels; ++i) {
    const unsigned white = row[4 * i + 3];
    for (std::size_t c = 0; c < 3; ++c) {
      row[3 * i + c] = static_cast<JSAMPLE>(white - times(255U - row[4 * i + c], white));
    }
  }
}

// Reads all rows to the planes of an image.
class Rows {
 public:
  Rows(jpeg_decompress_struct& jpeg, JSAMPLE* row, const Tensor& image)
      : jpeg_(jpeg),
        row_(row),
        channels_(static_cast<std::size_t>(image.size(0))),
        plane_(static_cast<std::size_t>(image.size(1) * image.size(2))),
        image_(image.raw<std::uint8_t>()) {}

  void read() {
    const std::size_t width = jpeg_.output_width;
    std::uint8_t* to = image_;
    for (; jpeg_.output_scanline < jpeg_.output_height; to += width) {
      jpeg_read_scanlines(&jpeg_, &row_, 1);
      if (jpeg_.num_components == 4 && channels_ == 4) {
        invert(row_, 4 * width);
      } else if (jpeg_.num_components == 4) {
        convert_inverted_cmyk(row_, width);
      }
      if (channels_ == 3) {
        split_rgb(row_, width, to, to + plane_, to + 2 * plane_);
      } else {
        place(to);
      }
    }
  }

 private:
  void place(std::uint8_t* to) const {
    for (std::size_t c = 0; c < channels_; ++c) {
      for (std::size_t x = 0; x < jpeg_.output_width; ++x) {
        to[c * plane_ + x] = row_[x * channels_ + c];
      }
    }
  }

  jpeg_decompress_struct& jpeg_;
  JSAMPLE* row_;  // with the samples of a pixel beside each other
  std::size_t channels_;
  std::size_t plane_;
  std::uint8_t* image_;  // (C, H, W)
};

}  // namespace

Decoded decode_jpeg(Source& source, const LoadImageOptions& options, const FileCall& call) {
  if (!source.peek(3).starts_with("\xff\xd8\xff")) {
    call.fail("it is not a JPEG file [file-malformed]");
  }
  JpegReader reader(call, source);
  jpeg_decompress_struct& jpeg = reader.get();
  reader.run([&] { jpeg_read_header(&jpeg, TRUE); });
  check_header(jpeg, source, options, call);

  Decoded decoded;
  decoded.orientation = exif_orientation(reader.exif());
  const bool transposes = options.apply_exif_orientation && decoded.orientation >= 5;
  jpeg.scale_num = 1;
  jpeg.scale_denom = scale_of(jpeg, options.min_size, transposes);
  jpeg.out_color_space = jpeg.num_components == 1   ? JCS_GRAYSCALE
                         : jpeg.num_components == 3 ? JCS_RGB
                                                    : JCS_CMYK;
  reader.run([&] { jpeg_start_decompress(&jpeg); });
  const bool is_cmyk_wanted = options.mode == ImageMode::unchanged;
  const int channels = jpeg.num_components == 4 && !is_cmyk_wanted ? 3 : jpeg.num_components;
  decoded.image = empty_tensor({channels, jpeg.output_height, jpeg.output_width}, uint8);
  std::vector<JSAMPLE> row(std::size_t{jpeg.output_width} *
                           static_cast<std::size_t>(jpeg.output_components));
  Rows rows(jpeg, row.data(), decoded.image);
  reader.run([&] {
    rows.read();
    reader.require_all_components();
    jpeg_finish_decompress(&jpeg);
  });
  return decoded;
}

}  // namespace retrograd::detail
