#include <retrograd/tensor/loops/transpose.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include <retrograd/tensor/loops/pieces.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace retrograd::detail {

namespace {

constexpr std::size_t kLine = 64;  // bytes of a line of cache

// A square of one vector a row is turned round by interleaving rows i and i + half, as many times
// as it takes for a row to visit every place.
template <class T>
struct Square {
  using Vector [[gnu::vector_size(16)]] = T;
  static constexpr std::size_t size = 16 / sizeof(T);
  Vector rows[size];  // GCC drops the vector from std::array<Vector, size>

  static Square load(const T* from, std::int64_t step) {
    Square square;
    for (std::size_t i = 0; i < size; ++i) {
      std::memcpy(&square.rows[i], from + static_cast<std::int64_t>(i) * step, sizeof(Vector));
    }
    return square;
  }
  void store(T* to, std::int64_t step) const {
    for (std::size_t i = 0; i < size; ++i) {
      std::memcpy(to + static_cast<std::int64_t>(i) * step, &rows[i], sizeof(Vector));
    }
  }
  Square transposed() const {
    Square square = *this;
    for (std::size_t round = 1; round < size; round *= 2) {
      square = square.interleaved();
    }
    return square;
  }

 private:
  Square interleaved() const {
    Square result;
    for (std::size_t i = 0; i < size / 2; ++i) {
      const Vector a = rows[i];
      const Vector b = rows[i + size / 2];
      [&]<std::size_t... k>(std::index_sequence<k...>) {
        result.rows[2 * i] = __builtin_shufflevector(a, b, (k / 2 + k % 2 * size)...);
        result.rows[2 * i + 1] =
            __builtin_shufflevector(a, b, (size / 2 + k / 2 + k % 2 * size)...);
      }
      (std::make_index_sequence<size>());
    }
    return result;
  }
};

template <class T>
void copy_by_elements(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                      std::int64_t rows, std::int64_t columns) {
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < columns; ++c) {
      to[r * to_step + c] = from[r + c * from_step];
    }
  }
}

// Copies a line of cache past the caches, which would first read what it overwrites.
void stream_line(void* to, const void* from) {
#ifdef __SSE2__
  for (int i = 0; i < 4; ++i) {
    _mm_stream_si128(static_cast<__m128i*>(to) + i,
                     _mm_loadu_si128(static_cast<const __m128i*>(from) + i));
  }
#else
  std::memcpy(to, from, kLine);
#endif
}
// Before other threads may read what was streamed.
void end_streams() {
#ifdef __SSE2__
  _mm_sfence();
#endif
}

bool begins_line(const void* at, std::int64_t step) {
  const auto address = reinterpret_cast<std::uintptr_t>(at);
  return address % kLine == 0 && step % static_cast<std::int64_t>(kLine) == 0;
}

// Tiles whose rows and columns are cache lines: each line is read and written as a whole, once,
// because lines a power of two apart drive each other out of the cache. Tiles follow each other
// along the rows of the source, which the processor then reads ahead.
template <class T>
void transpose_as(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                  std::int64_t rows, std::int64_t columns, bool large) {
  constexpr auto kTile = static_cast<std::int64_t>(kLine / sizeof(T));
  constexpr auto kSquare = static_cast<std::int64_t>(Square<T>::size);
  const bool streamed = large && begins_line(to, to_step * static_cast<std::int64_t>(sizeof(T)));
  alignas(kLine) std::array<T, static_cast<std::size_t>(kTile * kTile)> tile;
  for (std::int64_t c = 0; c < columns; c += kTile) {
    const std::int64_t width = std::min(kTile, columns - c);
    for (std::int64_t r = 0; r < rows; r += kTile) {
      const std::int64_t height = std::min(kTile, rows - r);
      T* const corner = to + r * to_step + c;
      const T* const source = from + r + c * from_step;
      if (height < kTile || width < kTile) {
        copy_by_elements(corner, to_step, source, from_step, height, width);
        continue;
      }
      for (std::int64_t j = 0; j < kTile; j += kSquare) {
        for (std::int64_t i = 0; i < kTile; i += kSquare) {
          Square<T>::load(source + i + j * from_step, from_step)
              .transposed()
              .store(tile.data() + i * kTile + j, kTile);
        }
      }
      for (std::int64_t i = 0; i < kTile; ++i) {
        if (streamed) {
          stream_line(corner + i * to_step, tile.data() + i * kTile);
        } else {
          std::memcpy(corner + i * to_step, tile.data() + i * kTile, kLine);
        }
      }
    }
  }
  if (streamed) {
    end_streams();
  }
}

// Threads share the columns, which lie one behind the other in the source, or where these are few
// the rows.
template <class T>
void transpose_in_parallel(void* to, std::int64_t to_step, const void* from, std::int64_t from_step,
                           std::int64_t rows, std::int64_t columns, bool large) {
  constexpr std::int64_t kLines = 64;  // a multiple of every tile, so that threads share few lines
  const bool tall = columns < 16 * kLines && rows >= columns;
  const std::int64_t length = tall ? rows : columns;
  const std::int64_t bands = (length + kLines - 1) / kLines;
  parallel_ranges(bands, kGrain / (kLines * (tall ? columns : rows)) + 1,
                  [&](std::int64_t begin, std::int64_t end) {
                    const std::int64_t first = begin * kLines;
                    const std::int64_t count = std::min(length, end * kLines) - first;
                    transpose_as(static_cast<T*>(to) + first * (tall ? to_step : 1), to_step,
                                 static_cast<const T*>(from) + first * (tall ? 1 : from_step),
                                 from_step, tall ? count : rows, tall ? columns : count, large);
                  });
}

}  // namespace

void transpose(std::size_t item_size, void* to, std::int64_t to_step, const void* from,
               std::int64_t from_step, std::int64_t rows, std::int64_t columns, bool large) {
  const auto of = [&]<class T>() {
    transpose_in_parallel<T>(to, to_step, from, from_step, rows, columns, large);
  };
  switch (item_size) {
    case 1: of.template operator()<std::uint8_t>(); break;
    case 2: of.template operator()<std::uint16_t>(); break;
    case 4: of.template operator()<std::uint32_t>(); break;
    default: of.template operator()<std::uint64_t>();
  }
}

}  // namespace retrograd::detail
