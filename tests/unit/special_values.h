// Numbers at which functions show their edges.
#pragma once

#include <limits>
#include <vector>

// Zeros of both signs, some numbers, infinities, denormals, the largest, and NaN.
template <class T>
std::vector<T> special_values() {
  using Limits = std::numeric_limits<T>;
  std::vector<T> values;
  for (const T value : {T{0}, T{0.5}, T{1}, static_cast<T>(1.3), T{20}, Limits::infinity(),
                        Limits::denorm_min(), Limits::min(), Limits::max()}) {
    values.push_back(value);
    values.push_back(-value);
  }
  values.push_back(Limits::quiet_NaN());
  return values;
}
