// Loops over the elements of operands with any strides. Internal.
//
// A loop is compiled for the types that it computes in, and maybe for neighbouring values alone:
// what is stored as another dtype, or lies otherwise, passes through blocks on the stack.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

// The type in which loops see values of type T: floats for bfloat16; bytes for booleans, written as
// true when they are not 0.
template <class T>
struct ElementType : ComputeType<T> {};
template <>
struct ElementType<bool> {
  using type = std::uint8_t;
};
template <class T>
using element_t = typename ElementType<T>::type;

// Calls f.template operator()<element_t<T>>() with the C++ type T of `dtype`.
template <class F>
void for_element_type(DType dtype, F&& f) {
  switch (dtype) {
    case DType::float32:
    case DType::bfloat16: return f.template operator()<float>();
    case DType::float64: return f.template operator()<double>();
    case DType::int64: return f.template operator()<std::int64_t>();
    case DType::uint8:
    case DType::boolean: return f.template operator()<std::uint8_t>();
  }
}

// The same for float32, float64 and bfloat16; the caller has refused the others.
template <class F>
void for_floating_element(DType dtype, F&& f) {
  for_float_or_double(dtype == bfloat16 ? float32 : dtype, f);
}

// Whether one flat loop visits the elements of all operands together.
inline bool is_flat(const Tensor& a) {
  return a.impl().dense;
}
template <class... Rest>
bool is_flat(const Tensor& a, const Rest&... rest) {
  return a.impl().dense && ((rest.impl().dense && rest.strides() == a.strides()) && ...);
}

// A fresh tensor with the layout of `model` if that has no gaps, else row-major.
inline Tensor empty_as(const Tensor& model, DType dtype) {
  return model.impl().dense ? empty_dense(model, dtype) : empty_tensor(model.shape(), dtype);
}

// Of two inputs, the one whose layout the result takes.
inline const Tensor& layout_model(const Tensor& a, const Tensor& b) {
  return a.impl().dense || !b.impl().dense ? a : b;
}

enum class Access : std::uint8_t { read, write, update };

struct Element {
  std::byte* data;
  const Strides* strides;  // none: one value for all elements
  DType stored;
  DType computed;  // as stored, or that of element_t
  Access access;
  bool dense;
};

// An operand that a loop sees as T*.
template <class T>
struct TypedElement : Element {};

template <class T>
TypedElement<T> element(const Tensor& x, Access access) {
  return {{x.raw_bytes(), &x.strides(), x.dtype(), dtype_of<std::remove_const_t<T>>(), access,
           x.impl().dense}};
}
template <class T>
TypedElement<const T> reads(const Tensor& x) {
  return element<const T>(x, Access::read);
}
template <class T>
TypedElement<T> writes(const Tensor& x) {
  return element<T>(x, Access::write);
}
template <class T>
TypedElement<T> updates(const Tensor& x) {
  return element<T>(x, Access::update);
}
template <class T>
TypedElement<const T> repeats(const T& value) {
  auto* const data = reinterpret_cast<std::byte*>(const_cast<T*>(&value));
  return {{data, nullptr, dtype_of<T>(), dtype_of<T>(), Access::read, true}};
}

struct ElementLoop {
  void (*run)(const void* body, std::int64_t n, const std::int64_t* steps, std::byte* const* at);
  const void* body;
  bool any_steps;
};
void run_elementwise(const Shape& shape, std::span<const Element> operands,
                     const ElementLoop& loop);

// What a loop can walk: neighbouring values, or values any number of elements apart.
inline constexpr bool kNeighbours = false;
inline constexpr bool kAnySteps = true;

// Calls body(n, steps, first...) for parts of the elements, maybe in several threads: n values of
// each operand, steps[k] apart from `first` on. The first operand is written. Operands are the same
// memory or do not overlap. body must not throw.
template <bool any_steps, class Body, class... T>
void elementwise(const Shape& shape, const Body& body, const TypedElement<T>&... operands) {
  // A single number: the rest would take longer than computing.
  const bool one = std::all_of(shape.begin(), shape.end(), [](std::int64_t n) { return n == 1; });
  if (one && ((operands.stored == operands.computed) && ...)) {
    static constexpr std::array<std::int64_t, sizeof...(T)> kSteps = [] {
      std::array<std::int64_t, sizeof...(T)> steps{};
      steps.fill(1);
      return steps;
    }();
    body(1, kSteps.data(), reinterpret_cast<T*>(operands.data)...);
    return;
  }
  const auto run = [](const void* f, std::int64_t n, const std::int64_t* steps,
                      std::byte* const* at) {
    [&]<std::size_t... k>(std::index_sequence<k...>) {
      (*static_cast<const Body*>(f))(n, steps, reinterpret_cast<T*>(at[k])...);
    }
    (std::index_sequence_for<T...>());
  };
  const std::array<Element, sizeof...(T)> list{operands...};
  run_elementwise(shape, list, {run, &body, any_steps});
}

}  // namespace retrograd::detail
