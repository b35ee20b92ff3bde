// Formulas of colours, of numbers and of tensors. Internal.
#pragma once

#include <algorithm>
#include <cmath>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/tensor/creation.h>

namespace retrograd::transforms::detail {

// What both kinds of values need; `retrograd` has those of tensors.
inline float where(bool condition, float a, float b) {
  return condition ? a : b;
}
inline float maximum(float a, float b) {
  return std::max(a, b);
}
inline float minimum(float a, float b) {
  return std::min(a, b);
}
inline float floor(float x) {
  return std::floor(x);
}
inline float number_like(float, float value) {
  return value;
}
inline Tensor number_like(const Tensor& x, double value) {
  return full({}, value, {.dtype = x.dtype()});
}

template <class V>
V grey(const V& r, const V& g, const V& b) {
  return 0.2989F * r + 0.587F * g + 0.114F * b;
}
inline Tensor grey(const Tensor& r, const Tensor& g, const Tensor& b) {
  return 0.2989 * r + 0.587 * g + 0.114 * b;
}

template <class V>
V blend(const V& a, const V& b, double ratio, double bound) {
  const auto share = static_cast<float>(ratio);
  const auto rest = static_cast<float>(1 - ratio);
  return minimum(maximum(share * a + rest * b, V(0)), V(static_cast<float>(bound)));
}
inline Tensor blend(const Tensor& a, const Tensor& b, double ratio, double bound) {
  return clamp(ratio * a + (1 - ratio) * b, 0, bound);
}

template <class V>
struct Colors {
  V r;
  V g;
  V b;
};

// A turn of the hue, by way of hue, saturation and value: Smith, "Color gamut transform pairs",
// 1978. All are in [0, 1].
template <class V>
Colors<V> with_turned_hue(const Colors<V>& x, const V& turn) {
  const V one = number_like(x.r, 1);
  const V most = maximum(maximum(x.r, x.g), x.b);
  const V span = most - minimum(minimum(x.r, x.g), x.b);
  const auto is_grey = span == number_like(x.r, 0);
  const V divisor = where(is_grey, one, span);
  const V saturation = span / where(is_grey, one, most);
  const V from_r = (most - x.r) / divisor;
  const V from_g = (most - x.g) / divisor;
  const V from_b = (most - x.b) / divisor;
  const V sixths = where(most == x.r, V(from_b - from_g),
                         where(most == x.g, V(2 + from_r - from_b), V(4 + from_g - from_r)));
  const V hue = sixths / 6 + 1 + turn;
  const V sector = (hue - floor(hue)) * 6;
  const V whole = floor(sector);
  const V part = sector - whole;
  const V low = most * (1 - saturation);
  const V falling = most * (1 - saturation * part);
  const V rising = most * (1 - saturation * (1 - part));
  // By sectors 0 to 5; a hue that rounded up to 6 is that of 0.
  const auto choose = [&](const V& a, const V& b, const V& c, const V& d, const V& e, const V& f) {
    V result = where(whole == number_like(whole, 1), b, a);
    result = where(whole == number_like(whole, 2), c, result);
    result = where(whole == number_like(whole, 3), d, result);
    result = where(whole == number_like(whole, 4), e, result);
    return where(whole == number_like(whole, 5), f, result);
  };
  return {choose(most, falling, low, low, rising, most),
          choose(rising, most, most, falling, low, low),
          choose(low, low, rising, most, most, falling)};
}

}  // namespace retrograd::transforms::detail
