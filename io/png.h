// Images in PNG files.
//
// Reference: W3C, "Portable Network Graphics (PNG) Specification", 2003.
#pragma once

#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// Writes an image of 8 bits a sample: (C, H, W) with grey, grey and alpha, red, green and blue, or
// these and alpha as its 1 to 4 channels, or (H, W), which is grey. uint8 is written as it is;
// floating values and booleans go from 0, dark, to 1: what lies outside is cut off, NaN is 0. The
// file is replaced as a whole or not at all. Throws IoError, ShapeError, or DTypeError for int64.
RETROGRAD_API void save_png(const Tensor& image, const std::string& path, Where where = {});

// The image in a file as float32 (C, H, W) in [0, 1], with channels as above; colours of a palette
// become red, green and blue. Colours are taken as they are stored: gamma, colour profiles and the
// transparent colour of images without alpha are passed over. Throws IoError for files that are
// damaged or interlaced; memory is taken only for as many pixels as the file can hold.
RETROGRAD_API Tensor load_png(const std::string& path, Where where = {});

}  // namespace retrograd
