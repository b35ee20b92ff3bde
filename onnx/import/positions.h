// Positions of elements, as ONNX gives them. Internal.
#pragma once

#include <retrograd/onnx/import/common.h>

namespace retrograd::onnx::detail {

// Positions along an axis, where negative ones count from the end.
Tensor from_front(const Value& index, std::int64_t length);
// One position for each row of coordinates of the dimensions from `first` on.
Tensor flat_positions(const NodeCall& call, const Value& index, const Shape& shape,
                      std::size_t first);

}  // namespace retrograd::onnx::detail
