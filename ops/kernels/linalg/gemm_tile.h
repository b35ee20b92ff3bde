// What a product of matrices does in registers. Internal.
//
// K. Goto and R. van de Geijn, "Anatomy of high-performance matrix multiplication", 2008: a tile of
// the product stays in registers while a panel of b, packed so that it is read from front to back,
// passes by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace retrograd::kernels::gemm_tile {

// The vectors that a panel of b has at most.
inline constexpr int kMostVectors = 3;

// How vectors of kBytes hold a tile of `rows` rows and kMostVectors vectors: in all but four of 32
// registers with AVX-512, of 16 without.
template <class T, std::size_t kBytes>
struct Vectors {
  using Vector [[gnu::vector_size(kBytes)]] = T;
  static constexpr std::int64_t lanes = kBytes / sizeof(T);
#ifdef __clang__  // version 14 keeps some sums of eight rows in memory
  static constexpr int rows = 4;
#else
  static constexpr int rows = kBytes == 64 ? 8 : 4;
#endif
};

// Into one vector: GCC copies several in smaller parts.
template <class T, std::size_t kBytes>
[[gnu::always_inline]] inline void load(const T* from,
                                        typename Vectors<T, kBytes>::Vector& vector) {
  std::memcpy(&vector, from, sizeof vector);
}

// The rows of a that tiles multiply: element (i, k) of a tile is at[i * row + k * step], the next
// tile begins at at[tile].
template <class T>
struct Rows {
  const T* at;
  std::int64_t row;
  std::int64_t step;
  std::int64_t tile;
};

// The columns of c that a tile writes, of which the last vector may have fewer.
template <class T>
struct Columns {
  T* at;
  std::int64_t row;
  std::int64_t count;
  bool added;  // to what is there
};

// A panel of b: row k, some whole vectors, is at[k * step].
template <class T>
struct Panel {
  const T* at;
  std::int64_t step;
};

// Copies count < 2 * kMost values, a power of two at a time.
template <class T, std::size_t kMost>
[[gnu::always_inline]] inline void copy_few(T* to, const T* from, std::int64_t count) {
  if constexpr (kMost > 0) {
    if ((count & static_cast<std::int64_t>(kMost)) != 0) {
      std::memcpy(to, from, kMost * sizeof(T));
      to += kMost;
      from += kMost;
    }
    copy_few<T, kMost / 2>(to, from, count);
  }
}

// The largest power of two below the width of a tile.
template <std::int64_t kWidth, std::int64_t kLanes>
inline constexpr auto kFew = static_cast<std::size_t>(kWidth > 2 * kLanes ? 2 * kLanes
                                                                          : kWidth / 2);

// c (kRows, columns) = a . b, or c + a . b, of a panel of kVectors vectors.
template <class T, std::size_t kBytes, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply(std::int64_t depth, Rows<T> a, Panel<T> b,
                                            Columns<T> c) {
  using V = Vectors<T, kBytes>;
  using Vector = typename V::Vector;
  constexpr std::int64_t kWidth = kVectors * V::lanes;
  Vector sums[kRows][kVectors] = {};
  for (int i = 0; i < kRows; ++i) {  // it will have come when the sums are ready
    for (int v = 0; v < kVectors; ++v) {
      __builtin_prefetch(c.at + i * c.row + v * V::lanes, 1);
    }
  }
  for (std::int64_t k = 0; k < depth; ++k) {
    Vector right[kVectors];
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      load<T, kBytes>(b.at + v * V::lanes, right[v]);
    }
    b.at += b.step;
#pragma GCC unroll 8
    for (int i = 0; i < kRows; ++i) {
      const Vector left = a.at[i * a.row] - Vector{};
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) {
        sums[i][v] += left * right[v];
      }
    }
    a.at += a.step;
  }
  // A last vector that is not whole goes through a tile of its own.
  alignas(kBytes) T tile[kRows * kWidth];
  const bool whole = c.count == kWidth;
  if (!whole && c.added) {
    for (int i = 0; i < kRows; ++i) {
      copy_few<T, kFew<kWidth, V::lanes>>(tile + i * kWidth, c.at + i * c.row, c.count);
    }
  }
  const Columns<T> to = whole ? c : Columns<T>{tile, kWidth, kWidth, c.added};
#pragma GCC unroll 8
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      T* const own = to.at + i * to.row + v * V::lanes;
      if (to.added) {
        Vector old;
        load<T, kBytes>(own, old);
        sums[i][v] += old;
      }
      std::memcpy(own, &sums[i][v], sizeof(Vector));
    }
  }
  if (!whole) {
    for (int i = 0; i < kRows; ++i) {
      copy_few<T, kFew<kWidth, V::lanes>>(c.at + i * c.row, tile + i * kWidth, c.count);
    }
  }
}

template <class T, std::size_t kBytes, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_next(std::int64_t& rows, std::int64_t depth, Rows<T>& a,
                                                 Panel<T> b, Columns<T>& c) {
  multiply<T, kBytes, kRows, kVectors>(depth, a, b, c);
  rows -= kRows;
  a.at += kRows == Vectors<T, kBytes>::rows ? a.tile : kRows * a.row;
  c.at += kRows * c.row;
}

// All rows of `a` and one panel.
template <class T, std::size_t kBytes, int kVectors>
[[gnu::always_inline]] inline void multiply_panel(std::int64_t rows, std::int64_t depth, Rows<T> a,
                                                  Panel<T> b, Columns<T> c) {
  constexpr int kTile = Vectors<T, kBytes>::rows;
  while (rows >= kTile) {
    multiply_next<T, kBytes, kTile, kVectors>(rows, depth, a, b, c);
  }
  if (kTile > 4 && rows >= 4) {
    multiply_next<T, kBytes, 4, kVectors>(rows, depth, a, b, c);
  }
  if (rows >= 2) {
    multiply_next<T, kBytes, 2, kVectors>(rows, depth, a, b, c);
  }
  if (rows == 1) {
    multiply_next<T, kBytes, 1, kVectors>(rows, depth, a, b, c);
  }
}

}  // namespace retrograd::kernels::gemm_tile
