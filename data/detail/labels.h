// Labels of samples: the classes that they belong to.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// Throws DTypeError, ShapeError or IndexError unless they are int64 (N) of at least 0.
std::vector<std::int64_t> checked_labels(const Frame& call, const Tensor& labels);

}  // namespace retrograd::detail
