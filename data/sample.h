/// @file
/// Samples of a data set, and batches of them.
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Tensors of one sample, such as an image (C, H, W) and a label ().
/// @code Sample sample = {image, label}; @endcode
using Sample = std::vector<Tensor>;

/// Samples together: each tensor has one more dimension than those of a sample, the first one.
///
/// A batch unpacks into its first two tensors. `operator[]` returns others.
/// @code
/// for (auto& [images, labels] : loader) { ... }
/// for (auto& batch : loader) { use(batch[2]); }
/// @endcode
struct Batch {
  Tensor inputs;               ///< First tensor (B, ...).
  Tensor targets;              ///< Second tensor (B, ...), undefined where samples have one tensor.
  std::vector<Tensor> rest{};  ///< Third tensor and those behind it.

  /// Returns the number of tensors.
  std::size_t size() const noexcept {
    return rest.size() + (targets.defined() ? 1 : 0) + (inputs.defined() ? 1 : 0);
  }
  /// Returns a tensor, which is unchecked except in debug builds.
  Tensor& operator[](std::size_t index) {
    return index == 0 ? inputs : index == 1 ? targets : rest[index - 2];
  }
  /// Returns a tensor, which is unchecked except in debug builds.
  const Tensor& operator[](std::size_t index) const {
    return index == 0 ? inputs : index == 1 ? targets : rest[index - 2];
  }
};

/// Returns samples stacked to a batch. They must have as many tensors each, of the same dtypes and
/// shapes.
/// @throws ShapeError if shapes or numbers of tensors differ
/// @throws DTypeError if dtypes differ
/// @throws ValueError if there is no sample, or samples have no tensor
RETROGRAD_API Batch collate(const std::vector<Sample>& samples, Where where = {});

/// @cond
template <std::size_t I>
Tensor& get(Batch& batch) noexcept {
  return std::get<I>(std::tie(batch.inputs, batch.targets));
}
template <std::size_t I>
const Tensor& get(const Batch& batch) noexcept {
  return std::get<I>(std::tie(batch.inputs, batch.targets));
}
template <std::size_t I>
Tensor&& get(Batch&& batch) noexcept {
  return std::move(get<I>(batch));
}
/// @endcond

}  // namespace retrograd

/// @cond
template <>
struct std::tuple_size<retrograd::Batch> : std::integral_constant<std::size_t, 2> {};
template <std::size_t I>
struct std::tuple_element<I, retrograd::Batch> {
  using type = retrograd::Tensor;
};
/// @endcond
