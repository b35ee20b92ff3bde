// Checks that operators make before anything is computed. Internal.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>

#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::check {

// A value in a message: a number with all its digits, a text, a shape.
class Part {
 public:
  template <std::integral T>
  Part(T value) noexcept
      : kind_(Kind::integer), integer_(static_cast<std::int64_t>(value)) {}           // NOLINT
  Part(double value) noexcept : kind_(Kind::floating), floating_(value) {}            // NOLINT
  Part(const char* text) noexcept : kind_(Kind::text), text_(text) {}                 // NOLINT
  Part(const std::string& text) noexcept : kind_(Kind::text), text_(text.c_str()) {}  // NOLINT
  Part(const Dims& dims) noexcept : kind_(Kind::dims), dims_(&dims) {}                // NOLINT
  std::string text() const;

 private:
  enum class Kind : std::uint8_t { integer, floating, text, dims };
  Kind kind_;
  union {
    std::int64_t integer_;
    double floating_;
    const char* text_;
    const Dims* dims_;
  };
};

// The text with each {} replaced by the next value.
std::string filled(const char* text, std::initializer_list<Part> values);

// Throws E: "op: text", the values in it, and the tensors below.
//   refuse<ShapeError>(call, {{"input", x}}, "dimension {} has length {}", d, length);
template <class E, class... Values>
[[noreturn, gnu::noinline, gnu::cold]] void refuse(const Frame& call,
                                                   std::initializer_list<ErrorArgument> tensors,
                                                   const char* text, const Values&... values) {
  fail<E>(call, filled(text, {Part(values)...}), tensors);
}
// The same unless `holds`.
template <class E, class... Values>
[[gnu::always_inline]] inline void require(const Frame& call, bool holds,
                                           std::initializer_list<ErrorArgument> tensors,
                                           const char* text, const Values&... values) {
  if (!holds) [[unlikely]] {
    refuse<E>(call, tensors, text, values...);
  }
}

void defined(const Frame& call, const char* name, const Tensor& x);
// float32, float64 or bfloat16.
void floating(const Frame& call, const Tensor& x, const char* name = "input");
void dtype(const Frame& call, const char* name, const Tensor& x, DType wanted);
void same_dtype(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b);
void same_shape(const Frame& call, const char* name_a, const Tensor& a, const char* name_b,
                const Tensor& b);
// A ShapeError for results of more dimensions than tensors can have.
void rank(const Frame& call, std::size_t rank, const Tensor& x);
// A dimension from 0 on.
std::size_t dim(const Frame& call, const Tensor& x, std::int64_t dim);
// The listed dimensions, all for none. Throws IndexError for one that is named twice.
detail::DimMask dims(const Frame& call, const Tensor& x, const Dims& dims);

// A dimension from 0 on of a result with `rank` of them.
std::size_t dim_of(const Frame& call, const Tensor& x, std::int64_t dim, std::int64_t rank);
// The number of elements. Throws ShapeError for negative sizes or an overflow.
std::int64_t numel(const Frame& call, const Shape& shape, DType dtype);

}  // namespace retrograd::check
