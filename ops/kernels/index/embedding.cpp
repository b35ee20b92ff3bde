#include <retrograd/ops/kernels/index/embedding.h>

#include <algorithm>
#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/sums.h>
#include <retrograd/ops/kernels/reference_table.h>

namespace retrograd::kernels {

Tensor take_rows(const Tensor& table, const Tensor& indices, std::int64_t skipped) {
  if (const auto reference = reference_of(&ReferenceTable::take_rows)) {
    return reference(table, indices, skipped);
  }
  const Tensor all = as_contiguous(table);
  const Tensor positions = as_contiguous(indices);
  const std::int64_t width = all.shape()[1];
  Shape shape = positions.shape();
  shape.push_back(width);
  Tensor out = empty_tensor(shape, all.dtype());
  const auto bytes = static_cast<std::size_t>(width) * item_size(all.dtype());
  const auto* const at = positions.raw<std::int64_t>();
  for_floating(all.dtype(), [&]<class T>() {
    T* const to = out.raw<T>();
    const T* const from = all.raw<T>();
    parallel_ranges(positions.numel(), kGrain / std::max<std::int64_t>(width, 1) + 1,
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end; ++i) {
                        if (at[i] == skipped) {
                          std::fill_n(to + i * width, width, T{});
                        } else {
                          std::memcpy(to + i * width, from + at[i] * width, bytes);
                        }
                      }
                    });
  });
  return out;
}

Tensor sum_rows(const Tensor& rows, const Tensor& indices, std::int64_t count,
                std::int64_t skipped) {
  if (const auto reference = reference_of(&ReferenceTable::sum_rows)) {
    return reference(rows, indices, count, skipped);
  }
  const Tensor parts = as_contiguous(rows);
  const Tensor positions = as_contiguous(indices);
  const std::int64_t width = parts.shape().back();
  Tensor out = empty_tensor({count, width}, parts.dtype());
  fill(out, 0.0);
  const auto* const at = positions.raw<std::int64_t>();
  const std::int64_t terms = positions.numel();
  add_into(out, 0, parts.numel(), [&]<class Sum, class T>(const Tensor& sums, std::int64_t first) {
    Sum* const to = sums.raw<Sum>();
    const T* const from = parts.raw<T>();
    const std::int64_t rows_here = sums.shape()[0];
    // Threads share the columns: then each sum has one order.
    parallel_ranges(width, kGrain / std::max<std::int64_t>(terms, 1) + 16,
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = 0; i < terms; ++i) {
                        const std::int64_t position = at[i] - first;
                        if (at[i] == skipped || position < 0 || position >= rows_here) {
                          continue;
                        }
                        Sum* const sum = to + position * width;
                        const T* const row = from + i * width;
                        for (std::int64_t c = begin; c < end; ++c) {
                          add_to(sum[c], row[c]);
                        }
                      }
                    });
  });
  return out;
}

}  // namespace retrograd::kernels
