// Making views that know what they are a view of. Internal.
#pragma once

#include <optional>

#include <retrograd/tensor/tensor.h>

namespace retrograd {

// A view of x whose base is remembered, so that writes in place can be recorded.
Tensor tracked_view(const Tensor& x, const Shape& shape, const Strides& strides,
                    std::int64_t offset);

// The strides that show a tensor under another shape of as many elements, or nothing where only a
// copy can.
std::optional<Strides> reshaped_strides(const Tensor& x, const Shape& shape);

}  // namespace retrograd
