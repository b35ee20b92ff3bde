// Shared by importers: functions of one tensor, shapes. Internal.
#pragma once

#include <cstdint>
#include <numeric>
#include <vector>

#include <retrograd/onnx/detail/translation.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::onnx::detail {

using Ints = std::vector<std::int64_t>;

// An importer that calls a function of one tensor.
template <auto function>
Outputs unary(NodeCall& call) {
  return {function(call.in(0), Where{})};
}

inline Ints to_vector(const Shape& shape) {
  return {shape.begin(), shape.end()};
}

// The product of lengths from `first` to before `end`.
inline std::int64_t product(const Shape& shape, std::size_t first, std::size_t end) {
  return std::accumulate(shape.begin() + first, shape.begin() + end, std::int64_t{1},
                         std::multiplies<>());
}

// A constant tensor: made anew in no other call.
template <class F>
Tensor constant(F&& make) {
  const Untraced untraced;
  return make();
}
inline Tensor constant_ints(const Ints& values) {
  return constant([&] { return tensor(values, {.dtype = DType::int64}); });
}

// The dimensions but one, in order, then that one; and back.
inline Tensor move_last(const Tensor& x, std::int64_t axis) {
  return axis == x.dim() - 1 ? x : movedim(x, axis, -1);
}
inline Tensor move_back(const Tensor& x, std::int64_t axis) {
  return axis == x.dim() - 1 ? x : movedim(x, -1, axis);
}

}  // namespace retrograd::onnx::detail
