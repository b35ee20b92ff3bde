// Sliding windows along one dimension.
#pragma once

#include <cstdint>

namespace retrograd::kernels {

// The taps of a window that lie inside the input: first <= k < last.
struct Taps {
  std::int64_t first;
  std::int64_t last;
};

// A window of `kernel` taps, `dilation` apart, whose tap 0 lies at `start`, over `size` positions.
inline Taps taps_inside(std::int64_t start, std::int64_t kernel, std::int64_t dilation,
                        std::int64_t size) noexcept {
  Taps taps{0, kernel};
  if (start < 0) {
    taps.first = (-start + dilation - 1) / dilation;
  }
  if (start + (kernel - 1) * dilation >= size) {
    taps.last = start >= size ? 0 : (size - start + dilation - 1) / dilation;
  }
  taps.first = taps.first < taps.last ? taps.first : taps.last;
  return taps;
}

}  // namespace retrograd::kernels
