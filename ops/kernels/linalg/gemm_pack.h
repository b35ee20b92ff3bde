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
// The most of one of 32 columns: tall tiles prefetch it, and write c less often.
inline constexpr std::int64_t kTallDepth = 344;

// Rows of b in a block, of which a product adds the terms together.
inline std::int64_t block_depth(std::int64_t depth, bool wide) {
  constexpr std::int64_t kStep = 8;
  return wide ? detail::rounded_up(detail::divided_up(depth, detail::divided_up(depth, kTallDepth)),
                                   kStep)
              : kDepth;
}

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
  for (std::int64_t k = 0; depth >= kStep && k < depth; k += kStep) {
    k = std::min(k, depth - kStep);  // the last block may hold some of the one before
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
  for (std::int64_t k = 0; depth < kStep && k < depth; ++k) {
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

template <class T, std::size_t kBytes, std::int64_t kCount>
[[gnu::always_inline]] inline void copy_tile_row(T* to, const T* from) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  constexpr std::int64_t kWhole = kCount / kLanes * kLanes;
#pragma GCC unroll 3
  for (std::int64_t j = 0; j < kWhole; j += kLanes) {
    typename Vectors<T, kBytes>::Vector values;
    load<T, kBytes>(from + j, values);
    std::memcpy(to + j, &values, sizeof values);
  }
  std::memcpy(to + kWhole, from + kWhole, (kCount - kWhole) * sizeof(T));
}

// Of from (depth, kTiles * kTile), tiles of kTile columns, each row by row. Several at once read
// whole lines of memory, one behind another.
template <class T, std::size_t kBytes, std::int64_t kTile, std::int64_t kTiles>
[[gnu::always_inline]] inline void pack_group(const T* from, std::int64_t from_row,
                                              std::int64_t depth, T* to) {
  constexpr auto kLine = static_cast<std::int64_t>(64 / sizeof(T));
  constexpr std::int64_t kAhead = 8;
  for (std::int64_t k = 0; k < depth; ++k, from += from_row, to += kTile) {
#pragma GCC unroll 8
    for (std::int64_t j = 0; j < kTiles * kTile; j += kLine) {
      __builtin_prefetch(from + kAhead * from_row + j);
    }
#pragma GCC unroll 4
    for (std::int64_t tile = 0; tile < kTiles; ++tile) {
      copy_tile_row<T, kBytes, kTile>(to + tile * depth * kTile, from + tile * kTile);
    }
  }
}

// Of from (depth, count), all whole tiles of kTile columns. Returns the columns in them.
template <class T, std::size_t kBytes, std::int64_t kTile>
[[gnu::always_inline]] inline std::int64_t pack_tiles(const T* from, std::int64_t from_row,
                                                      std::int64_t count, std::int64_t depth,
                                                      T* to) {
  constexpr std::int64_t kTiles = 4;
  std::int64_t first = 0;
  for (; first + kTiles * kTile <= count; first += kTiles * kTile) {
    pack_group<T, kBytes, kTile, kTiles>(from + first, from_row, depth, to + first * depth);
  }
  for (; first + kTile <= count; first += kTile) {
    pack_group<T, kBytes, kTile, 1>(from + first, from_row, depth, to + first * depth);
  }
  return first;
}

// Vectors of b that tiles read together.
struct PanelRange {
  std::int64_t first;
  std::int64_t count;
};
// `most` vectors a panel, or twice two at the end where one would be left of three. Loops over
// panels are plain ones: lambdas in them are not always compiled for the instructions of their
// caller.
inline std::int64_t panels_of(std::int64_t vectors, std::int64_t most) {
  return detail::divided_up(vectors, most);
}
[[gnu::always_inline]] inline PanelRange panel_at(std::int64_t i, std::int64_t vectors,
                                                  std::int64_t most) {
  const std::int64_t panels = (vectors + most - 1) / most;
  if (most == 3 && vectors % most == 1 && vectors > 1 && i >= panels - 2) {
    return {most * (panels - 2) + 2 * (i - panels + 2), 2};
  }
  return {most * i, std::min(vectors - most * i, most)};
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

// Tiles of `tall` rows of a, which leave no row or at least four: two rows take the time of four.
// Returns the rows in them. Two elements behind the last are written too.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline std::int64_t pack_tall(std::int64_t rows, std::int64_t depth,
                                                     Matrix<T> a, T* to) {
  constexpr std::int64_t kTall = Vectors<T, kBytes>::tall;
  constexpr std::size_t kHalf = 8;
  constexpr auto kFirst = static_cast<std::int64_t>(kHalf);
  const std::int64_t left = rows % kTall;
  const std::int64_t packed = rows - left - (rows > kTall && (left == 1 || left == 2) ? kTall : 0);
  if (a.transposed) {
    return pack_tiles<T, kBytes, kTall>(a.data, a.row_stride, packed, depth, to);
  }
  for (std::int64_t i = 0; i < packed; i += kTall) {
    const T* const from = a.data + i * a.row_stride;
    T* const own = to + i * depth;
    // Its zeros go where the first rows are written then.
    pack_transposed<T, kHalf>(from + kFirst * a.row_stride, a.row_stride, kTall - kFirst, depth,
                              own + kFirst, kTall);
    pack_transposed<T, kHalf>(from, a.row_stride, kFirst, depth, own, kTall);
  }
  return packed;
}

// The left side that tiles multiply, packed into `scratch` where there is some: all of a transposed
// a, and of another one what tall tiles hold.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline Left<T> left_side(std::int64_t rows, std::int64_t depth, Matrix<T> a,
                                                bool tall, T* scratch) {
  constexpr std::int64_t kTile = Vectors<T, kBytes>::rows;
  std::int64_t packed = 0;
  if constexpr (Vectors<T, kBytes>::tall > 0) {
    packed = tall ? pack_tall<T, kBytes>(rows, depth, a, scratch) : 0;
  }
  const Matrix<T> rest = a.from_row(packed);
  if (scratch != nullptr && a.transposed) {
    T* const own = scratch + packed * depth;
    const std::int64_t count = rows - packed;
    const std::int64_t whole =
        pack_tiles<T, kBytes, kTile>(rest.data, rest.row_stride, count, depth, own);
    if (whole < count) {
      pack_rows<T, kTile * sizeof(T), 1>(rest.data + whole, rest.row_stride, count - whole, depth,
                                         own + whole * depth);
    }
    return {scratch, packed, {own, 1, kTile, kTile * depth}};
  }
  return {scratch, packed,
          a.transposed ? Rows<T>{rest.data, 1, a.row_stride, kTile}
                       : Rows<T>{rest.data, a.row_stride, 1, kTile * a.row_stride}};
}

