// Images as PNG files in memory. libpng is not needed to write the plainest ones.
#pragma once

#include <retrograd/log/detail/event.h>

namespace retrograd::logging::detail {

// Throws ShapeError or DTypeError for a tensor that is no image.
Picture picture_of(const Frame& call, const Tensor& image);

}  // namespace retrograd::logging::detail
