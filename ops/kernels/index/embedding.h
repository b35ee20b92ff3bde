// Rows of a table by index: checked by the caller.
#pragma once

#include <cstdint>

#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// No row.
inline constexpr std::int64_t kNone = -1;

// Rows of `table` (count, width) under the shape of `indices` with width at the end; zeros for the
// index `skipped`.
Tensor take_rows(const Tensor& table, const Tensor& indices, std::int64_t skipped);
// (count, width): row indices[i] is the sum of rows[i] over i; 0 for row `skipped`.
Tensor sum_rows(const Tensor& rows, const Tensor& indices, std::int64_t count,
                std::int64_t skipped);

}  // namespace retrograd::kernels
