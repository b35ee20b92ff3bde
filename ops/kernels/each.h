// Functions of each element of floating tensors, bfloat16 computed as float.
#pragma once

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

// f takes and returns float or double.
template <class F>
Tensor each(const Tensor& x, F f) {
  Tensor out = empty_as(x, x.dtype());
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    map<T, T>(out, x, [f](T value) { return convert<T>(f(static_cast<C>(value))); });
  });
  return out;
}

// Equal shapes and dtypes.
template <class F>
Tensor each(const Tensor& x, const Tensor& y, F f) {
  Tensor out = empty_as(layout_model(x, y), x.dtype());
  for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    map<T, T, T>(out, x, y,
                 [f](T a, T b) { return convert<T>(f(static_cast<C>(a), static_cast<C>(b))); });
  });
  return out;
}

}  // namespace retrograd::kernels
