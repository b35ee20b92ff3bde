// Largest and smallest values, as an operation for reduction.h.
#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace retrograd::kernels {

// The largest or smallest value, NaN if there is one.
template <class V, bool largest>
class Extreme {
 public:
  using Value = V;
  using Total = V;
  explicit Extreme(V of_none) : none_(of_none) {}
  V start() const { return none_; }
  V add(V best, V value) const { return merge(best, value); }
  // One question about NaN answers for two values.
  V add4(V best, V a, V b, V c, V d) const {
    const V found = better(better(a, b), better(c, d));
    if constexpr (std::is_floating_point_v<V>) {
      const bool nan = __builtin_isunordered(a, b) | __builtin_isunordered(c, d);
      return nan ? std::numeric_limits<V>::quiet_NaN() : better(found, best);
    } else {
      return better(found, best);
    }
  }
  V merge(V best, V value) const { return value != value ? value : better(value, best); }

 private:
  // b if either is NaN, which is what one machine instruction does.
  static V better(V a, V b) { return (largest ? a > b : a < b) ? a : b; }

  V none_;
};

template <class T>
constexpr T lowest() {
  using Limits = std::numeric_limits<T>;
  return std::is_floating_point_v<T> ? -Limits::infinity() : Limits::lowest();
}

template <class T>
constexpr T highest() {
  using Limits = std::numeric_limits<T>;
  return std::is_floating_point_v<T> ? Limits::infinity() : Limits::max();
}

}  // namespace retrograd::kernels
