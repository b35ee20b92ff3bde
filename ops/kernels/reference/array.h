// Tensors as xtensor arrays and back.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/tensor/tensor.h>
#include <retrograd/xtensor_shim.h>
#if __has_include(<xtensor/views/xview.hpp>)  // as in the shim
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xview.hpp>
#endif

namespace retrograd::kernels::reference {

using Array = xt::xarray<double>;  // row-major
// For reducers that keep dimensions: xtensor's lazy ones broadcast wrongly. Others are lazy and
// assigned to an Array, because immediate ones crash where there is no element.
inline constexpr auto kNow = xt::evaluation_strategy::immediate;
using Sizes = std::vector<std::size_t>;

// Signed sizes as xtensor takes them.
template <class Signed = std::array<std::int64_t, 3>>
Sizes to_sizes(const Signed& sizes) {
  return Sizes(sizes.begin(), sizes.end());
}
inline Sizes to_sizes(std::initializer_list<std::int64_t> sizes) {
  return Sizes(sizes.begin(), sizes.end());
}

// Returns a copy of the tensor's values, in the order of its shape.
Array array(const Tensor& x);
// The same in another shape of as many elements, such as (N, C, D, H, W) for (N, C, W).
Array array(const Tensor& x, const Sizes& shape);

// Returns a row-major tensor of the values, each rounded once.
Tensor tensor(const Array& values, const Shape& shape, DType dtype);
// The same with channels-last strides.
Tensor channels_last(const Array& values, const Shape& shape, DType dtype);

// The sums of products over the axes `of_a` of a and `of_b` of b, as numpy.tensordot: the axes that
// are left of a, then those of b.
Array contract(const Array& a, const Array& b, const Sizes& of_a, const Sizes& of_b);

}  // namespace retrograd::kernels::reference
