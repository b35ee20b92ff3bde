// Short vectors, by the extension that GCC and Clang share. 16 bytes fit the registers of every
// x86-64 and AArch64 processor.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include <retrograd/tensor/dtype.h>

namespace retrograd::kernels {

template <class T>
struct Lanes;
template <>
struct Lanes<float> {
  using Vector [[gnu::vector_size(16)]] = float;
  using Int = std::int32_t;
  using Ints [[gnu::vector_size(16)]] = std::int32_t;  // what comparisons give: 0 or -1
  static constexpr std::size_t count = 4;
};
template <>
struct Lanes<double> {
  using Vector [[gnu::vector_size(16)]] = double;
  using Int = std::int64_t;
  using Ints [[gnu::vector_size(16)]] = std::int64_t;
  static constexpr std::size_t count = 2;
};

// kVectors neighbouring vectors from `at` on, or fewer values than one vector holds. Loads and
// stores touch `length` values.
template <class T, std::size_t kVectors>
struct Block {
  using Vector = typename Lanes<T>::Vector;
  using Ints = typename Lanes<T>::Ints;
  using Int = typename Lanes<T>::Int;
  static constexpr std::size_t lanes = Lanes<T>::count;
  static constexpr bool partial = kVectors == 0;
  static constexpr std::size_t vectors = partial ? 1 : kVectors;

  // What float32 values pass through on their way to and from bfloat16.
  using Words [[gnu::vector_size(16)]] = std::uint32_t;
  using Halves [[gnu::vector_size(8)]] = std::uint16_t;

  std::int64_t at;
  std::size_t length;

  // Calls f(v) for every vector, unrolled.
  template <class F>
  static void each(F&& f) {
    [&]<std::size_t... v>(std::index_sequence<v...>) {
      (f(v), ...);
    }
    (std::make_index_sequence<vectors>());
  }
  Vector load(const T* p, std::size_t v) const {
    Vector result{};
    std::memcpy(&result, p + at + v * lanes, partial ? length * sizeof(T) : sizeof(Vector));
    return result;
  }
  Vector load(const BFloat16* p, std::size_t v) const {
    Halves halves{};
    std::memcpy(&halves, p + at + v * lanes, partial ? length * sizeof *p : sizeof halves);
    return std::bit_cast<Vector>(__builtin_convertvector(halves, Words) << 16);
  }
  void store(T* p, std::size_t v, Vector values) const {
    std::memcpy(p + at + v * lanes, &values, partial ? length * sizeof(T) : sizeof(Vector));
  }

  // Rounded as BFloat16 does.
  void store(BFloat16* p, std::size_t v, Vector values) const {
    const auto bits = std::bit_cast<Words>(values);
    const Words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    const Words words = values == values ? rounded : (bits >> 16) | 0x40;
    const Halves halves = __builtin_convertvector(words, Halves);
    std::memcpy(static_cast<void*>(p + at + v * lanes), &halves,
                partial ? length * sizeof *p : sizeof halves);
  }

  static bool any_nan(const std::array<Vector, vectors>& values) {
    Ints found{};
    each([&](std::size_t v) { found |= values[v] != values[v]; });
    std::array<std::uint64_t, 2> halves;
    std::memcpy(&halves, &found, sizeof halves);
    return (halves[0] | halves[1]) != 0;
  }

  // A byte for each lane travels as lane i's byte i, all others 0: `own_bytes` masks them.
  static Ints own_bytes() {
    std::array<std::array<std::uint8_t, sizeof(Int)>, lanes> bytes{};
    for (std::size_t i = 0; i < lanes; ++i) {
      bytes[i][i] = 0xff;
    }
    Ints mask;
    std::memcpy(&mask, bytes.data(), sizeof mask);
    return mask;
  }
  // The same byte for every lane.
  static Ints bytes_of(std::uint8_t byte) {
    using Unsigned = std::make_unsigned_t<Int>;
    return (Ints{} + static_cast<Int>(static_cast<Unsigned>(-1) / 0xff * byte)) & own_bytes();
  }
  Ints load_bytes(const std::uint8_t* p, std::size_t v) const {
    Int packed = 0;
    std::memcpy(&packed, p + at + v * lanes, partial ? length : lanes);
    return (Ints{} + packed) & own_bytes();
  }
  void store_bytes(std::uint8_t* p, const std::array<Ints, vectors>& bytes) const {
    if constexpr (lanes == 4 && vectors >= 2) {
      // Or-ing all lanes of several vectors at once.
      const auto halves = [](Ints a, Ints b) {
        return __builtin_shufflevector(a, b, 0, 4, 1, 5) |
               __builtin_shufflevector(a, b, 2, 6, 3, 7);
      };
      const Ints first = halves(bytes[0], bytes[1]);
      const Ints second = vectors == 4 ? halves(bytes[vectors - 2], bytes[vectors - 1]) : first;
      const Ints packed = __builtin_shufflevector(first, second, 0, 1, 4, 5) |
                          __builtin_shufflevector(first, second, 2, 3, 6, 7);
      std::memcpy(p + at, &packed, vectors * lanes);
    } else {
      each([&](std::size_t v) {
        Int packed = bytes[v][0] | bytes[v][1];
        if constexpr (lanes == 4) {
          packed |= bytes[v][2] | bytes[v][3];
        }
        std::memcpy(p + at + v * lanes, &packed, partial ? length : lanes);
      });
    }
  }
};

// Calls f(block) for blocks of up to kMost vectors that cover `count` values. They may reach past
// the last, for as long as `room` values may be touched: written in ascending order, the excess is
// overwritten.
template <class T, std::size_t kMost = 4, class F>
void for_each_block(std::int64_t count, std::int64_t room, F&& f) {
  constexpr auto lanes = static_cast<std::int64_t>(Lanes<T>::count);
  for (std::int64_t at = 0; at < count;) {
    const std::int64_t left = count - at;
    if (kMost == 4 && left > 2 * lanes && at + 4 * lanes <= room) {
      f(Block < T, kMost == 4 ? 4 : 2 > {at, 4 * lanes});
      at += 4 * lanes;
    } else if (left > lanes && at + 2 * lanes <= room) {
      f(Block<T, 2>{at, 2 * lanes});
      at += 2 * lanes;
    } else if (at + lanes <= room) {
      f(Block<T, 1>{at, lanes});
      at += lanes;
    } else {
      const std::int64_t length = left < lanes ? left : lanes;
      f(Block<T, 0>{at, static_cast<std::size_t>(length)});
      at += length;
    }
  }
}

}  // namespace retrograd::kernels
