// Padding layers. The padding is one number for all sides, or {left, right, top, bottom, ...};
// negative numbers cut off.
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

// The base of padding layers, which are shown by their mode and number of dimensions.
class RETROGRAD_API PadLayer : public Stateless {
 protected:
  PadLayer(const std::vector<std::int64_t>& padding, const PadOptions& options);
};

// One value around the last N dimensions.
template <std::size_t N>
class RETROGRAD_API ConstantPad : public PadLayer {
 public:
  ConstantPad(Size<2 * N> padding, Scalar value)
      : PadLayer({padding.begin(), padding.end()}, {.value = value}) {}
};

using ConstantPad1d = ConstantPad<1>;
using ConstantPad2d = ConstantPad<2>;
using ConstantPad3d = ConstantPad<3>;

class RETROGRAD_API ZeroPad2d : public ConstantPad2d {
 public:
  explicit ZeroPad2d(Size<4> padding) : ConstantPad2d(padding, 0) {}
  std::string describe() const override;
};

// Elements of the input around its last N dimensions.
template <std::size_t N, PaddingMode mode>
class RETROGRAD_API EdgePad : public PadLayer {
 public:
  explicit EdgePad(Size<2 * N> padding)
      : PadLayer({padding.begin(), padding.end()}, {.mode = mode}) {}
};

using ReflectionPad1d = EdgePad<1, PaddingMode::reflect>;
using ReflectionPad2d = EdgePad<2, PaddingMode::reflect>;
using ReflectionPad3d = EdgePad<3, PaddingMode::reflect>;
using ReplicationPad1d = EdgePad<1, PaddingMode::replicate>;
using ReplicationPad2d = EdgePad<2, PaddingMode::replicate>;
using ReplicationPad3d = EdgePad<3, PaddingMode::replicate>;
using CircularPad1d = EdgePad<1, PaddingMode::circular>;
using CircularPad2d = EdgePad<2, PaddingMode::circular>;
using CircularPad3d = EdgePad<3, PaddingMode::circular>;

}  // namespace retrograd::nn
