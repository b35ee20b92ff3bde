// The values of a tensor in the order of files.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <retrograd/tensor/dispatch.h>
#include <retrograd/tensor/strided.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::detail {

inline std::uint64_t byte_size(const Tensor& tensor) {
  return static_cast<std::uint64_t>(tensor.numel()) * item_size(tensor.dtype());
}

// Calls append(bytes, count) with all values, in pieces. No copy is made of a contiguous tensor.
template <class Append>
void append_row_major(const Tensor& tensor, Append append) {
  for_dtype(tensor.dtype(), [&]<class T>() {
    const T* data = tensor.raw<T>();
    if (tensor.is_contiguous()) {
      append(data, static_cast<std::size_t>(byte_size(tensor)));
      return;
    }
    constexpr std::size_t most = (std::size_t{256} << 10) / sizeof(T);
    const auto values = std::make_unique_for_overwrite<T[]>(most);
    std::size_t count = 0;
    for_each_element(tensor.shape(), tensor.strides(), [&](std::int64_t offset) {
      values[count++] = data[offset];
      if (count == most) {
        append(values.get(), count * sizeof(T));
        count = 0;
      }
    });
    append(values.get(), count * sizeof(T));
  });
}

}  // namespace retrograd::detail
