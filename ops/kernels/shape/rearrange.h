// Moving elements about: every copy goes by contiguous runs.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Elements start, start + step, ... along a dimension as a plain view. The step may be negative, so
// the view must not leave the kernels then.
inline Tensor along(const Tensor& x, std::size_t dim, std::int64_t start, std::int64_t count,
                    std::int64_t step = 1) {
  Shape shape = x.shape();
  Strides strides = x.strides();
  shape[dim] = count;
  strides[dim] *= step;
  return detail::view_within(x, shape, strides,
                             x.impl().offset + (count > 0 ? start * x.strides()[dim] : 0));
}

// Fresh memory of another shape, channels innermost where they are in x.
inline Tensor empty_ordered_as(const Tensor& x, const Shape& shape, Where where = {}) {
  return x.is_channels_last() && !x.is_contiguous()
             ? empty_strided(shape, channels_last_strides(shape), x.dtype(), where)
             : empty_tensor(shape, x.dtype(), where);
}

Tensor flip(const Tensor& x, const DimMask& reversed);
// Elements move shifts[d] positions along each dimension, 0 <= shifts[d] < length.
Tensor roll(const Tensor& x, const Dims& shifts);
// Zeros above (`lower`) or below the diagonal of the last two dimensions; row-major.
Tensor triangle(const Tensor& x, std::int64_t diagonal, bool lower);

enum class Edge : std::uint8_t { reflect, replicate, circular };

// What is added on both sides of every dimension of x.
struct Margins {
  Dims before;
  Dims after;

  // The shape that x has with them.
  Shape around(const Shape& inner) const;
};

// Negative margins cut off.
Tensor pad_constant(const Tensor& x, const Margins& margins, Scalar value);
// The margins hold elements of x; they are not negative, and short enough for the edge.
Tensor pad_edge(const Tensor& x, const Margins& margins, Edge edge);
// The adjoint: adds the margins to the positions their elements are from, and drops them.
Tensor fold_edge(const Tensor& x, const Margins& margins, Edge edge);

}  // namespace retrograd::kernels
