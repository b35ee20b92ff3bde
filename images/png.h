/// @file
/// Images in PNG files, which libpng reads and writes. Link `retrograd::images`.
///
/// Reference: W3C, "Portable Network Graphics (PNG) Specification", 2003.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of load_png().
struct LoadPngOptions {
  /// Largest number of pixels of an image, at least 1: a file of 8 KB can hold 64 million.
  std::int64_t max_pixels = 64'000'000;
};

/// Writes an image of 8 bits a sample.
/// @code
/// save_png(images[0], "digit.png");
/// @endcode
/// `image` has shape (H, W), which is grey, or (C, H, W). One channel is grey and three are red,
/// green and blue; the second or fourth is alpha. Values of uint8 are written unchanged. Floating
/// values and booleans go from 0, dark, to 1: values outside are cut off, and NaN is 0. Height and
/// width are at most 1,000,000. The file is replaced as a whole or not at all, as in `save()`.
/// @throws IoError if the file cannot be written
/// @throws ShapeError if the shape is another one
/// @throws DTypeError if the dtype is int64
RETROGRAD_API void save_png(const Tensor& image, const std::string& path, Where where = {});

/// Returns the image in a file, interlaced or not, as float32 (C, H, W) in [0, 1].
/// @code
/// Tensor image = load_png("photo.png", {.max_pixels = 1'000'000});
/// @endcode
/// Channels are those of `save_png()`; colours of a palette become red, green and blue. Samples of
/// 1, 2, 4, 8 and 16 bits are divided by their largest value. Colours are taken as stored: optional
/// chunks, such as gamma, profiles and the transparent colour of images without alpha, are ignored.
///
/// load_image() reads such files as uint8 with three channels.
///
/// The signature is read first, then the header. An image is refused before memory is allocated for
/// it. Besides the result, reading takes memory for a few rows.
/// @throws IoError if the image has more than `max_pixels` pixels or is higher or wider than
/// 1,000,000
/// @throws IoError if the image is larger than the file can hold, or the file is damaged
/// @throws ValueError if `max_pixels` is below 1
RETROGRAD_API Tensor load_png(const std::string& path, const LoadPngOptions& options = {},
                              Where where = {});

}  // namespace retrograd
