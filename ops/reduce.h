/// @file
/// Reductions. `dims` lists the dimensions to reduce, {} all of them; with keepdim they stay as 1.
/// Throws IndexError for a dimension that is not there or named twice.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// float32 and bfloat16 are added up in float64; integers and booleans give int64.
RETROGRAD_API Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});
/// The mean of no elements is NaN.
RETROGRAD_API Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});
/// The largest value, NaN if there is one, and then the gradients are NaN too. Equal largest values
/// share the gradient evenly. Throws ShapeError for a reduced dimension of length 0.
RETROGRAD_API Tensor amax(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});
/// The smallest value, with gradients as those of amax().
RETROGRAD_API Tensor amin(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

/// Values and where they were.
struct ValuesAndIndices {
  Tensor values;   ///< The values.
  Tensor indices;  ///< int64.
};

/// The largest or smallest value of all. If it is NaN, all NaN share the gradient.
RETROGRAD_API Tensor max(const Tensor& x, Where where = {});
/// The largest or smallest value of all. If it is NaN, all NaN share the gradient.
RETROGRAD_API Tensor min(const Tensor& x, Where where = {});
/// The largest or smallest values along `dim` and where they are. The one that is named, the first
/// of equals, gets the gradient.
RETROGRAD_API ValuesAndIndices max(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                   Where where = {});
/// The largest or smallest values along `dim` and where they are. The one that is named, the first
/// of equals, gets the gradient.
RETROGRAD_API ValuesAndIndices min(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                   Where where = {});
/// Where the largest or smallest value is: along `dim`, or in the flattened tensor. int64, the
/// first of equals; the first NaN if there is one.
RETROGRAD_API Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim = {},
                            bool keepdim = false, Where where = {});
/// Where the largest or smallest value is: along `dim`, or in the flattened tensor. int64, the
/// first of equals; the first NaN if there is one.
RETROGRAD_API Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim = {},
                            bool keepdim = false, Where where = {});

/// Whether all elements, or any, are not 0; boolean. NaN is not 0. All of none is true.
RETROGRAD_API Tensor all(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});
/// Whether all elements, or any, are not 0; boolean. NaN is not 0. All of none is true.
RETROGRAD_API Tensor any(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});

/// Sums over the dimensions that `shape` was expanded in: the reverse of expand().
RETROGRAD_API Tensor sum_to(const Tensor& x, const Shape& shape, Where where = {});

}  // namespace retrograd
