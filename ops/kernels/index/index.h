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

// The row-major positions of elements other than 0; int64.
Tensor nonzero_positions(const Tensor& x);
// The row-major position of the first value outside [low, high).
std::optional<std::int64_t> first_outside(const Tensor& index, std::int64_t low, std::int64_t high);

}  // namespace retrograd::kernels
