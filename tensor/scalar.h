/// @file
/// Numbers of any arithmetic type.
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include <retrograd/tensor/dtype.h>

namespace retrograd {

/// A number that remembers its kind, which decides the dtype of mixed results.
/// 64-bit integers are exact, unsigned ones too.
class Scalar {
 public:
  /// Kinds of numbers.
  using Kind = NumberKind;

  /// Constructs 0.0.
  constexpr Scalar() noexcept : Scalar(0.0) {}
  /// Constructs a number of the kind of T.
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

  /// Returns the kind of the number.
  constexpr Kind kind() const noexcept { return kind_; }

  /// Returns the number as a T, by `convert()`; `fits()` says whether that changes it.
  template <class T>
  constexpr T to() const noexcept {
    if (above_int64_) {
      return convert<T>(static_cast<std::uint64_t>(integer_));
    }
    return kind_ == Kind::floating ? convert<T>(floating_) : convert<T>(integer_);
  }

  /// Returns whether the number is in the range of an integer dtype; NaN is not.
  /// Every number fits floating dtypes, which round it, and boolean, in which all numbers but 0 are
  /// true.
  constexpr bool fits(DType dtype) const noexcept {
    switch (dtype) {
      case DType::int64: return !above_int64_ && (kind_ != Kind::floating || within_int64());
      case DType::uint8:
        return kind_ == Kind::floating ? floating_ >= 0 && floating_ <= 255
                                       : !above_int64_ && integer_ >= 0 && integer_ <= 255;
      default: return true;
    }
  }

  /// Returns the dtype of a tensor of this number; floating numbers become float32.
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

/// Prints the number.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Scalar& value);

}  // namespace retrograd
