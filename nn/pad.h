// Padding layers. The padding is one number for all sides, or {left, right, top, bottom, ...};
// negative numbers cut off.
#pragma once

#include <cstddef>
#include <string>

#include <retrograd/nn/module.h>
#include <retrograd/ops/pad.h>
#include <retrograd/ops/size.h>
#include <retrograd/tensor/api.h>

namespace retrograd::nn {

// One value around the last N dimensions.
template <std::size_t N>
class ConstantPad : public Module {
 public:
  ConstantPad(Size<2 * N> padding, Scalar value) : padding_(padding), value_(value) {}
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 protected:
  Size<2 * N> padding_;
  Scalar value_;
};

extern template class RETROGRAD_API ConstantPad<1>;
extern template class RETROGRAD_API ConstantPad<2>;
extern template class RETROGRAD_API ConstantPad<3>;
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
class EdgePad : public Module {
 public:
  explicit EdgePad(Size<2 * N> padding) : padding_(padding) {}
  Tensor forward(const Tensor& x) override;
  std::string describe() const override;

 private:
  Size<2 * N> padding_;
};

extern template class RETROGRAD_API EdgePad<1, PaddingMode::reflect>;
extern template class RETROGRAD_API EdgePad<2, PaddingMode::reflect>;
extern template class RETROGRAD_API EdgePad<3, PaddingMode::reflect>;
extern template class RETROGRAD_API EdgePad<1, PaddingMode::replicate>;
extern template class RETROGRAD_API EdgePad<2, PaddingMode::replicate>;
extern template class RETROGRAD_API EdgePad<3, PaddingMode::replicate>;
extern template class RETROGRAD_API EdgePad<1, PaddingMode::circular>;
extern template class RETROGRAD_API EdgePad<2, PaddingMode::circular>;
extern template class RETROGRAD_API EdgePad<3, PaddingMode::circular>;
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
