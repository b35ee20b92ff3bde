// Checks of the tensors that metrics take.
#pragma once

#include <cstdint>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::train::detail {

// Throws DTypeError unless scores are floating and labels int64.
void check_dtypes(const Frame& call, const Tensor& scores, const Tensor& labels);
// Throws IndexError unless `index`, a "label" or another, is below `classes`.
void require_class(const Frame& call, const char* what, std::int64_t index, std::int64_t classes);

}  // namespace retrograd::train::detail
