// Sums of parts. Internal.
#pragma once

#include <cstdint>

#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

// Adds `parts` parts of `size` values, which lie one behind the other, into the first: neighbours,
// then the sums of neighbours, and so on. The sum of n parts then has log2(n) roundings, and the
// same ones however the elements are shared between threads.
template <class T>
void add_in_tree(T* values, std::int64_t parts, std::int64_t size) {
  parallel_ranges(size, kGrain / std::max<std::int64_t>(parts, 1) + 1,
                  [&](std::int64_t begin, std::int64_t end) {
                    // Blocks that stay in the first cache while all parts are added.
                    constexpr std::int64_t kBlock = 512;
                    for (std::int64_t first = begin; first < end; first += kBlock) {
                      const std::int64_t last = std::min(first + kBlock, end);
                      for (std::int64_t gap = 1; gap < parts; gap *= 2) {
                        for (std::int64_t part = 0; part + gap < parts; part += 2 * gap) {
                          T* const to = values + part * size;
                          const T* const from = to + gap * size;
#pragma omp simd
                          for (std::int64_t i = first; i < last; ++i) {
                            to[i] += from[i];
                          }
                        }
                      }
                    }
                  });
}

}  // namespace retrograd::kernels
