/// @file
/// Changes of shape as modules.
#pragma once

#include <cstdint>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/unfold.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// Joins the dimensions start to end, by default all but the batch.
class RETROGRAD_API Flatten : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Flatten(std::int64_t start_dim = 1, std::int64_t end_dim = -1);
};

/// Dimension `dim` as several of the given sizes, one of which may be -1.
class RETROGRAD_API Unflatten : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  Unflatten(std::int64_t dim, const Shape& unflattened_size, Where where = {});
};

/// Windows as columns of a matrix.
class RETROGRAD_API Unfold : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  explicit Unfold(Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

/// Columns added up to an image of `output_size`.
class RETROGRAD_API Fold : public Stateless {
 public:
  /// Constructs it from what the class and its options describe.
  Fold(Size<2> output_size, Size<2> kernel_size, UnfoldOptions options = {}, Where where = {});
};

}  // namespace retrograd::nn
