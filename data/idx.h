/// @file
/// IDX files: the format MNIST comes in.
#pragma once

#include <string>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// The tensor in an IDX file, gzipped or plain: the content decides which, not the name. Unsigned
/// bytes become uint8; signed bytes, shorts and ints int64; floats float32; doubles float64.
/// Throws IoError for a file that is malformed or does not hold exactly what its header declares;
/// memory grows with what is there, and unpacking stops at what is declared.
RETROGRAD_API Tensor read_idx(const std::string& path, Where where = {});

}  // namespace retrograd
