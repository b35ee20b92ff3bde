// Rows of batches. Internal.
#pragma once

#include <cstddef>
#include <cstdint>

#include <retrograd/data/sample.h>
#include <retrograd/ops/shape.h>

namespace retrograd::detail {

// The first row of part `index` of `count`.
constexpr std::int64_t first_row(std::int64_t rows, std::int64_t index,
                                 std::int64_t count) noexcept {
  return (rows * index + count - 1) / count;
}

// A rank's part of each batch of a loader.
struct Share {
  std::int64_t rank = 0;
  std::int64_t ranks = 1;
};

inline Batch rows_of(const Batch& batch, std::int64_t begin, std::int64_t end) {
  Batch rows;
  rows.rest.resize(batch.rest.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    rows[i] = narrow(batch[i], 0, begin, end - begin);
  }
  return rows;
}

}  // namespace retrograd::detail
