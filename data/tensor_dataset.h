/// @file
/// Data sets in memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Tensors whose first dimension counts the samples, such as images (N, ...) and labels (N).
/// Copies share memory. Gradients do not flow through a data set.
/// @code
/// TensorDataset data(images, labels);
/// TensorDataset segmented({images, masks, boxes});
/// @endcode
class RETROGRAD_API TensorDataset : public Dataset {
 public:
  /// Constructs a data set of inputs and targets.
  /// @throws ShapeError if a tensor has no dimension or their numbers of samples differ
  TensorDataset(const Tensor& images, const Tensor& labels, Where where = {});
  /// Constructs a data set of any number of tensors.
  /// @throws ValueError if there is no tensor
  /// @throws ShapeError if a tensor has no dimension or their numbers of samples differ
  explicit TensorDataset(const std::vector<Tensor>& tensors, Where where = {});

  /// Returns all tensors.
  const std::vector<Tensor>& tensors() const noexcept { return tensors_; }
  /// Returns all images: the first tensor.
  const Tensor& images() const noexcept { return tensors_[0]; }
  /// Returns all labels: the second tensor, which is undefined where there is one tensor.
  const Tensor& labels() const noexcept;

  std::int64_t size() const override { return tensors_[0].shape()[0]; }
  /// Returns a copy of a sample.
  /// @throws IndexError if the index is out of range
  Sample get(std::int64_t index) const override;
  std::optional<Batch> get_batch(std::span<const std::int64_t> indices) const override;

  /// Returns the samples at `indices`, in this order, as new contiguous tensors.
  /// An index may appear more than once.
  /// @throws IndexError if an index is out of range
  Batch get(std::span<const std::int64_t> indices, Where where = {}) const;

  /// Returns the samples in [begin, end), in the same memory.
  /// @throws IndexError if the range is outside the data set
  TensorDataset slice(std::int64_t begin, std::int64_t end, Where where = {}) const;

 private:
  std::vector<Tensor> tensors_;  // contiguous
};

}  // namespace retrograd
