// Shapes of reductions. Internal.
#pragma once

#include <cstdint>

#include <retrograd/ops/index.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/internal/check.h>
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

// The reduced ones among `rank` dimensions as a list, or all others.
inline Dims reduced_dims(std::size_t rank, const DimMask& reduced, bool wanted = true) {
  Dims dims;
  for (std::size_t d = 0; d < rank; ++d) {
    if (reduced[d] == wanted) {
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  return dims;
}

// Throws ShapeError where a reduced dimension has length 0.
inline void require_elements(const Frame& call, const Tensor& x, const DimMask& reduced) {
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    check::require<ShapeError>(
        call, !reduced[d] || x.shape()[d] != 0, {{"input", x}},
        "dimension {} has length 0, and no elements have no largest or smallest [tensor-empty]", d);
  }
}

// The values of x at the indices, which have length 1 along `dim`, and these, with or without
// `dim`.
inline ValuesAndIndices values_at(const Tensor& x, std::int64_t dim, const Tensor& indices,
                                  bool keepdim) {
  const Tensor values = gather(x, dim, indices);
  return keepdim ? ValuesAndIndices{values, indices}
                 : ValuesAndIndices{squeeze(values, dim), squeeze(indices, dim)};
}

}  // namespace retrograd::detail
