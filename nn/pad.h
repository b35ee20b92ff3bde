/// @file
/// Padding layers. The padding is one number for all sides, or {left, right, top, bottom, ...}.
/// Negative numbers remove elements.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/nn/layer.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

/// The base of padding layers, which are shown by their mode and number of dimensions.
class RETROGRAD_API PadLayer : public Stateless {
 protected:
  /// Makes a layer that calls pad().
  PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options);
};

/// Padding of the last N dimensions with one value, as ConstantPad1d, ConstantPad2d and
/// ConstantPad3d.
template <std::size_t N>
class RETROGRAD_API ConstantPad : public PadLayer {
 public:
  /// Makes the layer.
  ConstantPad(Size<2 * N> padding, Scalar value)
      : PadLayer({padding.begin(), padding.end()}, {.value = value}) {}
};

/// Padding of the last dimension with one value.
/// @code nn::ConstantPad1d layer(1, 0.5); @endcode
using ConstantPad1d = ConstantPad<1>;
/// Padding of the last two dimensions with one value.
/// @code nn::ConstantPad2d layer(1, 0.5); @endcode
using ConstantPad2d = ConstantPad<2>;
/// Padding of the last three dimensions with one value.
/// @code nn::ConstantPad3d layer(1, 0.5); @endcode
using ConstantPad3d = ConstantPad<3>;

/// Padding of images with zeros.
/// @code nn::ZeroPad2d(1)(rg::rand({1, 3, 8, 8})).shape();  // [1, 3, 10, 10] @endcode
class RETROGRAD_API ZeroPad2d : public ConstantPad2d {
 public:
  /// Makes the layer.
  explicit ZeroPad2d(Size<4> padding) : ConstantPad2d(padding, 0) {}
  std::string describe() const override;
};

/// Padding of the last N dimensions with elements of the input, as ReflectionPad2d and its
/// relatives.
template <std::size_t N, PaddingMode mode>
class RETROGRAD_API EdgePad : public PadLayer {
 public:
  /// Makes the layer.
  explicit EdgePad(Size<2 * N> padding)
      : PadLayer({padding.begin(), padding.end()}, {.mode = mode}) {}
};

/// Padding of the last dimension with elements mirrored at the ends, which are not repeated.
/// @code nn::ReflectionPad1d layer(1); @endcode
using ReflectionPad1d = EdgePad<1, PaddingMode::reflect>;
/// Padding of the last two dimensions with elements mirrored at the ends, which are not repeated.
/// @code nn::ReflectionPad2d layer(1); @endcode
using ReflectionPad2d = EdgePad<2, PaddingMode::reflect>;
/// Padding of the last three dimensions with elements mirrored at the ends, which are not repeated.
/// @code nn::ReflectionPad3d layer(1); @endcode
using ReflectionPad3d = EdgePad<3, PaddingMode::reflect>;
/// Padding of the last dimension with the first and the last element.
/// @code nn::ReplicationPad1d layer(1); @endcode
using ReplicationPad1d = EdgePad<1, PaddingMode::replicate>;
/// Padding of the last two dimensions with the first and the last element.
/// @code nn::ReplicationPad2d layer(1); @endcode
using ReplicationPad2d = EdgePad<2, PaddingMode::replicate>;
/// Padding of the last three dimensions with the first and the last element.
/// @code nn::ReplicationPad3d layer(1); @endcode
using ReplicationPad3d = EdgePad<3, PaddingMode::replicate>;
/// Padding of the last dimension with elements from the other end.
/// @code nn::CircularPad1d layer(1); @endcode
using CircularPad1d = EdgePad<1, PaddingMode::circular>;
/// Padding of the last two dimensions with elements from the other end.
/// @code nn::CircularPad2d layer(1); @endcode
using CircularPad2d = EdgePad<2, PaddingMode::circular>;
/// Padding of the last three dimensions with elements from the other end.
/// @code nn::CircularPad3d layer(1); @endcode
using CircularPad3d = EdgePad<3, PaddingMode::circular>;

}  // namespace retrograd::nn
