/// @file
/// Views and other changes of shape. Views share memory with their input. Throws IndexError for a
/// dimension that is not there, ShapeError for a result of more than eight, or than memory can
/// hold.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// The elements in row-major order under another shape; one size may be -1. A view where the
/// strides allow it, else a copy. Throws ShapeError when the numbers of elements differ.
RETROGRAD_API Tensor reshape(const Tensor& x, const Shape& shape, Where where = {});
/// The same, always sharing memory: throws ShapeError where only a copy could have the shape.
RETROGRAD_API Tensor view(const Tensor& x, const Shape& shape, Where where = {});
/// Joins the dimensions start to end, both included.
RETROGRAD_API Tensor flatten(const Tensor& x, std::int64_t start = 0, std::int64_t end = -1,
                             Where where = {});
/// Dimension `dim` as several of the given sizes, one of which may be -1: the reverse of flatten().
RETROGRAD_API Tensor unflatten(const Tensor& x, std::int64_t dim, const Shape& sizes,
                               Where where = {});
/// A view with dimensions a and b exchanged.
RETROGRAD_API Tensor transpose(const Tensor& x, std::int64_t a, std::int64_t b, Where where = {});
/// Dimension i of the result is dimension dims[i] of x.
RETROGRAD_API Tensor permute(const Tensor& x, const Dims& dims, Where where = {});
/// A view with dimensions a and b exchanged, as transpose().
RETROGRAD_API Tensor swapaxes(const Tensor& x, std::int64_t a, std::int64_t b, Where where = {});
/// Moves dimension source[i] to position destination[i]; the others keep their order.
RETROGRAD_API Tensor movedim(const Tensor& x, const Dims& source, const Dims& destination,
                             Where where = {});
/// Removes dimension `dim` if its length is 1; without `dim`, all such.
RETROGRAD_API Tensor squeeze(const Tensor& x, std::optional<std::int64_t> dim = {},
                             Where where = {});
/// A view with a dimension of length 1 put in before `dim`, which counts those of the result.
RETROGRAD_API Tensor unsqueeze(const Tensor& x, std::int64_t dim, Where where = {});
/// Repeats dimensions of length 1, and adds dimensions in front, without copying (stride 0). -1
/// keeps a length.
RETROGRAD_API Tensor expand(const Tensor& x, const Shape& shape, Where where = {});
/// Repeats dimensions of length 1, and adds dimensions in front, without copying (stride 0). -1
/// keeps a length.
RETROGRAD_API Tensor broadcast_to(const Tensor& x, const Shape& shape, Where where = {});

/// Elements start to start + length along `dim`, a view; a negative start counts from the end.
/// Throws IndexError for what is not there.
RETROGRAD_API Tensor narrow(const Tensor& x, std::int64_t dim, std::int64_t start,
                            std::int64_t length, Where where = {});
/// Views of `size` elements each along `dim`, the last one of what is left.
RETROGRAD_API std::vector<Tensor> split(const Tensor& x, std::int64_t size, std::int64_t dim = 0,
                                        Where where = {});
/// Views of the given lengths, which must add up to that of x.
RETROGRAD_API std::vector<Tensor> split(const Tensor& x, const std::vector<std::int64_t>& sizes,
                                        std::int64_t dim = 0, Where where = {});
/// At most `chunks` views of equal length along `dim`, the last one perhaps shorter.
RETROGRAD_API std::vector<Tensor> chunk(const Tensor& x, std::int64_t chunks, std::int64_t dim = 0,
                                        Where where = {});
/// The view at each index along `dim`, which goes.
RETROGRAD_API std::vector<Tensor> unbind(const Tensor& x, std::int64_t dim = 0, Where where = {});
/// The elements (i, i + offset) of dimensions dim1 and dim2, which go; the diagonal is the last
/// dimension. A view.
RETROGRAD_API Tensor diagonal(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = 0,
                              std::int64_t dim2 = 1, Where where = {});

/// Elements start, start + step, ... before end along `dim`; negative bounds count from the end,
/// and bounds out of range are cut, as in Python. step >= 1.
RETROGRAD_API Tensor slice(const Tensor& x, std::int64_t dim,
                           std::optional<std::int64_t> start = {},
                           std::optional<std::int64_t> end = {}, std::int64_t step = 1,
                           Where where = {});
/// Element `index` along `dim`, which goes. Throws IndexError.
RETROGRAD_API Tensor select(const Tensor& x, std::int64_t dim, std::int64_t index,
                            Where where = {});

/// Joins along an existing dimension; the other lengths must agree. Empty 1-D tensors are passed
/// over, as in PyTorch.
RETROGRAD_API Tensor cat(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                         Where where = {});
/// Joins along a new dimension; all shapes must agree.
RETROGRAD_API Tensor stack(const std::vector<Tensor>& tensors, std::int64_t dim = 0,
                           Where where = {});

/// x repeats[d] times along dimension d, copied; dimensions are added in front for more numbers
/// than x has dimensions.
RETROGRAD_API Tensor repeat(const Tensor& x, const Dims& repeats, Where where = {});
/// The same for fewer numbers too: they count from the last dimension.
RETROGRAD_API Tensor tile(const Tensor& x, const Dims& repeats, Where where = {});
/// A copy in reverse order along each of `dims`.
RETROGRAD_API Tensor flip(const Tensor& x, const Dims& dims, Where where = {});
/// A copy whose elements are moved shifts[i] positions along dims[i]; those that leave at the end
/// come in at the front. Without `dims`: in row-major order, by the one shift.
RETROGRAD_API Tensor roll(const Tensor& x, const Dims& shifts, const Dims& dims = {},
                          Where where = {});
/// Matrices (..., n, m) with zeros above (below) the given diagonal, 0 being the main one.
RETROGRAD_API Tensor tril(const Tensor& x, std::int64_t diagonal = 0, Where where = {});
/// Matrices (..., n, m) with zeros above (below) the given diagonal, 0 being the main one.
RETROGRAD_API Tensor triu(const Tensor& x, std::int64_t diagonal = 0, Where where = {});
/// Zeros with the last dimension of x on a diagonal of the new dimensions dim1 and dim2.
RETROGRAD_API Tensor diag_embed(const Tensor& x, std::int64_t offset = 0, std::int64_t dim1 = -2,
                                std::int64_t dim2 = -1, Where where = {});

/// ij: entry i of the list varies along dimension i; xy: the first two are swapped.
enum class GridIndexing : std::uint8_t {
  /// ij: entry i of the list varies along dimension i; xy: the first two are swapped.
  ij,
  /// ij: entry i of the list varies along dimension i; xy: the first two are swapped.
  xy
};
/// The vectors (or scalars) expanded to the grid that they span; views.
RETROGRAD_API std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors,
                                           GridIndexing indexing = GridIndexing::ij,
                                           Where where = {});

/// The shape that both broadcast to. Throws ShapeError naming `op`.
RETROGRAD_API Shape broadcast_shapes(const char* op, const Shape& a, const Shape& b,
                                     Where where = {});

}  // namespace retrograd
