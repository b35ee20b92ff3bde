// The one place that turns our memory into what xtensor takes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <retrograd/xtensor_shim.h>

namespace retrograd::kernels {

// A row-major (rows, columns) matrix as an xtensor expression, which xt::blas uses in place. Rows
// may lie further apart than they are long: xtensor's own adaptors of a fixed layout cannot say
// that.
template <class T>
class XtMatrix : public xt::xexpression<XtMatrix<T>> {
 public:
  using value_type = std::remove_const_t<T>;
  using shape_type = std::array<std::size_t, 2>;
  using strides_type = std::array<std::ptrdiff_t, 2>;
  static constexpr xt::layout_type static_layout = xt::layout_type::row_major;

  XtMatrix(T* data, std::int64_t rows, std::int64_t columns, std::int64_t row_stride)
      : data_(data),
        shape_{static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)},
        strides_{static_cast<std::ptrdiff_t>(std::max({row_stride, columns, std::int64_t{1}})), 1} {
  }

  T* data() const noexcept { return data_; }
  std::size_t data_offset() const noexcept { return 0; }
  std::size_t dimension() const noexcept { return 2; }
  const shape_type& shape() const noexcept { return shape_; }
  const strides_type& strides() const noexcept { return strides_; }
  xt::layout_type layout() const noexcept { return static_layout; }

 private:
  T* data_;
  shape_type shape_;
  strides_type strides_;
};

}  // namespace retrograd::kernels
