/// @file
/// Layers that change the shape of their input.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/unfold.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The layer of `flatten()`: joins the dimensions from `start_dim` to `end_dim`.
///
/// @code
/// nn::Sequential net{nn::Conv2d(1, 6, 5), nn::Flatten(), nn::Linear(3456, 10)};
/// @endcode
class RETROGRAD_API Flatten : public Stateless {
 public:
  /// Constructs the layer. The default joins all dimensions except the first, the batch.
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1);
};

/// The layer of `unflatten()`: splits a dimension into several of the given sizes.
///
/// @code
/// nn::Unflatten split(1, {6, 24, 24});  // (8, 3456) to (8, 6, 24, 24)
/// @endcode
class RETROGRAD_API Unflatten : public Stateless {
 public:
  /// Constructs the layer. One of the sizes may be -1, which is then computed.
  ///
  /// @throws ValueError if `unflattened_size` is empty, a size is below -1, or several are -1.
  Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where = {});
};

/// The layer of `unfold()`: the windows of an input as columns of a matrix.
///
/// An input (N, C, H, W) or (C, H, W) gives an output (N, C kh kw, L) or (C kh kw, L), where
/// `kernel_size` is (kh, kw) and L is the number of windows.
///
/// @code
/// nn::Unfold unfold(3, {.padding = 1});
/// @endcode
class RETROGRAD_API Unfold : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size or an option is out of range.
  explicit Unfold(Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

/// The layer of `fold()`: adds columns up to an image, the adjoint of `Unfold`.
///
/// An input (N, C kh kw, L) or (C kh kw, L) gives an output (N, C, H, W) or (C, H, W), where
/// `output_size` is (H, W) and `kernel_size` is (kh, kw).
///
/// @code
/// nn::Fold fold({28, 28}, 3, {.padding = 1});
/// @endcode
class RETROGRAD_API Fold : public Stateless {
 public:
  /// Constructs the layer.
  ///
  /// @throws ValueError if a size or an option is out of range.
  Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

}  // namespace retrograd::nn
