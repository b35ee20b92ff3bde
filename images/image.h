/// @file
/// Images in JPEG and PNG files, or in memory, as tensors. Link `retrograd::images`.
///
/// @code
/// const rg::Tensor photo = rg::load_image("photo.jpg");                   // uint8 (3, H, W)
/// const rg::Tensor values = rg::load_image("photo.png", {.dtype = rg::float32});  // in [0, 1]
/// @endcode
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Channels of an image that is read.
enum class ImageMode : std::uint8_t {
  unchanged,  ///< Stored channels: grey, grey and alpha, RGB, RGB and alpha, or CMYK.
  gray,       ///< One channel: 0.299 R + 0.587 G + 0.114 B.
  rgb         ///< Red, green and blue. Grey is repeated, and alpha is left out.
};

/// Options of image readers.
struct LoadImageOptions {
  /// Channels of the result.
  ImageMode mode = ImageMode::rgb;
  /// `uint8`, or a floating dtype for values from 0 to 1.
  DType dtype = uint8;
  /// Whether the image is turned as its EXIF data says.
  bool apply_exif_orientation = true;
  /// Smallest height and width that are needed. Above 0, a JPEG image is decoded at 1/2, 1/4 or 1/8
  /// of its size where that leaves so many rows and columns, which takes less time.
  Size<2> min_size = 0;
  /// Largest number of pixels of an image, at least 1: a file of 8 KB can hold 64 million.
  std::int64_t max_pixels = 64'000'000;
};

/// Returns the image in a JPEG or PNG file, with shape (C, H, W). The first bytes tell the format.
/// @code
/// rg::Tensor image = rg::load_image("photo.jpg", {.min_size = 256, .max_pixels = 10'000'000});
/// @endcode
/// Pixels of `ImageMode::rgb` are those of Python's `PIL.Image.open(path).convert("RGB")`, and
/// those of `ImageMode::gray` the ones of `convert("L")`. Of 16 bits a sample, uint8 takes the
/// upper 8. EXIF data turn the image as `PIL.ImageOps.exif_transpose` does. `min_size` scales as
/// `PIL.Image.draft` does. Colour profiles are ignored.
///
/// The header is read first, and an image above the limits is refused before memory is allocated
/// for it. A damaged or truncated file is refused: the result never has missing parts.
/// @throws IoError if the file cannot be read, is damaged, or is of another format
/// @throws IoError if the image has more than `max_pixels` pixels, or more than 1,000,000 rows or
/// columns
/// @throws ValueError if an option is out of its range
/// @throws DTypeError if `dtype` is int64 or boolean
RETROGRAD_API Tensor load_image(const std::string& path, const LoadImageOptions& options = {},
                                Where where = {});

/// Returns the image in these bytes of a JPEG or PNG file, as load_image() does. Messages name
/// `<memory>` as the file.
/// @throws IoError if the bytes are no image that load_image() reads
/// @throws ValueError if an option is out of its range
/// @throws DTypeError if `dtype` is int64 or boolean
RETROGRAD_API Tensor decode_image(std::span<const std::uint8_t> bytes,
                                  const LoadImageOptions& options = {}, Where where = {});

}  // namespace retrograd
