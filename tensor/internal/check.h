// Checks that operators make before anything is computed. Internal.
#pragma once

#include <cstdint>
#include <initializer_list>

#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/error.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/message.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::check {

// Throws E: "op: text", the values in it, the tensors below, and the code that ends the text.
//   refuse<IndexError>(call, {{"input", x}}, "dimension {} of {} [dim-out-of-range]", d, rank);
template <class E, class... Values>
[[noreturn, gnu::noinline, gnu::cold]] void refuse(Caller caller,
                                                   std::initializer_list<ErrorArgument> tensors,
                                                   Text<sizeof...(Values)> text,
                                                   const Values&... values) {
  fail<E>(caller.title().c_str(), caller.where(), filled(text.view(), {Part(values)...}), tensors);
}
// The same unless `holds`.
template <class E, class... Values>
[[gnu::always_inline]] inline void require(Caller caller, bool holds,
                                           std::initializer_list<ErrorArgument> tensors,
                                           Text<sizeof...(Values)> text, const Values&... values) {
  if (!holds) [[unlikely]] {
    refuse<E>(caller, tensors, text, values...);
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
