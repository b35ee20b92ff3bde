// Loops that do so little with each element that memory sets their pace: any strides without a
// detour, repeated values without memory, and no wider vectors. Internal.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <retrograd/tensor/loops/elementwise.h>

namespace retrograd::detail {

// One element at a time, steps[k] apart.
template <class F, class Out, class... In>
void strided_loop(std::int64_t n, const std::int64_t* steps, F f, Out* out, const In*... in) {
  std::array<std::int64_t, sizeof...(In) + 1> by;
  std::copy_n(steps, by.size(), by.begin());
  [&]<std::size_t... k>(std::index_sequence<k...>) {
#pragma omp simd safelen(1)
    for (std::int64_t i = 0; i < n; ++i) {
      out[i * by[0]] = f(in[i * by[k + 1]]...);
    }
  }
  (std::index_sequence_for<In...>());
}

// out = f(a, b) for every element, of tensors or repeated values.
template <class Out, class A, class B, class F>
void light_map(const Tensor& out, const TypedElement<const A>& a, const TypedElement<const B>& b,
               F f) {
  const auto body = [f](std::int64_t n, const std::int64_t* steps, Out* o, const A* x, const B* y) {
    const bool unit = steps[0] == 1;
    if (unit && steps[1] == 1 && steps[2] == 1) {
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], y[i]);
      }
    } else if (unit && steps[1] == 1 && steps[2] == 0) {
      const B last = *y;
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], last);
      }
    } else if (unit && steps[1] == 0 && steps[2] == 1) {
      const A first = *x;
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(first, y[i]);
      }
    } else {
      strided_loop(n, steps, f, o, x, y);
    }
  };
  elementwise<kAnySteps>(out.shape(), body, writes<Out>(out), a, b);
}

// out = f(a, b, c).
template <class Out, class A, class B, class C, class F>
void light_map(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& c, F f) {
  const auto body = [f](std::int64_t n, const std::int64_t* steps, Out* o, const A* x, const B* y,
                        const C* z) {
    const bool unit = steps[0] == 1 && steps[1] == 1;
    if (unit && steps[2] == 1 && steps[3] == 1) {
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], y[i], z[i]);
      }
    } else if (unit && steps[2] == 1 && steps[3] == 0) {
      const C last = *z;
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], y[i], last);
      }
    } else if (unit && steps[2] == 0 && steps[3] == 1) {
      const B middle = *y;
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], middle, z[i]);
      }
    } else {
      strided_loop(n, steps, f, o, x, y, z);
    }
  };
  elementwise<kAnySteps>(out.shape(), body, writes<Out>(out), reads<A>(a), reads<B>(b),
                         reads<C>(c));
}

}  // namespace retrograd::detail
