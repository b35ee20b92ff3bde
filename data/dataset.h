/// @file
/// Data sets of inputs and targets.
#pragma once

#include <cstdint>
#include <span>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Inputs and targets of some samples.
struct Batch {
  Tensor inputs;   ///< Inputs (B, ...).
  Tensor targets;  ///< Targets (B, ...).
};

/// Two tensors whose first dimension counts the samples: images (N, ...) and labels (N).
/// Labels may be other targets (N, ...). Copies share memory. Gradients do not flow through a data
/// set.
class RETROGRAD_API Dataset {
 public:
  /// Constructs a data set of two tensors.
  /// @throws ShapeError if a tensor has no dimension or their numbers of samples differ
  Dataset(const Tensor& images, const Tensor& labels, Where where = {});

  /// Returns all images.
  const Tensor& images() const noexcept { return images_; }
  /// Returns all labels.
  const Tensor& labels() const noexcept { return labels_; }
  /// Returns the number of samples.
  std::int64_t size() const { return images_.shape()[0]; }

  /// Returns the samples at `indices`, in this order, as new contiguous tensors.
  /// An index may appear more than once.
  /// @throws IndexError if an index is out of range
  Batch get(std::span<const std::int64_t> indices, Where where = {}) const;

  /// Returns the samples in [begin, end), in the same memory.
  /// @throws IndexError if the range is outside the data set
  Dataset slice(std::int64_t begin, std::int64_t end, Where where = {}) const;

 private:
  Tensor images_;  // contiguous, both
  Tensor labels_;
};

}  // namespace retrograd
