/// @file
/// Padding.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// constant: one value. reflect: mirrored at the first and last element, which are not repeated.
/// replicate: the first and last element again. circular: from the other end.
enum class PaddingMode : std::uint8_t {
  /// constant: one value. reflect: mirrored at the first and last element, which are not repeated.
  /// replicate: the first and last element again. circular: from the other end.
  constant,
  /// constant: one value. reflect: mirrored at the first and last element, which are not repeated.
  /// replicate: the first and last element again. circular: from the other end.
  reflect,
  /// constant: one value. reflect: mirrored at the first and last element, which are not repeated.
  /// replicate: the first and last element again. circular: from the other end.
  replicate,
  /// constant: one value. reflect: mirrored at the first and last element, which are not repeated.
  /// replicate: the first and last element again. circular: from the other end.
  circular
};

/// Options, given as {.name = value}; what is left out keeps its default.
struct PadOptions {
  PaddingMode mode = PaddingMode::constant;  ///< Which of the ways to do it.
  Scalar value = 0;  ///< Of constant padding; one that the dtype of x holds.
};

/// x with elements added around it. `padding` lists how many before and after, the last dimension
/// first: {left, right, top, bottom, ...}. Negative numbers cut elements off instead.
///
/// The constant mode pads any dimensions of any dtype. The others pad the last one, two or three
/// dimensions of a floating (C, spatial...) or (N, C, spatial...); reflect needs less padding than
/// the length, circular no more than it. Throws ShapeError, ValueError or DTypeError.
RETROGRAD_API Tensor pad(const Tensor& x, const std::vector<std::int64_t>& padding,
                         const PadOptions& options = {}, Where where = {});

}  // namespace retrograd
