#include <retrograd/tensor/loops/transpose.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::detail {

namespace {

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

// Tiles whose rows and columns are cache lines: each line is read and written as a whole, once,
// because lines a power of two apart drive each other out of the cache.
template <class T>
void transpose_as(T* to, std::int64_t to_step, const T* from, std::int64_t from_step,
                  std::int64_t rows, std::int64_t columns) {
  constexpr auto kTile = static_cast<std::int64_t>(64 / sizeof(T));
  constexpr auto kSquare = static_cast<std::int64_t>(Square<T>::size);
  std::array<T, static_cast<std::size_t>(kTile * kTile)> tile;
  for (std::int64_t r = 0; r < rows; r += kTile) {
    const std::int64_t height = std::min(kTile, rows - r);
    for (std::int64_t c = 0; c < columns; c += kTile) {
      const std::int64_t width = std::min(kTile, columns - c);
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
        std::memcpy(corner + i * to_step, tile.data() + i * kTile, 64);
      }
    }
  }
}

template <class T>
void transpose_in_parallel(void* to, std::int64_t to_step, const void* from, std::int64_t from_step,
                           std::int64_t rows, std::int64_t columns) {
  constexpr std::int64_t kLines = 64;  // a multiple of every tile, so that threads share few lines
  const bool tall = rows >= columns;
  const std::int64_t length = tall ? rows : columns;
  const std::int64_t bands = (length + kLines - 1) / kLines;
  parallel_ranges(bands, kGrain / (kLines * std::min(rows, columns)) + 1,
                  [&](std::int64_t begin, std::int64_t end) {
                    const std::int64_t first = begin * kLines;
                    const std::int64_t count = std::min(length, end * kLines) - first;
                    transpose_as(static_cast<T*>(to) + first * (tall ? to_step : 1), to_step,
                                 static_cast<const T*>(from) + first * (tall ? 1 : from_step),
                                 from_step, tall ? count : rows, tall ? columns : count);
                  });
}

}  // namespace

void transpose(std::size_t item_size, void* to, std::int64_t to_step, const void* from,
               std::int64_t from_step, std::int64_t rows, std::int64_t columns) {
  switch (item_size) {
    case 1: transpose_in_parallel<std::uint8_t>(to, to_step, from, from_step, rows, columns); break;
    case 2:
      transpose_in_parallel<std::uint16_t>(to, to_step, from, from_step, rows, columns);
      break;
    case 4:
      transpose_in_parallel<std::uint32_t>(to, to_step, from, from_step, rows, columns);
      break;
    default: transpose_in_parallel<std::uint64_t>(to, to_step, from, from_step, rows, columns);
  }
}

}  // namespace retrograd::detail
