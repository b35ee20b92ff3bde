// Archives of NumPy's arrays.
#pragma once

#include <retrograd/io/detail/zip.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::detail {

// Throws IoError.
StateDict read_npz(const FileCall& call, InputFile& file);

}  // namespace retrograd::detail
