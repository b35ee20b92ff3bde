// Making a tensor element by element. Internal.
#pragma once

#include <cstdint>
#include <utility>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/operation.h>

namespace retrograd::detail {

inline Tensor fresh(const Frame& call, const Shape& shape, DType dtype) {
  check::numel(call, shape, dtype);
  return empty_tensor(shape, dtype);
}

inline Tensor finish(const Operation& call, Tensor result, const TensorOptions& options) {
  if (options.requires_grad) {
    result.set_requires_grad();
  }
  return call.result(std::move(result));
}

// A new row-major tensor whose element i is value(i), converted.
template <class Value>
Tensor generate(const Operation& call, const Shape& shape, DType dtype,
                const TensorOptions& options, Value&& value) {
  Tensor result = fresh(call, shape, dtype);
  for_dtype(dtype, [&]<class T>() {
    T* out = result.raw<T>();
    for (std::int64_t i = 0; i < result.numel(); ++i) {
      out[i] = value.template operator()<T>(i);
    }
  });
  return finish(call, std::move(result), options);
}

}  // namespace retrograd::detail
