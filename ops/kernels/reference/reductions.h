// Reductions of arrays, and integers beside numbers.
#pragma once

#include <concepts>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/reference/array.h>

namespace retrograd::kernels::reference {

using Integers = xt::xarray<std::int64_t>;
// So that expressions convert to Array alone.
template <class A>
concept AreIntegers = std::same_as<A, Integers>;

// Returns a copy of the tensor's values, which are no floating numbers.
Integers integers(const Tensor& x);
// Returns a row-major tensor of the integers modulo the dtype's range.
template <AreIntegers A>
Tensor tensor(const A& values, const Shape& shape, DType dtype);

// Calls f with arrays of the tensors' values: numbers for floating dtypes, else integers.
template <class F, class... Tensors>
Tensor with_values(F&& f, const Tensor& x, const Tensors&... others) {
  return is_floating(x.dtype()) ? f(array(x), array(others)...)
                                : f(integers(x), integers(others)...);
}

// Returns the number as kernels use it beside a tensor: rounded to float32 for bfloat16 too.
double rounded(double number, DType dtype);

// The dimensions of x that a reduction takes away; the mask may have more.
Sizes axes(const Tensor& x, const DimMask& reduced);
Shape reduced_shape(const Tensor& x, const DimMask& reduced);
Shape shape_of(const Array& values);

// Each keeps reduced axes as 1. Of no values, the first result is 0, 1, and the least or greatest
// number; NaN among values is the largest and the smallest.
Array total(const Array& x, const Sizes& along);
template <AreIntegers A>
A total(const A& x, const Sizes& along);
Array product(const Array& x, const Sizes& along);
template <AreIntegers A>
A product(const A& x, const Sizes& along);
Array largest(const Array& x, const Sizes& along);
template <AreIntegers A>
A largest(const A& x, const Sizes& along);
Array smallest(const Array& x, const Sizes& along);
template <AreIntegers A>
A smallest(const A& x, const Sizes& along);

// x (N, C, spatial...) with each spatial dimension replaced by sums over it, weighted by f(axis):
// number `contracted` of the two dimensions of f(axis) is summed over.
template <class Axis, class F>
Array contract_each(Array x, const std::vector<Axis>& spatial, std::size_t contracted, F&& f) {
  for (const Axis& axis : spatial) {
    x = contract(x, f(axis), {2}, {contracted});  // its other dimension comes last
  }
  return x;
}

// 0, 1, ... along dimension dim of an array of `rank` dimensions, whose others are 1.
Integers positions(std::int64_t count, std::size_t dim, std::size_t rank);

}  // namespace retrograd::kernels::reference
