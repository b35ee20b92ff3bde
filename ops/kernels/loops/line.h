// A line of values, read and written as float or double in pieces. Internal.
//
// Pieces of bfloat16 and of other strides pass through a buffer, so that no copy is made. Sums have
// a fixed number of parts, so that they do not depend on the width of vectors.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/tensor/dispatch.h>

namespace retrograd::kernels {

template <class T>
struct Line {
  T* first;
  std::int64_t step;
};

inline constexpr std::int64_t kPiece = 1024;

// Calls f(first, count) for the pieces of n values.
template <class F>
void for_each_piece(std::int64_t n, const F& f) {
  for (std::int64_t first = 0; first < n; first += kPiece) {
    f(first, std::min(kPiece, n - first));
  }
}

// The pieces of a line of T, as values of C side by side.
template <class C, class T>
class Reader {
 public:
  explicit Reader(Line<const T> line) : line_(line) {}

  // Valid until the next call. The values must not have changed between two calls for one piece.
  const C* operator()(std::int64_t first, std::int64_t count) {
    if constexpr (std::is_same_v<C, T>) {
      if (line_.step == 1) {
        return line_.first + first;
      }
    }
    if (first != held_) {
      held_ = first;
      const T* const from = line_.first + first * line_.step;
      if (line_.step == 1) {
        for (std::int64_t i = 0; i < count; ++i) {
          buffer_[i] = convert<C>(from[i]);
        }
      } else {
        for (std::int64_t i = 0; i < count; ++i) {
          buffer_[i] = convert<C>(from[i * line_.step]);
        }
      }
    }
    return buffer_;
  }

 private:
  Line<const T> line_;
  std::int64_t held_ = -1;
  C buffer_[kPiece];
};

// The other way: f(values, first, count) writes a piece.
template <class C, class T, class F>
void write_pieces(Line<T> line, std::int64_t n, const F& f) {
  if constexpr (std::is_same_v<C, T>) {
    if (line.step == 1) {
      for_each_piece(
          n, [&](std::int64_t first, std::int64_t count) { f(line.first + first, first, count); });
      return;
    }
  }
  C buffer[kPiece];
  for_each_piece(n, [&](std::int64_t first, std::int64_t count) {
    f(buffer, first, count);
    T* const to = line.first + first * line.step;
    if (line.step == 1) {
      for (std::int64_t i = 0; i < count; ++i) {
        to[i] = convert<T>(buffer[i]);
      }
    } else {
      for (std::int64_t i = 0; i < count; ++i) {
        to[i * line.step] = convert<T>(buffer[i]);
      }
    }
  });
}

// NaN is passed over: it shows in the sum.
template <class C, class T>
C largest_of(Reader<C, T>& line, std::int64_t n) {
  C largest = -std::numeric_limits<C>::infinity();
  for_each_piece(n, [&](std::int64_t first, std::int64_t count) {
    const C* const x = line(first, count);
    C most = largest;
#pragma omp simd reduction(max : most)
    for (std::int64_t i = 0; i < count; ++i) {
      most = x[i] > most ? x[i] : most;
    }
    largest = most;
  });
  return largest;
}

// total + the sum of f(i). Blocks are added up in double because float stops counting ones at 2^24.
template <class C, class F>
double sum_of(std::int64_t n, const F& f, double total = 0) {
  constexpr std::int64_t kLanes = 16;
  constexpr std::int64_t kBlock = 64 * kLanes;
  static_assert(kPiece % kBlock == 0);  // then sums by pieces are those of the whole line
  for (std::int64_t first = 0; first < n; first += kBlock) {
    const std::int64_t end = std::min(n, first + kBlock);
    std::array<C, kLanes> part{};
    std::int64_t i = first;
    for (; i + kLanes <= end; i += kLanes) {
      for (std::int64_t k = 0; k < kLanes; ++k) {
        part[static_cast<std::size_t>(k)] += f(i + k);
      }
    }
    for (std::int64_t k = 0; i + k < end; ++k) {
      part[static_cast<std::size_t>(k)] += f(i + k);
    }
    for (const C value : part) {
      total += static_cast<double>(value);
    }
  }
  return total;
}

// The sum of f(value).
template <class C, class T, class F>
double sum_over(Reader<C, T>& line, std::int64_t n, const F& f) {
  double total = 0;
  for_each_piece(n, [&](std::int64_t first, std::int64_t count) {
    const C* const x = line(first, count);
    total = sum_of<C>(
        count, [&](std::int64_t i) { return f(x[i]); }, total);
  });
  return total;
}

// What the softmax of a line is made of: exp(x - largest) / total. A line of -inf alone gives NaN.
template <class C>
struct Exponents {
  C largest;
  double total;

  template <class T>
  Exponents(Reader<C, T>& line, std::int64_t n)
      : largest(largest_of(line, n)),
        total(sum_over(line, n, [this](C x) { return vec::exp(x - largest); })) {}
  C shift() const { return static_cast<C>(std::log(total)); }
};

}  // namespace retrograd::kernels
