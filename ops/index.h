// Reading and adding by tensors of indices.
#pragma once

#include <cstdint>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

// out[i][j][k] = x[i][index[i][j][k]][k] for dim 1. `index` is int64, of the rank of x, and nowhere
// longer than x but along `dim`. Throws IndexError for an index out of range.
RETROGRAD_API Tensor gather(const Tensor& x, std::int64_t dim, const Tensor& index,
                            Where where = {});
// A copy of x to which out[i][index[i][j][k]][k] += source[i][j][k] was done, for dim 1.
RETROGRAD_API Tensor scatter_add(const Tensor& x, std::int64_t dim, const Tensor& index,
                                 const Tensor& source, Where where = {});

}  // namespace retrograd
