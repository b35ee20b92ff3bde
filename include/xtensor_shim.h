// xtensor's basic headers, from wherever the installed version keeps them, with a cure for one
// fault. Include this before any header of xtensor.
#pragma once

#include <cstddef>

#if __has_include(<xtensor/containers/xarray.hpp>)  // 0.26 moved them all
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xarray.hpp>
#include <xtensor/core/xmath.hpp>
#include <xtensor/core/xnoalias.hpp>
#include <xtensor/views/xstrided_view.hpp>
#else
#include <xtensor/xtensor_forward.hpp>

// Under C++20, GCC matches the shape of an xt::xarray with a pattern that xtensor 0.24 means for
// std::array: reducing a whole array crashes or gives wrong results. It specialises this itself for
// C++17 alone, and 0.25 wherever the compiler says that it matches so.
// https://github.com/xtensor-stack/xtensor/issues/1970
#if XTENSOR_VERSION_MAJOR == 0 && XTENSOR_VERSION_MINOR < 25 || \
    !defined(__cpp_template_template_args)
namespace xt::detail {
template <class S>
struct xtype_for_shape;
template <template <class, std::size_t, class, bool> class S, class Size, std::size_t N, class A,
          bool Init>
struct xtype_for_shape<S<Size, N, A, Init>> {
  template <class T, layout_type L>
  using type = xarray<T, L>;
};
}  // namespace xt::detail
#endif

#include <xtensor/xadapt.hpp>
#include <xtensor/xarray.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xstrided_view.hpp>
#endif
