// Functions of each element of floating tensors, bfloat16 computed as float.
#pragma once

#include <retrograd/ops/kernels/loops/elementwise_types.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/tensor/internal/view_within.h>

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

// out = f(x, y, z), where y and z have x's rank and repeat along their dimensions of length 1. They
// may have another floating dtype than x, and are read as what x is computed in.
template <class F>
Tensor each_spread(const Tensor& x, const Tensor& y, const Tensor& z, F f) {
  const auto spread = [&x](const Tensor& one) {
    Strides strides = one.strides();
    for (std::size_t d = 0; d < strides.size(); ++d) {
      strides[d] = one.shape()[d] == x.shape()[d] ? strides[d] : 0;
    }
    return detail::view_within(one, x.shape(), strides, one.impl().offset);
  };
  Tensor out = empty_as(x, x.dtype());
  const Tensor all_y = spread(y);
  const Tensor all_z = spread(z);
  detail::for_floating_element(x.dtype(), [&]<class C>() {
    const auto body = [f](std::int64_t n, const std::int64_t*, C* o, const C* a, const C* b,
                          const C* c) {
      detail::vectorised([=] {
#pragma omp simd
        for (std::int64_t i = 0; i < n; ++i) {
          o[i] = f(a[i], b[i], c[i]);
        }
      });
    };
    detail::elementwise<detail::kNeighbours>(out.shape(), body, detail::writes<C>(out),
                                             detail::reads<C>(x), detail::reads<C>(all_y),
                                             detail::reads<C>(all_z));
  });
  return out;
}

}  // namespace retrograd::kernels
