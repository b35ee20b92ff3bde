// Largest and smallest values, as an operation for reduction.h.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace retrograd::kernels {

struct Identity {
  template <class A>
  A operator()(A value) const {
    return value;
  }
};

// The largest or smallest of f(values), NaN if there is one.
template <class A, bool largest, class F = Identity>
class Extreme {
 public:
  using Accumulator = A;
  explicit Extreme(A of_none) : none_(of_none) {}
  A start() const { return none_; }
  template <class T>
  A add(A best, T value, std::int64_t) const {
    return merge(best, F()(static_cast<A>(value)));
  }
  // One question about NaN answers for two values.
  template <class T>
  A add4(A best, T a, T b, T c, T d, std::int64_t) const {
    const std::array<A, 4> v = {F()(static_cast<A>(a)), F()(static_cast<A>(b)),
                                F()(static_cast<A>(c)), F()(static_cast<A>(d))};
    const A found = better(better(v[0], v[1]), better(v[2], v[3]));
    if constexpr (std::is_floating_point_v<A>) {
      const bool nan = __builtin_isunordered(v[0], v[1]) | __builtin_isunordered(v[2], v[3]);
      return nan ? std::numeric_limits<A>::quiet_NaN() : better(found, best);
    } else {
      return better(found, best);
    }
  }
  A merge(A best, A value) const { return value != value ? value : better(value, best); }

 private:
  // b if either is NaN, which is what one machine instruction does.
  static A better(A a, A b) { return (largest ? a > b : a < b) ? a : b; }

  A none_;
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
