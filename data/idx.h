/// @file
/// IDX files, the format of MNIST.
#pragma once

#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the tensor in an IDX file, gzipped or plain; the content decides, not the name.
/// Unsigned bytes become uint8, floats float32 and doubles float64. Signed bytes, shorts and ints
/// become int64. Memory grows with the file's content, and unpacking ends at the declared length.
/// @throws IoError if the file is malformed or does not hold exactly the values that its header
/// declares
RETROGRAD_API Tensor read_idx(const std::string& path, Where where = {});

}  // namespace retrograd
