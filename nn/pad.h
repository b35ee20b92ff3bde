/// @file
/// Padding layers.
///
/// The padding is one number for all sides, or {left, right, top, bottom, ...}. Negative numbers
/// remove positions instead.
///
/// @code
/// nn::ReflectionPad2d pad({1, 1, 2, 2});
/// Tensor y = pad(x);  // (N, C, H, W) to (N, C, H + 4, W + 2)
/// @endcode
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

/// The base of padding layers, which summaries show by their mode and number of dimensions.
class RETROGRAD_API PadLayer : public Stateless {
 protected:
  /// Constructs a layer of `pad()` with this padding and these options.
  PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options);
};

/// The layer of `pad()` that adds one value around the last N dimensions.
template <std::size_t N>
class RETROGRAD_API ConstantPad : public PadLayer {
 public:
  /// Constructs a layer that adds `value`.
  ConstantPad(Size<2 * N> padding, Scalar value)
      : PadLayer({padding.begin(), padding.end()}, {.value = value}) {}
};

/// `ConstantPad` of the last dimension.
using ConstantPad1d = ConstantPad<1>;
/// `ConstantPad` of the last 2 dimensions.
using ConstantPad2d = ConstantPad<2>;
/// `ConstantPad` of the last 3 dimensions.
using ConstantPad3d = ConstantPad<3>;

/// The layer of `pad()` that adds zeros around the last two dimensions.
class RETROGRAD_API ZeroPad2d : public ConstantPad2d {
 public:
  /// Constructs the layer. The order of the sides is left, right, top, bottom.
  explicit ZeroPad2d(Size<4> padding) : ConstantPad2d(padding, 0) {}
  std::string describe() const override;
};

/// The layer of `pad()` that adds elements of the input around its last N dimensions.
template <std::size_t N, PaddingMode mode>
class RETROGRAD_API EdgePad : public PadLayer {
 public:
  /// Constructs the layer.
  explicit EdgePad(Size<2 * N> padding)
      : PadLayer({padding.begin(), padding.end()}, {.mode = mode}) {}
};

/// A layer that mirrors the last dimension at its ends, without repeating the end elements.
using ReflectionPad1d = EdgePad<1, PaddingMode::reflect>;
/// A layer that mirrors the last two dimensions at their ends, without repeating the end elements.
using ReflectionPad2d = EdgePad<2, PaddingMode::reflect>;
/// A layer that mirrors the last three dimensions at their ends, without repeating the end
/// elements.
using ReflectionPad3d = EdgePad<3, PaddingMode::reflect>;
/// A layer that repeats the end elements of the last dimension.
using ReplicationPad1d = EdgePad<1, PaddingMode::replicate>;
/// A layer that repeats the end elements of the last two dimensions.
using ReplicationPad2d = EdgePad<2, PaddingMode::replicate>;
/// A layer that repeats the end elements of the last three dimensions.
using ReplicationPad3d = EdgePad<3, PaddingMode::replicate>;
/// A layer that continues the last dimension from its other end.
using CircularPad1d = EdgePad<1, PaddingMode::circular>;
/// A layer that continues the last two dimensions from their other ends.
using CircularPad2d = EdgePad<2, PaddingMode::circular>;
/// A layer that continues the last three dimensions from their other ends.
using CircularPad3d = EdgePad<3, PaddingMode::circular>;

}  // namespace retrograd::nn
