/// @file
/// Images in JPEG files, which libjpeg-turbo reads and writes. Link `retrograd::images`.
///
/// Reference: ITU-T T.81, "Digital compression and coding of continuous-tone still images", 1992.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include <retrograd/images/image.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of save_jpeg().
struct SaveJpegOptions {
  /// Quality from 1 to 100. Files grow with it, and the loss shrinks.
  int quality = 75;
};

/// Returns the image in a JPEG file, as load_image() does: baseline or progressive, grey, RGB, CMYK
/// or YCCK, with 8 bits a sample.
/// @code rg::Tensor photo = rg::load_jpeg("photo.jpg");  // uint8 (3, H, W) @endcode
/// CMYK values are taken as stored by Adobe's programs, inverted.
/// @throws IoError if the file is another one, as in load_image()
/// @throws ValueError if an option is out of its range
/// @throws DTypeError if `dtype` is int64 or boolean
RETROGRAD_API Tensor load_jpeg(const std::string& path, const LoadImageOptions& options = {},
                               Where where = {});

/// Returns the image in these bytes of a JPEG file, as load_jpeg() does. Messages name `<memory>`
/// as the file.
/// @throws IoError if the bytes are no such file
/// @throws ValueError if an option is out of its range
/// @throws DTypeError if `dtype` is int64 or boolean
RETROGRAD_API Tensor decode_jpeg(std::span<const std::uint8_t> bytes,
                                 const LoadImageOptions& options = {}, Where where = {});

/// Writes a grey image (H, W) or (1, H, W), or an RGB image (3, H, W).
/// @code rg::save_jpeg(photo, "small.jpg", {.quality = 90}); @endcode
/// Values are those of `save_png()`, but JPEG stores them with a loss. Colour is stored with half
/// the rows and columns. The file is replaced as a whole or not at all, as in `save()`.
/// @throws IoError if the file cannot be written
/// @throws ShapeError if the shape is another one, or a side is above 65,500
/// @throws DTypeError if the dtype is int64
/// @throws ValueError if `quality` is out of its range
RETROGRAD_API void save_jpeg(const Tensor& image, const std::string& path,
                             const SaveJpegOptions& options = {}, Where where = {});

}  // namespace retrograd
