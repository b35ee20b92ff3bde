// Views that need no check. Internal.
#pragma once

#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// view_of() for sizes, strides and an offset that follow from those of `tensor` or its storage: it
// looks at none of them, because operators take several views in each call.
Tensor view_within(const Tensor& tensor, const Shape& shape, const Strides& strides,
                   std::int64_t offset);

}  // namespace retrograd::detail
