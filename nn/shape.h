/// @file
/// Changes of shape as modules.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/unfold.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// flatten() as a layer, by default of all dimensions except the batch.
/// @code nn::Flatten()(rg::rand({8, 16, 5, 5})).shape();  // [8, 400] @endcode
class RETROGRAD_API Flatten : public Stateless {
 public:
  /// Makes the layer, which joins the dimensions from `start_dim` to `end_dim`, both included.
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1);
};

/// unflatten() as a layer.
/// @code nn::Unflatten(1, {3, 4})(rg::rand({8, 12})).shape();  // [8, 3, 4] @endcode
class RETROGRAD_API Unflatten : public Stateless {
 public:
  /// Makes the layer, which splits dimension `dim` into the given sizes, one of which may be -1.
  /// @throws ValueError if the sizes are out of range.
  Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where = {});
};

/// permute() as a layer.
/// @code nn::Permute({0, 2, 3, 1})(rg::rand({8, 3, 5, 5})).shape();  // [8, 5, 5, 3] @endcode
class RETROGRAD_API Permute : public Stateless {
 public:
  /// Makes the layer, whose result has dimension `dims[i]` of the input as its dimension i.
  explicit Permute(const Dims& dims);
};

/// unfold() as a layer: windows as columns of a matrix.
/// @code nn::Unfold(3)(rg::rand({1, 3, 5, 5})).shape();  // [1, 27, 9] @endcode
class RETROGRAD_API Unfold : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if `kernel_size` or an option is out of range.
  explicit Unfold(Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

/// fold() as a layer: columns added to an image of `output_size`.
/// @code nn::Fold(5, 3)(rg::rand({1, 27, 9})).shape();  // [1, 3, 5, 5] @endcode
class RETROGRAD_API Fold : public Stateless {
 public:
  /// Makes the layer.
  /// @throws ValueError if a size or an option is out of range.
  Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

}  // namespace retrograd::nn
