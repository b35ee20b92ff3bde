/// @file
/// Padding.
#pragma once

#include <cstdint>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Values of padding elements.
enum class PaddingMode : std::uint8_t {
  constant,   ///< One value.
  reflect,    ///< The elements mirrored at the first and last one, which are not repeated.
  replicate,  ///< The first and the last element.
  circular    ///< The elements from the other end.
};

/// Options of pad().
struct PadOptions {
  PaddingMode mode = PaddingMode::constant;  ///< Values of the padding.
  Scalar value = 0;  ///< Value of constant padding, which the dtype of the input can hold.
};

/// Returns `x` with elements added around it. `padding` lists the numbers before and after each
/// dimension, the last dimension first: {left, right, top, bottom, ...}. Negative numbers remove
/// elements.
///
/// The constant mode pads any dimensions of any dtype. The other modes pad the last one, two or
/// three dimensions of a floating (C, spatial...) or (N, C, spatial...).
/// @code rg::pad(rg::tensor({1, 2}), {1, 2});  // [0, 1, 2, 0, 0] @endcode
/// @throws ShapeError if `padding` does not fit. Reflection needs less padding than the length, and
/// circular padding at most the length.
/// @throws DTypeError if `x` is not floating in another mode than constant.
/// @throws ValueError if the dtype of `x` cannot hold the value.
RETROGRAD_API Tensor pad(const Tensor& x, const std::vector<std::int64_t>& padding,
                         const PadOptions& options = {}, Where where = {});

}  // namespace retrograd
