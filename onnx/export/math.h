// Nodes that several topics need. Internal.
#pragma once

#include <retrograd/onnx/export/table.h>

namespace retrograd::onnx::writing {

// One node on the first input.
Values plain(Builder& b, const Step& s, const Row& row);
// log(1 + x).
Value log1p_of(Builder& b, const Value& x, DType dtype);

}  // namespace retrograd::onnx::writing
