// Loops over elements, for functions worth wider vectors; tensor/loops/light.h has those of
// memory's pace.
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/loops/instructions.h>
#include <retrograd/tensor/loops/pieces.h>
#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

using detail::empty_as;
using detail::is_flat;
using detail::kGrain;
using detail::parallel_ranges;

// A function that keeps the widest registers busy: map() of it is compiled for them too.
struct Wide {};
template <class F, class Body>
void vectorised_for(const Body& body) {
  if constexpr (std::is_base_of_v<Wide, F>) {
    detail::vectorised_wide(body);
  } else {
    detail::vectorised(body);
  }
}

// out = f(a) for every element. The C++ types are those of the dtypes, or their detail::element_t.
template <class Out, class A, class F>
void map(const Tensor& out, const Tensor& a, F f) {
  const auto body = [f](std::int64_t n, const std::int64_t*, Out* o, const A* x) {
    vectorised_for<F>([=] {
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i]);
      }
    });
  };
  detail::elementwise<detail::kNeighbours>(out.shape(), body, detail::writes<Out>(out),
                                           detail::reads<A>(a));
}

// out = f(a, b), of tensors or repeated values.
template <class Out, class A, class B, class F>
void map(const Tensor& out, const detail::TypedElement<const A>& a,
         const detail::TypedElement<const B>& b, F f) {
  const auto body = [f](std::int64_t n, const std::int64_t*, Out* o, const A* x, const B* y) {
    vectorised_for<F>([=] {
#pragma omp simd
      for (std::int64_t i = 0; i < n; ++i) {
        o[i] = f(x[i], y[i]);
      }
    });
  };
  detail::elementwise<detail::kNeighbours>(out.shape(), body, detail::writes<Out>(out), a, b);
}
template <class Out, class A, class B, class F>
void map(const Tensor& out, const Tensor& a, const Tensor& b, F f) {
  map<Out, A, B>(out, detail::reads<A>(a), detail::reads<B>(b), f);
}

}  // namespace retrograd::kernels
