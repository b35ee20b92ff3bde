// Functions of each element of floating tensors, bfloat16 computed as float.
#pragma once

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

// f takes and returns float or double.
template <class F>
Tensor each(const Tensor& x, F f) {
  Tensor out = empty_as(x, x.dtype());
  detail::for_floating_element(x.dtype(), [&]<class C>() { map<C, C>(out, x, f); });
  return out;
}

// Equal shapes and dtypes.
template <class F>
Tensor each(const Tensor& x, const Tensor& y, F f) {
  Tensor out = empty_as(layout_model(x, y), x.dtype());
  detail::for_floating_element(x.dtype(), [&]<class C>() { map<C, C, C>(out, x, y, f); });
  return out;
}

}  // namespace retrograd::kernels
