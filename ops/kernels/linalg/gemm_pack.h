// How the sides of a product are copied for gemm_tile.h. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <retrograd/ops/kernels/linalg/gemm.h>
#include <retrograd/ops/kernels/linalg/gemm_tile.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels::gemm_tile {

// Depth of a packed panel: with 48 columns it fills the first cache.
inline constexpr std::int64_t kDepth = 256;

// Transposes kLanes vectors of as many elements, by halves.
template <class T, std::size_t kLanes, std::size_t kStride = kLanes / 2>
[[gnu::always_inline]] inline void transpose(
    typename Vectors<T, kLanes * sizeof(T)>::Vector (&x)[kLanes]) {
  using Vector = typename Vectors<T, kLanes * sizeof(T)>::Vector;
  if constexpr (kStride > 0) {
    [&]<std::size_t... j>(std::index_sequence<j...>) {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < kLanes; ++i) {
        if ((i & kStride) == 0) {
          const Vector low = x[i];
          const Vector high = x[i + kStride];
          x[i] = __builtin_shufflevector(low, high,
                                         ((j & kStride) == 0 ? j : j - kStride + kLanes)...);
          x[i + kStride] = __builtin_shufflevector(
              low, high, ((j & kStride) == 0 ? j + kStride : j + kLanes)...);
        }
      }
    }
    (std::make_index_sequence<kLanes>());
    transpose<T, kLanes, kStride / 2>(x);
  }
}

// to[k * to_row + i] = from[i * from_row + k] for i < count, k < depth, and 0 for i up to kLanes.
template <class T, std::size_t kLanes>
[[gnu::always_inline]] inline void pack_transposed(const T* from, std::int64_t from_row,
                                                   std::int64_t count, std::int64_t depth, T* to,
                                                   std::int64_t to_row) {
  using Vector = typename Vectors<T, kLanes * sizeof(T)>::Vector;
  constexpr auto kStep = static_cast<std::int64_t>(kLanes);
  std::int64_t k = 0;
  for (; k + kStep <= depth; k += kStep) {
    Vector block[kLanes] = {};
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kLanes; ++i) {
      if (static_cast<std::int64_t>(i) < count) {
        load<T, sizeof(Vector)>(from + static_cast<std::int64_t>(i) * from_row + k, block[i]);
      }
    }
    transpose<T, kLanes>(block);
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kLanes; ++i) {
      std::memcpy(to + (k + static_cast<std::int64_t>(i)) * to_row, &block[i], sizeof(Vector));
    }
  }
  for (; k < depth; ++k) {
    for (std::int64_t i = 0; i < kStep; ++i) {
      to[k * to_row + i] = i < count ? from[i * from_row + k] : T{0};
    }
  }
}

// to[k * width + j] = from[k * from_row + j] for j < count, k < depth, and 0 for j up to the width
// of kVectors vectors.
template <class T, std::size_t kBytes, int kVectors>
[[gnu::always_inline]] inline void pack_rows(const T* from, std::int64_t from_row,
                                             std::int64_t count, std::int64_t depth, T* to) {
  using Vector = typename Vectors<T, kBytes>::Vector;
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  constexpr std::int64_t kWidth = kVectors * kLanes;
  constexpr std::int64_t kAhead = 16;
  const bool whole = count == kWidth;
  for (std::int64_t k = 0; k < depth; ++k, from += from_row, to += kWidth) {
    for (int v = 0; v < kVectors; ++v) {
      __builtin_prefetch(from + kAhead * from_row + v * kLanes);
    }
    if (whole) {
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) {
        Vector values;
        load<T, kBytes>(from + v * kLanes, values);
        std::memcpy(to + v * kLanes, &values, sizeof values);
      }
    } else {
      std::memset(to, 0, kWidth * sizeof(T));
      copy_few<T, kFew<kWidth, kLanes>>(to, from, count);
    }
  }
}

