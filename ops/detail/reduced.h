// Shapes of reductions. Internal.
#pragma once

#include <cstdint>
#include <string>

#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// The shape with the reduced dimensions as 1.
inline Shape kept_shape(Shape shape, const DimMask& reduced) {
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

// The same without the reduced dimensions.
inline Shape dropped_shape(const Shape& full, const DimMask& reduced) {
  Shape shape;
  for (std::size_t d = 0; d < full.size(); ++d) {
    if (!reduced[d]) {
      shape.push_back(full[d]);
    }
  }
  return shape;
}

// The kernels keep reduced dimensions as 1; a fresh result only changes its shape.
inline Tensor finish(const Tensor& kept, const Tensor& x, const DimMask& reduced, bool keepdim) {
  if (keepdim) {
    return kept;
  }
  const Shape shape = dropped_shape(x.shape(), reduced);
  return detail::view_within(kept, shape, contiguous_strides(shape), 0);
}

// How many elements each result is of.
inline std::int64_t reduced_count(const Tensor& x, const DimMask& reduced) {
  std::int64_t count = 1;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    count *= reduced[d] ? x.shape()[d] : 1;
  }
  return count;
}

// The reduced ones among `rank` dimensions, as a list.
inline Dims reduced_dims(std::size_t rank, const DimMask& reduced) {
  Dims dims;
  for (std::size_t d = 0; d < rank; ++d) {
    if (reduced[d]) {
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  return dims;
}

// Throws ShapeError where a reduced dimension has length 0.
inline void require_elements(const Frame& call, const Tensor& x, const DimMask& reduced) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (reduced[d] && x.shape()[d] == 0) {
      fail<ShapeError>(call,
                       "dimension " + std::to_string(d) +
                           " has length 0, and no elements have no largest or smallest",
                       {{"input", x}});
    }
  }
}

}  // namespace retrograd::detail
