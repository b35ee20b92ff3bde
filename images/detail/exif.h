// The orientation in EXIF data. Internal.
#pragma once

#include <string_view>

namespace retrograd::detail {

// The orientation, 1 to 8, in a TIFF header and the directory that it points to. It is 1, "not
// turned", where there is none or the data are damaged.
//
// Reference: CIPA DC-008, "Exchangeable image file format for digital still cameras", 2012.
int exif_orientation(std::string_view tiff) noexcept;

}  // namespace retrograd::detail
