// Transposed copies. Internal.
#pragma once

#include <cstddef>
#include <cstdint>

namespace retrograd::detail {

// to[r * to_step + c] = from[r + c * from_step] for r < rows and c < columns; elements of
// `item_size` bytes: 1, 2, 4 or 8. Large: of a result that no cache will hold.
void transpose(std::size_t item_size, void* to, std::int64_t to_step, const void* from,
               std::int64_t from_step, std::int64_t rows, std::int64_t columns, bool large);

}  // namespace retrograd::detail
