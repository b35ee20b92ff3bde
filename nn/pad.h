/// @file
/// Padding layers. The padding is one number for all sides, or {left, right, top, bottom, ...};
/// negative numbers cut off.
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
  /// Constructs it from what the class and its options describe.
  PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options);
};

/// One value around the last N dimensions.
template <std::size_t N>
class RETROGRAD_API ConstantPad : public PadLayer {
 public:
  /// Constructs it from what the class and its options describe.
  ConstantPad(Size<2 * N> padding, Scalar value)
      : PadLayer({padding.begin(), padding.end()}, {.value = value}) {}
};

/// ConstantPad over 1 spatial dimension.
using ConstantPad1d = ConstantPad<1>;
/// ConstantPad over 2 spatial dimensions.
using ConstantPad2d = ConstantPad<2>;
/// ConstantPad over 3 spatial dimensions.
using ConstantPad3d = ConstantPad<3>;

/// Zeros around an image.
class RETROGRAD_API ZeroPad2d : public ConstantPad2d {
 public:
  /// Constructs it from what the class and its options describe.
  explicit ZeroPad2d(Size<4> padding) : ConstantPad2d(padding, 0) {}
  std::string describe() const override;
};

/// Elements of the input around its last N dimensions.
template <std::size_t N, PaddingMode mode>
class RETROGRAD_API EdgePad : public PadLayer {
 public:
  /// Constructs it from what the class and its options describe.
  explicit EdgePad(Size<2 * N> padding)
      : PadLayer({padding.begin(), padding.end()}, {.mode = mode}) {}
};

/// EdgePad over 1 spatial dimension: reflect.
using ReflectionPad1d = EdgePad<1, PaddingMode::reflect>;
/// EdgePad over 2 spatial dimensions: reflect.
using ReflectionPad2d = EdgePad<2, PaddingMode::reflect>;
/// EdgePad over 3 spatial dimensions: reflect.
using ReflectionPad3d = EdgePad<3, PaddingMode::reflect>;
/// EdgePad over 1 spatial dimension: replicate.
using ReplicationPad1d = EdgePad<1, PaddingMode::replicate>;
/// EdgePad over 2 spatial dimensions: replicate.
using ReplicationPad2d = EdgePad<2, PaddingMode::replicate>;
/// EdgePad over 3 spatial dimensions: replicate.
using ReplicationPad3d = EdgePad<3, PaddingMode::replicate>;
/// EdgePad over 1 spatial dimension: circular.
using CircularPad1d = EdgePad<1, PaddingMode::circular>;
/// EdgePad over 2 spatial dimensions: circular.
using CircularPad2d = EdgePad<2, PaddingMode::circular>;
/// EdgePad over 3 spatial dimensions: circular.
using CircularPad3d = EdgePad<3, PaddingMode::circular>;

}  // namespace retrograd::nn
