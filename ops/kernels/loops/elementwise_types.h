// What element-wise kernels compute in.
#pragma once

#include <type_traits>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/loops/elementwise.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Integers are added and multiplied as unsigned ones, because those wrap around where C++ leaves
// the signed ones undefined.
template <class C, bool = std::is_integral_v<C>>
struct Bits {
  using type = C;
};
template <class C>
struct Bits<C, true> {
  using type = std::make_unsigned_t<C>;
};
template <class C>
using bits_t = typename Bits<C>::type;

template <class C, class Wide>
constexpr C wrap(Wide value) noexcept {
  return static_cast<C>(value);
}

using detail::layout_model;

}  // namespace retrograd::kernels
