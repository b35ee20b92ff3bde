// gelu's tanh form, x / (1 + exp(-w)) with w = 2 sqrt(2 / pi) (x + 0.044715 x^3), and its slope, as
// exact as those of normal.h.
#pragma once

#include <retrograd/ops/kernels/loops/normal.h>

namespace retrograd::kernels::vec {

constexpr double kTanhScale = 1.5957691216057307117;  // 2 sqrt(2 / pi)
constexpr double kTanhCube = 0.044715;

// exp(-w) for a in [0, 15]. The argument is computed in double, because exp makes a relative error
// of an absolute one; beyond 110 the result is less than any float.
inline Exponential tanh_form_exp(float size) {
  const double a = size;
  const double w = a * (kTanhScale + kTanhScale * kTanhCube * a * a);
  const double v = w > 110 ? 110 : w;
  constexpr double kMagic = 6755399441055744.0;  // 1.5 2^52: sums with it are rounded
  const double n = (v * -1.4426950408889634 + kMagic) - kMagic;
  const auto r = static_cast<float>(-v - n * 0.69314718055994531);
  return {static_cast<std::int32_t>(n), expm1_joined(r)};
}

inline float tanh_form_gate(float x) {
  const float a = limited_size(x);
  const Exponential e = tanh_form_exp(a);
  const Reciprocal q = reciprocal_of_sum(1, e.times(1, 0));
  const float tail = a * q.value;
  return x < 0 ? -e.times(tail, 0) : x * q.value;
}
// With s = 1 / (1 + exp(-w)), s + x s (1 - s) w'.
inline float tanh_form_slope(float x) {
  const float a = limited_size(x);
  const Exponential e = tanh_form_exp(a);
  const float size = e.times(1, 0);
  const Reciprocal q = reciprocal_of_sum(1, size);
  const float s = std::fma(q.value, q.error, q.value);
  const float dw = std::fma(static_cast<float>(3 * kTanhScale * kTanhCube) * a, a,
                            static_cast<float>(kTanhScale));
  const float product = a * dw;
  const float product_error = std::fma(a, dw, -product);
  const float below = std::fma(-product, s, 1.0F) - product_error * s;
  const float t = below * s;
  return x < 0 ? e.times(t, std::fma(below, s, -t)) : std::fma(product * s, size * s, s);
}

inline double tanh_form_gate(double x) {
  const double v = std::min(std::max(x, -40.0), 40.0);
  const double w = v * (kTanhScale + kTanhScale * kTanhCube * v * v);
  return std::max(x, -40.0) / (1 + std::exp(-w));
}
inline double tanh_form_slope(double x) {
  const double v = std::min(std::max(x, -40.0), 40.0);
  const double w = v * (kTanhScale + kTanhScale * kTanhCube * v * v);
  const double e = std::exp(-std::fabs(w));
  const double q = 1 / (1 + e);
  const double dw = kTanhScale + 3 * kTanhScale * kTanhCube * v * v;
  return (v < 0 ? e : 1) * q + v * dw * e * q * q;
}

}  // namespace retrograd::kernels::vec
