/// @file
/// Views and other changes of shape. Views share memory with their input.
///
/// All functions throw ShapeError for a result of more than eight dimensions, or of more elements
/// than memory can hold.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Returns the elements in row-major order under another shape. One size may be -1. The result is a
/// view if the strides allow one, and otherwise a copy.
/// @code rg::reshape(rg::arange(6), {2, -1}).shape();  // [2, 3] @endcode
/// @throws ShapeError if the numbers of elements differ.
RETROGRAD_API Tensor reshape(const Tensor& x, const Shape& shape, Where where = {});

/// Returns a view of the elements in row-major order under another shape. One size may be -1.
/// @code rg::view(rg::arange(6), {2, -1}).shape();  // [2, 3] @endcode
/// @throws ShapeError if the numbers of elements differ, or only a copy could have the shape.
RETROGRAD_API Tensor view(const Tensor& x, const Shape& shape, Where where = {});

/// Returns `x` with the dimensions from `start` to `end`, both included, joined into one. The
/// result is a view if the strides allow one.
/// @code rg::flatten(rg::rand({8, 16, 5, 5}), 1).shape();  // [8, 400] @endcode
/// @throws IndexError if a dimension is out of range, or `start` is after `end`.
RETROGRAD_API Tensor flatten(const Tensor& x, std::int64_t start = 0, std::int64_t end = -1,
                             Where where = {});

/// Returns `x` with dimension `dim` split into the given sizes, one of which may be -1: the reverse
/// of flatten().
/// @code rg::unflatten(rg::rand({8, 12}), 1, {3, -1}).shape();  // [8, 3, 4] @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if the sizes do not multiply to its length.
RETROGRAD_API Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes,
                               Where where = {});

/// Returns a view with dimensions `a` and `b` exchanged.
/// @code rg::transpose(rg::rand({2, 3}), 0, 1).shape();  // [3, 2] @endcode
/// @throws IndexError if a dimension is out of range.
RETROGRAD_API Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where = {});

/// Returns a view whose dimension i is dimension `dims[i]` of `x`.
/// @code rg::permute(rg::rand({2, 3, 4}), {2, 0, 1}).shape();  // [4, 2, 3] @endcode
/// @throws ShapeError if `dims` has another number of dimensions than `x`.
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor permute(const Tensor& x, const Dims& dims, Where where = {});

/// Returns transpose(x, a, b), under NumPy's name.
/// @code rg::swapaxes(rg::rand({2, 3}), 0, 1).shape();  // [3, 2] @endcode
/// @throws IndexError if a dimension is out of range.
RETROGRAD_API Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b, Where where = {});

/// Returns a view with dimension `source[i]` moved to position `destination[i]`. The other
/// dimensions keep their order.
/// @code rg::movedim(rg::rand({2, 3, 4}), {0}, {2}).shape();  // [3, 4, 2] @endcode
/// @throws ShapeError if the lists differ in length.
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination,
                             Where where = {});

/// Returns a view without dimension `dim` if its length is 1. Without `dim`, removes all dimensions
/// of length 1.
/// @code rg::squeeze(rg::rand({1, 3, 1})).shape();  // [3] @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor squeeze(const Tensor& x, std::optional<std::int64_t> dim = {},
                             Where where = {});

/// Returns a view with a dimension of length 1 inserted at position `dim` of the result.
/// @code rg::unsqueeze(rg::rand({2, 3}), 1).shape();  // [2, 1, 3] @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor unsqueeze(const Tensor& x, std::int64_t dim, Where where = {});

/// Returns a view that repeats dimensions of length 1 and adds leading dimensions, with stride 0.
/// -1 keeps a length.
/// @code rg::expand(rg::rand({3, 1}), {2, 3, 4}).shape();  // [2, 3, 4] @endcode
/// @throws ShapeError if `x` does not broadcast to `shape`.
RETROGRAD_API Tensor expand(const Tensor& x, const Shape& shape, Where where = {});

/// Returns expand(x, shape), under PyTorch's other name.
/// @code rg::broadcast_to(rg::rand({3, 1}), {3, 4}).shape();  // [3, 4] @endcode
/// @throws ShapeError if `x` does not broadcast to `shape`.
RETROGRAD_API Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where = {});

/// Returns a view of the elements from `start` to `start + length` along `dim`. A negative `start`
/// counts from the end.
/// @code rg::narrow(rg::arange(6), 0, 2, 3);  // [2, 3, 4] @endcode
/// @throws IndexError if `dim` or an element is out of range.
RETROGRAD_API Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start,
                            std::int64_t length, Where where = {});

/// Returns views of `size` elements each along `dim`. The last one has the rest.
/// @code rg::split(rg::arange(5), 2).size();  // 3 @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ValueError if `size` is not above 0.
RETROGRAD_API std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim = 0,
                                        Where where = {});

/// Returns views of the given lengths along `dim`.
/// @code rg::split(rg::arange(5), {2, 3}).size();  // 2 @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ShapeError if the lengths do not add up to that of `x`.
RETROGRAD_API std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                                        std::int64_t dim = 0, Where where = {});

/// Returns at most `chunks` views of equal length along `dim`. The last one may be shorter.
/// @code rg::chunk(rg::arange(5), 2).size();  // 2 @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ValueError if `chunks` is below 1.
RETROGRAD_API std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim = 0,
                                        Where where = {});

/// Returns the view at each index along `dim`, without that dimension.
/// @code rg::unbind(rg::rand({3, 4})).size();  // 3 @endcode
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim = 0, Where where = {});

