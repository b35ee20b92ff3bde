/// @file
/// Inputs with their targets, and batches of them.
#pragma once

#include <cstdint>
#include <span>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Images and labels of some samples.
struct Batch {
  Tensor inputs;   ///< (B, ...).
  Tensor targets;  ///< (B, ...).
};

/// Two tensors whose first dimension counts the samples: images (N, ...) and labels (N), or what
/// else is to be learned, (N, ...). Copies share memory. Gradients do not flow through a data set.
class RETROGRAD_API Dataset {
 public:
  /// Throws ShapeError when a tensor has no dimension or their numbers of samples differ.
  Dataset(const Tensor& images, const Tensor& labels, Where where = {});

  /// All images.
  const Tensor& images() const noexcept { return images_; }
  /// All labels.
  const Tensor& labels() const noexcept { return labels_; }
  /// The number of samples.
  std::int64_t size() const { return images_.shape()[0]; }

  /// The samples at these indices, in this order, as new contiguous tensors. An index may come more
  /// than once. Throws IndexError.
  Batch get(std::span<const std::int64_t> indices, Where where = {}) const;

  /// The samples from `begin` up to, not including, `end`, in the same memory. Throws IndexError.
  Dataset slice(std::int64_t begin, std::int64_t end, Where where = {}) const;

 private:
  Tensor images_;  // contiguous, both
  Tensor labels_;
};

}  // namespace retrograd
