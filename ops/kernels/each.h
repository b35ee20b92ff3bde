// Functions of each element of floating tensors, bfloat16 computed as float.
#pragma once

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

// out = f(x) of one shape and dtype; f takes and returns float or double.
template <class F>
void each_into(const Tensor& out, const Tensor& x, F f) {
  detail::for_floating_element(x.dtype(), [&]<class C>() { map<C, C>(out, x, f); });
}
template <class F>
Tensor each(const Tensor& x, F f) {
  Tensor out = empty_as(x, x.dtype());
  each_into(out, x, f);
  return out;
}

// Equal shapes and dtypes.
template <class F>
void each_into(const Tensor& out, const Tensor& x, const Tensor& y, F f) {
  detail::for_floating_element(x.dtype(), [&]<class C>() { map<C, C, C>(out, x, y, f); });
}
template <class F>
Tensor each(const Tensor& x, const Tensor& y, F f) {
  Tensor out = empty_as(layout_model(x, y), x.dtype());
  each_into(out, x, y, f);
  return out;
}

}  // namespace retrograd::kernels
