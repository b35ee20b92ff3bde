// One number of any arithmetic type.
#pragma once

#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <type_traits>

#include <retrograd/tensor/dtype.h>

namespace retrograd {

// Keeps 64-bit integers exact, and remembers whether it was a boolean, an integer or a floating
// number, because that decides the dtype of mixed results.
class Scalar {
 public:
  using Kind = NumberKind;

  constexpr Scalar() noexcept : Scalar(0.0) {}
  template <class T>
  requires std::is_arithmetic_v<T>
  constexpr Scalar(T value) noexcept {  // NOLINT: numbers convert
    if constexpr (std::is_same_v<T, bool>) {
      integer_ = value;
      kind_ = Kind::boolean;
    } else if constexpr (std::is_integral_v<T>) {
      integer_ = static_cast<std::int64_t>(value);
      kind_ = Kind::integer;
    } else {
      floating_ = static_cast<double>(value);
      kind_ = Kind::floating;
    }
  }

  constexpr Kind kind() const noexcept { return kind_; }

  template <class T>
  constexpr T to() const noexcept {
    return kind_ == Kind::floating ? convert<T>(floating_) : convert<T>(integer_);
  }

  // The dtype a tensor made of this number has: floating numbers become float32.
  constexpr DType default_dtype() const noexcept {
    switch (kind_) {
      case Kind::boolean: return boolean;
      case Kind::integer: return int64;
      case Kind::floating: break;
    }
    return float32;
  }

 private:
  union {
    double floating_;
    std::int64_t integer_;
  };
  Kind kind_;
};

RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Scalar& value);

}  // namespace retrograd
