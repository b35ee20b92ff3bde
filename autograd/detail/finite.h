// Checks for NaN and infinity. Internal.
#pragma once

#include <optional>

#include <retrograd/autograd/record.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// The first element in row-major order that is NaN or infinite.
std::optional<Dims> first_not_finite(const Tensor& tensor);

// Throws GraphError: "op: made nan at [1, 2] ..." when `made` is not finite.
void require_finite(const char* op, Where where, const char* what, const Tensor& made);

}  // namespace retrograd::detail