// Of from (depth, count), tiles of kTile columns, each row by row, zeros behind the last column.
// Four tiles at once read whole lines, and write to few places.
template <class T, std::size_t kTile>
[[gnu::always_inline]] inline void pack_tiles(const T* from, std::int64_t from_row,
                                              std::int64_t count, std::int64_t depth, T* to) {
  constexpr auto kStep = static_cast<std::int64_t>(kTile);
  constexpr std::int64_t kTiles = 4;
  std::int64_t first = 0;
  for (; first + kTiles * kStep <= count; first += kTiles * kStep) {
    for (std::int64_t k = 0; k < depth; ++k) {
#pragma GCC unroll 4
      for (std::int64_t tile = 0; tile < kTiles; ++tile) {
        std::memcpy(to + first * depth + (tile * depth + k) * kStep,
                    from + k * from_row + first + tile * kStep, kTile * sizeof(T));
      }
    }
  }
  for (; first < count; first += kStep) {
    pack_rows<T, kTile * sizeof(T), 1>(from + first, from_row, std::min(kStep, count - first),
                                       depth, to + first * depth);
  }
}

// Vectors of b that tiles read together.
struct PanelRange {
  std::int64_t first;
  std::int64_t count;
};
// Three vectors a panel, or twice two at the end where one would be left. Loops over panels are
// plain ones: lambdas in them are not always compiled for the instructions of their caller.
inline std::int64_t panels_of(std::int64_t vectors) {
  return detail::divided_up(vectors, kMostVectors);
}
[[gnu::always_inline]] inline PanelRange panel_at(std::int64_t i, std::int64_t vectors) {
  const std::int64_t panels = (vectors + kMostVectors - 1) / kMostVectors;
  if (vectors % kMostVectors == 1 && vectors > 1 && i >= panels - 2) {
    return {kMostVectors * (panels - 2) + 2 * (i - panels + 2), 2};
  }
  return {kMostVectors * i, std::min<std::int64_t>(vectors - kMostVectors * i, kMostVectors)};
}

// A panel of b (depth, columns); zeros behind the last column.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline Panel<T> pack_panel(PanelRange panel, std::int64_t columns,
                                                  std::int64_t depth, Matrix<T> b, T* to) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  const std::int64_t first = panel.first * kLanes;
  const std::int64_t width = panel.count * kLanes;
  if (b.transposed) {
    for (std::int64_t at = 0; at < width; at += kLanes) {
      pack_transposed<T, static_cast<std::size_t>(kLanes)>(
          b.data + (first + at) * b.row_stride, b.row_stride,
          std::min(kLanes, columns - first - at), depth, to + at, width);
    }
  } else {
    const T* const from = b.data + first;
    const std::int64_t count = std::min(width, columns - first);
    if (panel.count == 3) {
      pack_rows<T, kBytes, 3>(from, b.row_stride, count, depth, to);
    } else if (panel.count == 2) {
      pack_rows<T, kBytes, 2>(from, b.row_stride, count, depth, to);
    } else {
      pack_rows<T, kBytes, 1>(from, b.row_stride, count, depth, to);
    }
  }
  return {to, width};
}

// Rows of a that tiles multiply, packed into `scratch` where there is some; a is transposed then.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline Rows<T> left_rows(std::int64_t rows, std::int64_t depth, Matrix<T> a,
                                                T* scratch) {
  constexpr std::int64_t kTile = Vectors<T, kBytes>::rows;
  if (scratch != nullptr) {
    pack_tiles<T, static_cast<std::size_t>(kTile)>(a.data, a.row_stride, rows, depth, scratch);
    return {scratch, 1, kTile, kTile * depth};
  }
  return a.transposed ? Rows<T>{a.data, 1, a.row_stride, kTile}
                      : Rows<T>{a.data, a.row_stride, 1, kTile * a.row_stride};
}

// Panels begin to end - 1 of b (depth, columns) as they are stored: in blocks of kDepth rows, each
// panel after panel. The panels of all blocks are counted on.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline void pack_panels(std::int64_t begin, std::int64_t end,
                                               std::int64_t columns, std::int64_t depth,
                                               Matrix<T> b, T* to) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  const std::int64_t vectors = detail::divided_up(columns, kLanes);
  const std::int64_t panels = panels_of(vectors);
  for (std::int64_t i = begin; i < end; ++i) {
    const std::int64_t at = i / panels * kDepth;
    const std::int64_t own_depth = std::min(kDepth, depth - at);
    const PanelRange panel = panel_at(i % panels, vectors);
    pack_panel<T, kBytes>(panel, columns, own_depth, b.from_row(at),
                          to + (at * vectors + panel.first * own_depth) * kLanes);
  }
}

}  // namespace retrograd::kernels::gemm_tile
