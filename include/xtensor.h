/// @file
/// Tensors as xtensor arrays and back, without copying, and tensors of xtensor expressions: an
/// optional header, because it needs xtensor.
/// Include it, or `<retrograd/xtensor_shim.h>`, before any header of xtensor.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include <retrograd/tensor/frame.h>
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
    fail<DTypeError>(
        "as_xtensor", where,
        std::string("asked for a view of ") + name(dtype_of<T>()) + " elements [dtype-unexpected]",
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

// Whether the expression has strided memory that can be written to.
template <class E>
concept HasMemory = requires(E& expression) {
  *expression.data() = *expression.data();
  expression.strides();
  expression.data_offset();
};

// A shape or strides of xtensor's, as a Shape or Strides.
template <class Ours, class Theirs>
Ours sizes_of(const Theirs& sizes) {
  Ours result;
  for (const auto size : sizes) {
    result.push_back(static_cast<std::int64_t>(size));
  }
  return result;
}

template <class E>
Tensor tensor_on(E& expression, std::function<void()> free, Where where) {
  return from_blob(expression.data() + expression.data_offset(),
                   sizes_of<Shape>(expression.shape()), sizes_of<Strides>(expression.strides()),
                   dtype_of<typename E::value_type>(), std::move(free), where);
}

// The shapes of all operands of a function of functions, for messages.
template <class E>
std::string operand_shapes(const E& expression) {
  if constexpr (requires { expression.arguments(); }) {
    std::string result;
    const auto add = [&](const auto& operand) {
      result += (result.empty() ? "" : ", ") + operand_shapes(operand);
    };
    std::apply([&](const auto&... operands) { (add(operands), ...); }, expression.arguments());
    return result;
  } else {
    return to_string(sizes_of<Shape>(expression.shape()));
  }
}

// Whether E reduces lazily and keeps reduced dimensions.
template <class E>
struct KeepsDims : std::false_type {};
template <class Reduce, class E, class Axes, class Options>
struct KeepsDims<xt::xreducer<Reduce, E, Axes, Options>> : Options::keep_dims {};

// xtensor reads wrong elements of such a reducer where it is broadcast.
template <class E>
void require_readable(const E& expression, const Shape& shape, Where where) {
  if constexpr (requires { expression.arguments(); }) {
    std::apply([&](const auto&... operands) { (require_readable(operands, shape, where), ...); },
               expression.arguments());
  } else if constexpr (KeepsDims<E>::value) {
    const Shape kept = sizes_of<Shape>(expression.shape());
    if (kept != shape) {
      fail<ValueError>("from_xtensor", where,
                       "a lazy reducer with xt::keep_dims is broadcast from " + to_string(kept) +
                           " to " + to_string(shape) +
                           "; write xt::keep_dims | xt::evaluation_strategy::immediate "
                           "[reducer-lazy]");
    }
  }
}

template <class E>
Tensor evaluated(const E& expression, Where where) {
  using T = typename E::value_type;
  const Frame call("from_xtensor", where);
  Shape shape;
  try {
    shape = sizes_of<Shape>(expression.shape());
  } catch (const xt::broadcast_error&) {  // whose text has no shapes in a release build
    fail<ShapeError>(
        "from_xtensor", where,
        "operands of shapes " + operand_shapes(expression) + " do not broadcast [shapes-differ]");
  }
  require_readable(expression, shape, where);
  Tensor result = empty_tensor(shape, dtype_of<T>(), where);
  xt::noalias(xt::adapt(result.raw<T>(), static_cast<std::size_t>(result.numel()),
                        xt::no_ownership(),
                        xt::dynamic_shape<std::size_t>(shape.begin(), shape.end()))) = expression;
  return result;
}

}  // namespace detail

/// Returns a tensor on the memory of an xt::xarray, an xt::xtensor or a strided view of one. The
/// memory must outlive the tensor. A lazy expression is evaluated, as in the next overload.
/// Value types without a dtype do not compile; `xt::cast<float>(expression)` has one.
template <class E>
Tensor from_xtensor(xt::xexpression<E>& expression, Where where = {}) {
  if constexpr (detail::HasMemory<E>) {
    return detail::tensor_on(expression.derived_cast(), {}, where);
  } else {
    return detail::evaluated(expression.derived_cast(), where);
  }
}

/// Returns a contiguous tensor of the expression's values, in memory of the library.
/// @throws ShapeError if operands do not broadcast.
/// @throws ValueError if a reducer with `xt::keep_dims` is broadcast, but not evaluated first by
/// `xt::keep_dims | xt::evaluation_strategy::immediate`: xtensor reads wrong elements of it.
template <class E>
Tensor from_xtensor(const xt::xexpression<E>& expression, Where where = {}) {
  return detail::evaluated(expression.derived_cast(), where);
}

/// Returns a tensor that takes over an array, or a strided view with the memory that it refers to.
/// A lazy expression is evaluated, and so is a view with negative strides, which no tensor has.
template <class E>
Tensor from_xtensor(xt::xexpression<E>&& expression, Where where = {}) {
  if constexpr (detail::HasMemory<E>) {
    const auto& strides = expression.derived_cast().strides();
    if (std::all_of(strides.begin(), strides.end(), [](auto stride) { return stride >= 0; })) {
      const auto owned = std::make_shared<E>(std::move(expression.derived_cast()));
      return detail::tensor_on(
          *owned, [owned] {}, where);
    }
  }
  return detail::evaluated(expression.derived_cast(), where);
}

}  // namespace retrograd
