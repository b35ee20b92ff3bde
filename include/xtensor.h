/// @file
/// Tensors as xtensor arrays and back, without copying: an optional header, because it needs
/// xtensor.
/// Include it, or `<retrograd/xtensor_shim.h>`, before any header of xtensor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <retrograd/tensor/tensor.h>
#include <retrograd/xtensor_shim.h>

namespace retrograd {

/// Returns the tensor's memory as an xtensor expression with its shape and strides.
/// @code
/// auto view = as_xtensor<float>(x);
/// view += 1;
/// @endcode
/// The expression keeps the memory alive. Writes through it change the tensor and are not recorded.
/// It is a strided view, because assigning to an `xt::xarray_adaptor` would change the layout too.
/// @throws DTypeError if T is not the tensor's element type
template <class T>
auto as_xtensor(const Tensor& tensor, Where where = {}) {
  if (tensor.dtype() != dtype_of<T>()) {
    fail<DTypeError>("as_xtensor", where,
                     std::string("asked for a view of ") + name(dtype_of<T>()) + " elements",
                     {{"tensor", tensor}});
  }
  xt::dynamic_shape<std::size_t> shape;
  xt::dynamic_shape<std::ptrdiff_t> strides;
  std::int64_t last = 0;
  for (std::size_t d = 0; d < tensor.shape().size(); ++d) {
    const std::int64_t size = tensor.shape()[d];
    const std::int64_t stride = size == 1 ? 0 : tensor.strides()[d];  // as xtensor has it
    shape.push_back(static_cast<std::size_t>(size));
    strides.push_back(stride);
    last += (size - 1) * stride;
  }
  const std::size_t span = tensor.numel() == 0 ? 0 : static_cast<std::size_t>(last) + 1;
  using Buffer = xt::xbuffer_adaptor<T*, xt::no_ownership, std::shared_ptr<const Tensor>>;
  using Memory = xt::xarray_adaptor<Buffer, xt::layout_type::dynamic>;
  Memory memory(Buffer(tensor.raw<T>(), span, std::make_shared<const Tensor>(tensor)),
                xt::dynamic_shape<std::size_t>{span}, xt::dynamic_shape<std::ptrdiff_t>{1});
  return xt::strided_view(std::move(memory), std::move(shape), std::move(strides), 0,
                          xt::layout_type::dynamic);
}

namespace detail {
template <class Array>
Tensor tensor_on(Array& array, std::function<void()> free, Where where) {
  using T = std::remove_pointer_t<decltype(array.data())>;
  static_assert(!std::is_const_v<T>, "tensors can be written to; this array cannot");
  Shape shape;
  Strides strides;
  for (std::size_t d = 0; d < array.dimension(); ++d) {
    shape.push_back(static_cast<std::int64_t>(array.shape()[d]));
    strides.push_back(static_cast<std::int64_t>(array.strides()[d]));
  }
  return from_blob(array.data() + array.data_offset(), shape, strides, dtype_of<T>(),
                   std::move(free), where);
}
}  // namespace detail

/// Returns a tensor on the memory of an `xt::xarray`, an `xt::xtensor` or a strided view of one.
/// The array must not move its memory or end while the tensor is used.
template <class Array>
Tensor from_xtensor(xt::xexpression<Array>& array, Where where = {}) {
  return detail::tensor_on(array.derived_cast(), {}, where);
}

/// Returns a tensor that owns the array and its memory.
template <class Array>
Tensor from_xtensor(xt::xexpression<Array>&& array, Where where = {}) {
  const auto owned = std::make_shared<Array>(std::move(array.derived_cast()));
  return detail::tensor_on(
      *owned, [owned] {}, where);
}

}  // namespace retrograd
