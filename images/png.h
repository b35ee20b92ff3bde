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

/// How an image file is read.
struct LoadImageOptions {
  /// The most pixels that an image may have, at least 1: a file of 8 KB can hold 64 million.
  std::int64_t max_pixels = 64'000'000;
};

/// Writes an image of 8 bits a sample: (C, H, W) with grey, grey and alpha, red, green and blue, or
/// these and alpha as its 1 to 4 channels, or (H, W), which is grey. uint8 is written as it is;
/// floating values and booleans go from 0, dark, to 1: what lies outside is cut off, NaN is 0.
/// Height and width are at most 1,000,000. The file is replaced as save() replaces its files: as a
/// whole or not at all. Throws IoError, ShapeError, or DTypeError for int64.
RETROGRAD_API void save_png(const Tensor& image, const std::string& path, Where where = {});

/// Returns the image in a file, interlaced or not, as float32 (C, H, W) in [0, 1], with channels as
/// above; colours of a palette become red, green and blue. Samples of 1, 2, 4, 8 and 16 bits are
/// divided by their largest value. Colours are taken as they are stored: gamma, colour profiles and
/// the transparent colours of images without alpha are passed over, as are all other optional
/// chunks.
///
/// The signature is read first, then the header. Throws IoError before memory is taken for an image
/// that has more than `max_pixels` pixels, is higher or wider than 1,000,000, or is larger than the
/// file can hold. Beside the result, reading takes memory for a few rows. Throws IoError for a
/// damaged file, and ValueError for a `max_pixels` below 1.
RETROGRAD_API Tensor load_png(const std::string& path, const LoadImageOptions& options = {},
                              Where where = {});

}  // namespace retrograd
