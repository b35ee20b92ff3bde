// Reading and writing by indices, which the caller has checked.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Rows index[0], index[1], ... of x along dim; index is one-dimensional here and below.
Tensor index_select(const Tensor& x, std::size_t dim, const Tensor& index);
// out[..., index[i], ...] += source[..., i, ...], in `out` itself, which is fresh and row-major.
Tensor add_rows(Tensor out, std::size_t dim, const Tensor& index, const Tensor& source);
// A copy of x with rows replaced, in order: the last of equal indices wins.
Tensor index_copy(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source);
Tensor index_fill(const Tensor& x, std::size_t dim, const Tensor& index, Scalar value);

// A copy of x with the elements that gather() would read replaced, in row-major order of index.
Tensor scatter(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source);

// What tensors of indices name: the dimensions that they index, joined to one in row-major order,
// and the result's shape, which has the indices' dimensions from `at` on in place of them.
struct Positions {
  Dims dims;  // ascending
  std::size_t at;
  Shape shape;

  Dims others(std::size_t rank) const;  // the dimensions that are not indexed
};
// The elements of x at the positions `index` in the joined dimensions: an int64 vector.
Tensor select_positions(const Tensor& x, const Positions& positions, const Tensor& index);
// Writes them to x itself, in order: the last of equal indices wins. `values` has the result's
// shape, and shares no memory with x.
void put_positions(const Tensor& x, const Positions& positions, const Tensor& index,
                   const Tensor& values);

// The row-major positions of elements other than 0; int64.
Tensor nonzero_positions(const Tensor& x);
// The row-major position of the first value outside [low, high).
std::optional<std::int64_t> first_outside(const Tensor& index, std::int64_t low, std::int64_t high);

}  // namespace retrograd::kernels