/// Returns a view of the elements (i, i + offset) of dimensions `dim1` and `dim2`. The diagonal
/// becomes the last dimension.
/// @code rg::diagonal(rg::tensor({{1, 2}, {3, 4}}));  // [1, 4] @endcode
/// @throws ShapeError if `x` has fewer than two dimensions.
/// @throws IndexError if a dimension is out of range, or the two are equal.
RETROGRAD_API Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0,
                              std::int64_t dim2 = 1, Where where = {});

/// Returns a view of the elements start, start + step, ... before end along `dim`. As in Python,
/// negative bounds count from the end, and bounds out of range are cut.
/// @code rg::slice(rg::arange(6), 0, 1, {}, 2);  // [1, 3, 5] @endcode
/// @throws IndexError if `dim` is out of range.
/// @throws ValueError if `step` is below 1.
RETROGRAD_API Tensor slice(const Tensor& x, std::int64_t dim,
                           std::optional<std::int64_t> start = {},
                           std::optional<std::int64_t> end = {}, std::int64_t step = 1,
                           Where where = {});

/// Returns a view of element `index` along `dim`, without that dimension. A negative index counts
/// from the end.
/// @code rg::select(rg::tensor({{1, 2}, {3, 4}}), 1, 0);  // [1, 3] @endcode
/// @throws IndexError if `dim` or `index` is out of range.
RETROGRAD_API Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index,
                            Where where = {});

/// Returns the tensors joined along an existing dimension. Empty one-dimensional tensors are
/// skipped, as in PyTorch.
/// @code rg::cat({rg::arange(2), rg::arange(3)});  // [0, 1, 0, 1, 2] @endcode
/// @throws ShapeError if there is no tensor, or the other lengths differ.
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                         Where where = {});

/// Returns the tensors joined along a new dimension at position `dim`.
/// @code rg::stack({rg::arange(2), rg::arange(2)}, 1);  // [[0, 0], [1, 1]] @endcode
/// @throws ShapeError if there is no tensor, or the shapes differ.
/// @throws IndexError if `dim` is out of range.
RETROGRAD_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                           Where where = {});

/// Returns a copy of `x`, repeated `repeats[d]` times along dimension d. If there are more numbers
/// than dimensions, leading dimensions are added.
/// @code rg::repeat(rg::arange(2), {2, 3}).shape();  // [2, 6] @endcode
/// @throws ShapeError if there are fewer numbers than dimensions.
/// @throws ValueError if a number is negative.
RETROGRAD_API Tensor repeat(const Tensor& x, const Dims& repeats, Where where = {});

/// Returns a copy of `x`, repeated `repeats[d]` times along dimension d. Fewer numbers than
/// dimensions count from the last dimension.
/// @code rg::tile(rg::rand({2, 3}), {2}).shape();  // [2, 6] @endcode
/// @throws ValueError if a number is negative.
RETROGRAD_API Tensor tile(const Tensor& x, const Dims& repeats, Where where = {});

/// Returns a copy in reverse order along each of `dims`.
/// @code rg::flip(rg::arange(3), {0});  // [2, 1, 0] @endcode
/// @throws IndexError if a dimension is out of range or repeated.
RETROGRAD_API Tensor flip(const Tensor& x, const Dims& dims, Where where = {});

/// Returns a copy with elements moved by `shifts[i]` positions along `dims[i]`. Elements that leave
/// at the end come in at the front. Without `dims`, the one shift is in row-major order.
/// @code rg::roll(rg::arange(4), {1});  // [3, 0, 1, 2] @endcode
/// @throws ShapeError if `shifts` and `dims` differ in length.
/// @throws IndexError if a dimension is out of range.
RETROGRAD_API Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims = {},
                          Where where = {});

/// Returns matrices (..., n, m) with zeros above a diagonal. 0 is the main diagonal, and positive
/// numbers are above it.
/// @code rg::tril(rg::ones({2, 2}));  // [[1, 0], [1, 1]] @endcode
/// @throws ShapeError if `x` has fewer than two dimensions.
RETROGRAD_API Tensor tril(const Tensor& x, std::int64_t diagonal = 0, Where where = {});

/// Returns matrices (..., n, m) with zeros below a diagonal. 0 is the main diagonal, and positive
/// numbers are above it.
/// @code rg::triu(rg::ones({2, 2}));  // [[1, 1], [0, 1]] @endcode
/// @throws ShapeError if `x` has fewer than two dimensions.
RETROGRAD_API Tensor triu(const Tensor& x, std::int64_t diagonal = 0, Where where = {});

/// Returns zeros with the last dimension of `x` on a diagonal of the new dimensions `dim1` and
/// `dim2`.
/// @code rg::diag_embed(rg::tensor({1, 2}));  // [[1, 0], [0, 2]] @endcode
/// @throws ShapeError if `x` has no dimension.
/// @throws IndexError if a dimension is out of range, or the two are equal.
RETROGRAD_API Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = -2,
                                std::int64_t dim2 = -1, Where where = {});

/// Orders of the dimensions of meshgrid().
enum class GridIndexing : std::uint8_t {
  ij,  ///< Entry i of the list varies along dimension i.
  xy   ///< The first two dimensions are swapped.
};

/// Returns views of the vectors or scalars, expanded to the grid that they span.
/// @code rg::meshgrid({rg::arange(2), rg::arange(3)})[0].shape();  // [2, 3] @endcode
/// @throws ShapeError if there is no tensor, or one has several dimensions.
/// @throws DTypeError if the dtypes differ.
RETROGRAD_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors,
                                           GridIndexing indexing = GridIndexing::ij,
                                           Where where = {});

/// Returns the shape to which both broadcast.
/// @throws ShapeError if there is none; its message names `op`.
RETROGRAD_API Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b,
                                     Where where = {});

}  // namespace retrograd
