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
inline constexpr int kTallVectors = 2;

// How vectors of kBytes hold a tile of `rows` rows and kMostVectors vectors: in all but four of 32
// registers with AVX-512, of 16 without. With AVX-512 a tile of `tall` packed rows and kTallVectors
// vectors leaves room for rows of a in the first cache, beside a panel of b.
template <class T, std::size_t kBytes>
struct Vectors {
  using Vector [[gnu::vector_size(kBytes)]] = T;
  static constexpr std::int64_t lanes = kBytes / sizeof(T);
#ifdef __clang__  // version 14 keeps some sums of eight rows in memory
  static constexpr int rows = 4;
  static constexpr int tall = 0;
#else
  static constexpr int rows = kBytes == 64 ? 8 : 4;
  static constexpr int tall = kBytes == 64 ? 14 : 0;
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

// The left side of a product: packed tiles of Vectors::tall rows, one behind another, then the
// rest.
template <class T>
struct Left {
  const T* tall;
  std::int64_t tall_rows;
  Rows<T> rest;
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

// The first kWritten vectors of each row.
template <class T, std::size_t kBytes, int kRows, int kVectors, int kWritten>
[[gnu::always_inline]] inline void write_vectors(
    typename Vectors<T, kBytes>::Vector (&sums)[kRows][kVectors], Columns<T> c) {
#pragma GCC unroll 14
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 3
    for (int v = 0; v < kWritten; ++v) {
      T* const own = c.at + i * c.row + v * Vectors<T, kBytes>::lanes;
      if (c.added) {
        typename Vectors<T, kBytes>::Vector old;
        load<T, kBytes>(own, old);
        sums[i][v] += old;
      }
      std::memcpy(own, &sums[i][v], sizeof sums[i][v]);
    }
  }
}

// Writes count < 2 * kMost values, a power of two at a time.
template <class T, std::int64_t kMost>
[[gnu::always_inline]] inline void write_few(T* __restrict to, const T* __restrict from,
                                             std::int64_t count, bool added) {
  if constexpr (kMost > 0) {
    if ((count & kMost) != 0) {
      if (added) {
        for (std::int64_t j = 0; j < kMost; ++j) {
          to[j] += from[j];
        }
      } else {
        std::memcpy(to, from, kMost * sizeof(T));
      }
      to += kMost;
      from += kMost;
    }
    write_few<T, kMost / 2>(to, from, count, added);
  }
}

// Writes what c has of a last vector of each row.
template <class T, std::int64_t kLanes>
[[gnu::always_inline]] inline void write_part(const T* last, std::int64_t rows, Columns<T> c) {
#pragma GCC unroll 1
  for (std::int64_t i = 0; i < rows; ++i) {
    write_few<T, kLanes / 2>(c.at + i * c.row, last + i * kLanes, c.count, c.added);
  }
}

template <class T, std::size_t kBytes, int kRows, int kVectors>
[[gnu::always_inline]] inline void write_tile(
    typename Vectors<T, kBytes>::Vector (&sums)[kRows][kVectors], Columns<T> c) {
  constexpr std::int64_t kLanes = Vectors<T, kBytes>::lanes;
  if (c.count == kVectors * kLanes) {
    write_vectors<T, kBytes, kRows, kVectors, kVectors>(sums, c);
    return;
  }
  constexpr int kWhole = kVectors - 1;
  alignas(kBytes) T last[kRows * kLanes];
#pragma GCC unroll 14
  for (int i = 0; i < kRows; ++i) {
    std::memcpy(last + i * kLanes, &sums[i][kWhole], kBytes);
  }
  write_vectors<T, kBytes, kRows, kVectors, kWhole>(sums, c);
  constexpr std::int64_t kFirst = kWhole * kLanes;
  write_part<T, kLanes>(last, kRows, {c.at + kFirst, c.row, c.count - kFirst, c.added});
}

template <class T, std::size_t kBytes, int kVectors>
[[gnu::always_inline]] inline void prefetch_row(const T* from) {
  constexpr int kWrite = 1;
#pragma GCC unroll 3
  for (int v = 0; v < kVectors; ++v) {
    __builtin_prefetch(from + v * Vectors<T, kBytes>::lanes, kWrite);
  }
}

// c (kRows, columns) = a . b, or c + a . b, of a panel of kVectors vectors.
template <class T, std::size_t kBytes, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply(std::int64_t depth, Rows<T> a, Panel<T> b,
                                            Columns<T> c) {
  using V = Vectors<T, kBytes>;
  using Vector = typename V::Vector;
  // The last steps prefetch c, a row each: sooner, b would drive it out of the first cache, and all
  // rows at once would keep b waiting.
  constexpr std::int64_t kSteps = 4;
  constexpr std::int64_t kLast = kRows * kSteps;
  constexpr std::int64_t kAhead = 16;
  Vector sums[kRows][kVectors] = {};
  const T* next = c.at;
  const bool late = depth >= 4 * kLast;
  if (!late) {
    for (int i = 0; i < kRows; ++i) {
      prefetch_row<T, kBytes, kVectors>(c.at + i * c.row);
    }
  }
  for (std::int64_t left = depth; left > 0;) {
    std::int64_t steps = left;
    if (late) {
      if (left > kLast) {
        steps = left - kLast;
      } else {
        prefetch_row<T, kBytes, kVectors>(next);
        next += c.row;
        steps = kSteps;
      }
    }
    left -= steps;
    for (; steps > 0; --steps) {
      Vector right[kVectors];
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) {
        load<T, kBytes>(b.at + v * V::lanes, right[v]);
        if constexpr (kRows == V::tall) {
          __builtin_prefetch(b.at + kAhead * b.step + v * V::lanes);
        }
      }
      if constexpr (kRows == V::tall) {
        __builtin_prefetch(a.at + kAhead / 2 * a.step);
      }
      b.at += b.step;
#pragma GCC unroll 14
      for (int i = 0; i < kRows; ++i) {
        const Vector value = a.at[i * a.row] - Vector{};
#pragma GCC unroll 3
        for (int v = 0; v < kVectors; ++v) {
          sums[i][v] += value * right[v];
        }
      }
      a.at += a.step;
    }
  }
  write_tile<T, kBytes, kRows, kVectors>(sums, c);
}

template <class T, std::size_t kBytes, int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply_next(std::int64_t& rows, std::int64_t depth, Rows<T>& a,
                                                 Panel<T> b, Columns<T>& c) {
  multiply<T, kBytes, kRows, kVectors>(depth, a, b, c);
  rows -= kRows;
  a.at += kRows == Vectors<T, kBytes>::rows ? a.tile : kRows * a.row;
  c.at += kRows * c.row;
}

// All rows of `left` and one panel.
template <class T, std::size_t kBytes, int kVectors>
[[gnu::always_inline]] inline void multiply_panel(std::int64_t rows, std::int64_t depth,
                                                  Left<T> left, Panel<T> b, Columns<T> c) {
  constexpr int kTile = Vectors<T, kBytes>::rows;
  constexpr int kTall = Vectors<T, kBytes>::tall;
  if constexpr (kTall > 0 && kVectors <= kTallVectors) {
    for (std::int64_t i = 0; i < left.tall_rows; i += kTall) {
      multiply<T, kBytes, kTall, kVectors>(depth, {left.tall + i * depth, 1, kTall, 0}, b, c);
      c.at += kTall * c.row;
    }
  }
  rows -= left.tall_rows;
  Rows<T> a = left.rest;
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
