/// @file
/// Reductions. `dims` lists the dimensions to reduce, and `{}` means all of them. `keepdim` keeps
/// them with length 1.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the sum over `dims`. float32 and bfloat16 are added in float64, and integers and
/// booleans give int64.
/// @code rg::sum(rg::tensor({{1.0, 2.0}, {3.0, 4.0}}), 1);  // [3, 7] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor sum(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});

/// Returns the mean over `dims`. The mean of no elements is NaN.
/// @code rg::mean(rg::tensor({{1.0, 2.0}, {3.0, 4.0}}), 1);  // [1.5, 3.5] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws DTypeError if `x` is not floating.
RETROGRAD_API Tensor mean(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

/// Returns the largest value over `dims`, or NaN if there is one. Equal largest values share the
/// gradient evenly. If the result is NaN, so is the gradient.
/// @code rg::amax(rg::tensor({{1.0, 2.0}, {3.0, 4.0}}), 1);  // [2, 4] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws ShapeError if a reduced dimension has length 0.
RETROGRAD_API Tensor amax(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

/// Returns the smallest value over `dims`, or NaN if there is one. Equal smallest values share the
/// gradient evenly. If the result is NaN, so is the gradient.
/// @code rg::amin(rg::tensor({{1.0, 2.0}, {3.0, 4.0}}), 1);  // [1, 3] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws ShapeError if a reduced dimension has length 0.
RETROGRAD_API Tensor amin(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                          Where where = {});

/// Values, and their positions in the input.
struct ValuesAndIndices {
  Tensor values;   ///< Values.
  Tensor indices;  ///< Positions, int64.
};

/// Returns the largest of all elements. Equal largest values share the gradient. If the result is
/// NaN, all NaN share it.
/// @code rg::max(rg::tensor({1.0, 3.0, 2.0}));  // 3 @endcode
/// @throws ShapeError if `x` has no elements.
RETROGRAD_API Tensor max(const Tensor& x, Where where = {});

/// Returns the smallest of all elements. Equal smallest values share the gradient. If the result is
/// NaN, all NaN share it.
/// @code rg::min(rg::tensor({1.0, 3.0, 2.0}));  // 1 @endcode
/// @throws ShapeError if `x` has no elements.
RETROGRAD_API Tensor min(const Tensor& x, Where where = {});

/// Returns the largest values along `dim`, and their positions. The first of equal values is taken,
/// and gets the gradient.
/// @code const auto [values, indices] = rg::max(rg::rand({2, 3}), 1); @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if `dim` has length 0.
RETROGRAD_API ValuesAndIndices max(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                   Where where = {});

/// Returns the smallest values along `dim`, and their positions. The first of equal values is
/// taken, and gets the gradient.
/// @code const auto [values, indices] = rg::min(rg::rand({2, 3}), 1); @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if `dim` has length 0.
RETROGRAD_API ValuesAndIndices min(const Tensor& x, std::int64_t dim, bool keepdim = false,
                                   Where where = {});

/// Returns the int64 position of the largest value, along `dim` or in the flattened tensor. It is
/// that of the first of equal values, or of the first NaN if there is one.
/// @code rg::argmax(rg::tensor({1.0, 3.0, 2.0}));  // 1 @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if there is no element.
RETROGRAD_API Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim = {},
                            bool keepdim = false, Where where = {});

/// Returns the int64 position of the smallest value, along `dim` or in the flattened tensor. It is
/// that of the first of equal values, or of the first NaN if there is one.
/// @code rg::argmin(rg::tensor({1.0, 3.0, 2.0}));  // 0 @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if there is no element.
RETROGRAD_API Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim = {},
                            bool keepdim = false, Where where = {});

/// Returns true where all elements over `dims` are not 0. NaN counts as true, and so does the
/// result of no elements.
/// @code rg::all(rg::tensor({{1, 0}, {3, 4}}), 1);  // [false, true] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor all(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});

/// Returns true where any element over `dims` is not 0. NaN counts as true, and the result of no
/// elements is false.
/// @code rg::any(rg::tensor({{0, 0}, {3, 0}}), 1);  // [false, true] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor any(const Tensor& x, const Dims& dims = {}, bool keepdim = false,
                         Where where = {});

/// Returns the sum over the dimensions in which `shape` was expanded to that of `x`: the reverse of
/// expand().
/// @code rg::sum_to(rg::ones({4, 3}), {3});  // [4, 4, 4] @endcode
/// @throws ShapeError if `shape` does not broadcast to the shape of `x`.
RETROGRAD_API Tensor sum_to(const Tensor& x, const Shape& shape, Where where = {});

}  // namespace retrograd
