/// @file
/// Element types.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <type_traits>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// Element types.
enum class DType : std::uint8_t {
  float32,   ///< IEEE single precision; the default.
  float64,   ///< IEEE double precision.
  bfloat16,  ///< Upper half of a float32.
  int64,     ///< Signed integer of 64 bits.
  uint8,     ///< Unsigned integer of 8 bits.
  boolean    ///< True or false.
};

// Declared before the constants below: -Wshadow would find them hidden by its enumerators.
/// Kinds of numbers.
enum class NumberKind : std::uint8_t {
  boolean,  ///< True or false.
  integer,  ///< Integer of any size.
  floating  ///< Floating number of any size.
};

/// IEEE single precision; the default.
inline constexpr DType float32 = DType::float32;
/// IEEE double precision.
inline constexpr DType float64 = DType::float64;
/// Upper half of a float32.
inline constexpr DType bfloat16 = DType::bfloat16;
/// Signed integer of 64 bits.
inline constexpr DType int64 = DType::int64;
/// Unsigned integer of 8 bits.
inline constexpr DType uint8 = DType::uint8;
/// True or false.
inline constexpr DType boolean = DType::boolean;

/// A bfloat16 value: the upper 16 bits of a float32.
/// Arithmetic happens in float32. Conversion from float rounds to nearest, ties to even, and keeps
/// NaN.
struct BFloat16 {
  std::uint16_t bits = 0;  ///< Upper 16 bits of the float32.

  /// Constructs 0.
  BFloat16() = default;
  /// Rounds a float.
  explicit constexpr BFloat16(float value) noexcept : bits(round(value)) {}
  /// Returns the value as a float, exactly.
  constexpr operator float() const noexcept {  // NOLINT: the upcast is exact
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  }

 private:
  static constexpr std::uint16_t round(float value) noexcept {
    const auto wide = std::bit_cast<std::uint32_t>(value);
    if ((wide & 0x7fffffffU) > 0x7f800000U) {
      return static_cast<std::uint16_t>((wide >> 16) | 0x40U);
    }
    return static_cast<std::uint16_t>((wide + 0x7fffU + ((wide >> 16) & 1U)) >> 16);
  }
};

/// Returns the number of bytes of one element.
constexpr std::size_t item_size(DType dtype) noexcept {
  switch (dtype) {
    case DType::float32: return 4;
    case DType::float64:
    case DType::int64: return 8;
    case DType::bfloat16: return 2;
    case DType::uint8:
    case DType::boolean: return 1;
  }
  return 0;
}

/// Returns whether the dtype is a floating one; only those have gradients.
constexpr bool is_floating(DType dtype) noexcept {
  return dtype <= DType::bfloat16;
}

/// Returns the name, such as `float32`.
constexpr const char* name(DType dtype) noexcept {
  switch (dtype) {
    case DType::float32: return "float32";
    case DType::float64: return "float64";
    case DType::bfloat16: return "bfloat16";
    case DType::int64: return "int64";
    case DType::uint8: return "uint8";
    case DType::boolean: return "boolean";
  }
  return "unknown";
}

/// Prints the name.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, DType dtype);

/// Returns the dtype of a result of both, as in PyTorch: boolean < uint8 < int64 < bfloat16,
/// float32, float64.
constexpr DType promote(DType a, DType b) noexcept {
  constexpr int rank[] = {4, 5, 3, 2, 1, 0};
  return rank[static_cast<int>(a)] >= rank[static_cast<int>(b)] ? a : b;
}

namespace detail {
template <class T>
inline constexpr bool always_false = false;
}

/// Returns the dtype that stores the C++ type T; integers of 64 bits are int64.
template <class T>
constexpr DType dtype_of() noexcept {
  if constexpr (std::is_same_v<T, float>) {
    return float32;
  } else if constexpr (std::is_same_v<T, double>) {
    return float64;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return bfloat16;
  } else if constexpr (std::is_same_v<T, bool>) {
    return boolean;
  } else if constexpr (std::is_same_v<T, std::uint8_t>) {
    return uint8;
  } else if constexpr (std::is_integral_v<T> && sizeof(T) == 8) {
    return int64;
  } else {
    static_assert(detail::always_false<T>,
                  "element types: float, double, BFloat16, std::int64_t, std::uint8_t, bool");
  }
}

/// Returns the value of `from` as a To.
/// Floating numbers lose their fraction in an integer and stop at its bounds; NaN becomes 0. C++
/// leaves these cases undefined. Integers keep their low bits.
template <class To, class From>
constexpr To convert(From from) noexcept {
  if constexpr (std::is_same_v<To, From>) {
    return from;
  } else if constexpr (std::is_same_v<From, BFloat16>) {
    return convert<To>(static_cast<float>(from));
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return BFloat16(static_cast<float>(from));
  } else if constexpr (std::is_same_v<To, bool>) {
    return from != From{};
  } else if constexpr (std::is_integral_v<To> && std::is_floating_point_v<From>) {
    using Limits = std::numeric_limits<To>;
    if (!(from > static_cast<From>(Limits::min()))) {
      return from != from ? To{0} : Limits::min();
    }
    return from >= static_cast<From>(Limits::max()) ? Limits::max() : static_cast<To>(from);
  } else {
    return static_cast<To>(from);
  }
}

}  // namespace retrograd
