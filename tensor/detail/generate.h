// Making a tensor element by element. Internal.
#pragma once

#include <cstdint>
#include <utility>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/current_operator.h>

namespace retrograd::detail {

inline Tensor fresh(const char* op, const Shape& shape, DType dtype, Where where) {
  checked_numel(op, shape, dtype, where);
  begin_operator(op, where);
  return empty_tensor(shape, dtype, where);
}

inline Tensor finish(Tensor result, const TensorOptions& options, Where where) {
  if (options.requires_grad) {
    result.set_requires_grad(true, where);
  }
  return result;
}

// A new row-major tensor whose element i is value(i), converted.
template <class Value>
Tensor generate(const char* op, const Shape& shape, DType dtype, const TensorOptions& options,
                Where where, Value&& value) {
  Tensor result = fresh(op, shape, dtype, where);
  for_dtype(dtype, [&]<class T>() {
    T* out = result.raw<T>();
    for (std::int64_t i = 0; i < result.numel(); ++i) {
      out[i] = value.template operator()<T>(i);
    }
  });
  return finish(std::move(result), options, where);
}

}  // namespace retrograd::detail
