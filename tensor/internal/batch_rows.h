// Random numbers of the rows of a batch that are computed apart from the others.
#pragma once

#include <cstdint>
#include <utility>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/dims.h>
#include <retrograd/tensor/random.h>

namespace retrograd::detail {

// Rows `first` to `first + count` of a batch of `total`.
struct BatchRows {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t total = 0;
  const Generator* generator = nullptr;  // whose draws are those of the rows
};

// Under it, tensors that this thread draws from the generator have the numbers that these rows have
// where the whole batch is drawn at once. A tensor counts rows, or a multiple of them, in its first
// dimension. One that does not has numbers that depend on `first`.
class RETROGRAD_API BatchRowsGuard {
 public:
  explicit BatchRowsGuard(BatchRows rows) noexcept;
  ~BatchRowsGuard();
  BatchRowsGuard(const BatchRowsGuard&) = delete;
  BatchRowsGuard& operator=(const BatchRowsGuard&) = delete;

 private:
  BatchRows previous_;
};

// The random numbers of a tensor: element i in row-major order has number `first + i`.
struct Numbers {
  Generator::State start = {0, 0};
  std::uint64_t first = 0;
};

// Reserves the numbers of a tensor. One position of the generator serves `each` elements.
RETROGRAD_API Numbers take_numbers(Generator& generator, const Shape& shape,
                                   std::uint64_t each = 1) noexcept;

}  // namespace retrograd::detail
