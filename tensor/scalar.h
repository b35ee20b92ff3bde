/// @file
/// One number of any arithmetic type.
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include <retrograd/tensor/dtype.h>

namespace retrograd {

/// Keeps 64-bit integers exact, unsigned ones too, and remembers whether it was a boolean, an
/// integer or a floating number, because that decides the dtype of mixed results.
class Scalar {
 public:
  /// What kind of number.
  using Kind = NumberKind;

  /// Constructs it from what the class and its options describe.
  constexpr Scalar() noexcept : Scalar(0.0) {}
  /// Constructs it from what the class and its options describe.
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) noexcept {  // NOLINT: numbers convert
    if constexpr (std::is_same_v<T, bool>) {
      integer_ = value;
      kind_ = Kind::boolean;
    } else if constexpr (std::is_integral_v<T>) {
      integer_ = static_cast<std::int64_t>(value);
      kind_ = Kind::integer;
      above_int64_ = std::is_unsigned_v<T> && integer_ < 0;
    } else {
      floating_ = static_cast<double>(value);
      kind_ = Kind::floating;
    }
  }

  /// What kind of number it is.
  constexpr Kind kind() const noexcept { return kind_; }

  /// The number as a T, by convert(); fits() says whether that changes it.
  template <class T>
  constexpr T to() const noexcept {
    if (above_int64_) {
      return convert<T>(static_cast<std::uint64_t>(integer_));
    }
    return kind_ == Kind::floating ? convert<T>(floating_) : convert<T>(integer_);
  }

  /// Whether the number lies in the range of an integer dtype, as NaN does not. Every number fits
  /// floating dtypes, which round it, and boolean, where all but 0 is true.
  constexpr bool fits(DType dtype) const noexcept {
    switch (dtype) {
      case DType::int64: return !above_int64_ && (kind_ != Kind::floating || within_int64());
      case DType::uint8:
        return kind_ == Kind::floating ? floating_ >= 0 && floating_ <= 255
                                       : !above_int64_ && integer_ >= 0 && integer_ <= 255;
      default: return true;
    }
  }

  /// The dtype a tensor made of this number has: floating numbers become float32.
  constexpr DType default_dtype() const noexcept {
    switch (kind_) {
      case Kind::boolean: return DType::boolean;
      case Kind::integer: return DType::int64;
      case Kind::floating: break;
    }
    return DType::float32;
  }

 private:
  constexpr bool within_int64() const noexcept {
    constexpr double bound = 9223372036854775808.0;  // 2^63
    return floating_ >= -bound && floating_ < bound;
  }

  union {
    double floating_;
    std::int64_t integer_;
  };
  Kind kind_;
  bool above_int64_ = false;  // an unsigned integer whose bits integer_ holds
};

/// Prints it.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Scalar& value);

}  // namespace retrograd