// Panels begin to end - 1 of b (depth, columns) as they are stored: in blocks of `block` rows, each
// panel after panel, of `most` vectors. The panels of all blocks are counted on.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline void pack_panels(std::int64_t begin, std::int64_t end,
                                               std::int64_t most, std::int64_t block,
                                               std::int64_t columns, std::int64_t depth,
                                               Matrix<T> b, T* to) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  constexpr std::int64_t kGroup = 4;
  const std::int64_t vectors = detail::divided_up(columns, kLanes);
  const std::int64_t panels = panels_of(vectors, most);
  // The last two panels may be narrower.
  const std::int64_t whole = b.transposed ? 0 : columns / (most * kLanes) - 1;
  for (std::int64_t i = begin; i < end;) {
    const std::int64_t at = i / panels * block;
    const std::int64_t own_depth = std::min(block, depth - at);
    const PanelRange panel = panel_at(i % panels, vectors, most);
    const Matrix<T> from = b.from_row(at);
    T* const own = to + (at * vectors + panel.first * own_depth) * kLanes;
    if (i % panels + kGroup > whole || i + kGroup > end) {
      pack_panel<T, kBytes>(panel, columns, own_depth, from, own);
      ++i;
      continue;
    }
    const T* const first = from.data + panel.first * kLanes;
    if (most == kMostVectors) {
      pack_group<T, kBytes, kMostVectors * kLanes, kGroup>(first, b.row_stride, own_depth, own);
    } else {
      pack_group<T, kBytes, kTallVectors * kLanes, kGroup>(first, b.row_stride, own_depth, own);
    }
    i += kGroup;
  }
}

}  // namespace retrograd::kernels::gemm_tile
