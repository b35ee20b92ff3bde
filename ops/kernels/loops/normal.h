// x times a distribution function of x, and the slope: what gelu and its tanh form are. float is
// computed within 4 ulp, however small the tail, and slopes within 4 ulp of their larger term;
// double by the C library's functions. Multiplications and additions are joined where a rounding
// counts.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include <retrograd/ops/kernels/loops/vector_math.h>

namespace retrograd::kernels::vec {

// An exponential: 1 + `more`, times a power of 2 that may be less than any float.
struct Exponential {
  std::int32_t n;
  float more;

  // x (1 + more) + x_error, scaled; what is less than any normal float is rounded once more.
  float times(float x, float x_error) const {
    const std::int32_t half = n >> 1;
    const float product = x + std::fma(x, more, x_error);
    return product * power_of_2(half) * power_of_2(n - half);
  }
};

// expm1_reduced() with fewer roundings.
inline float expm1_joined(float r) {
  float p = 1.9875691500e-4F;
  p = std::fma(p, r, 1.3981999507e-3F);
  p = std::fma(p, r, 8.3334519073e-3F);
  p = std::fma(p, r, 4.1665795894e-2F);
  p = std::fma(p, r, 1.6666665459e-1F);
  p = std::fma(p, r, 5.0000001201e-1F);
  return std::fma(p * r, r, r);
}

// Farther tails are less than any float.
inline float limited_size(float x) {
  const float a = std::fabs(x);
  return a > 15 ? 15 : a;  // in this order, NaN stays
}

// 1 / (x + y) and how much it lacks, relatively; x or y is the larger one.
struct Reciprocal {
  float value;
  float error;
};
inline Reciprocal reciprocal_of_sum(float larger, float smaller) {
  const float sum = larger + smaller;
  const float rest = smaller - (sum - larger);
  const float value = 1 / sum;
  return {value, std::fma(-rest, value, std::fma(-sum, value, 1.0F))};
}

// exp(-a^2 / 2) for a in [0, 15]. The upper half of `a` squared is exact, and what the lower half
// adds joins the remainder.
inline Exponential bell(float a) {
  const float high = std::bit_cast<float>(std::bit_cast<std::uint32_t>(a) & 0xfffff000U);
  const Reduced at = reduce(-0.5F * high * high);
  return {at.n, expm1_joined(std::fma(-0.5F * (a - high), a + high, at.r))};
}

// P(X > a) / exp(-a^2 / 2) for a standard normal X and a in [0, 15], as polynomial / (a + 2).
struct TailRatio {
  float polynomial;
  Reciprocal divisor;
};
inline TailRatio tail_ratio(float a) {
  const Reciprocal divisor = a > 2 ? reciprocal_of_sum(a, 2) : reciprocal_of_sum(2, a);
  const float t = std::fma(-4.0F, divisor.value, 1.0F);  // (a - 2) / (a + 2)
  float p = -6.651545104e-05F;
  p = std::fma(p, t, -0.0001497140219F);
  p = std::fma(p, t, 0.0001349748541F);
  p = std::fma(p, t, 0.000837345875F);
  p = std::fma(p, t, 0.0008219653619F);
  p = std::fma(p, t, -0.001951983378F);
  p = std::fma(p, t, -0.006733895718F);
  p = std::fma(p, t, -0.0004696573533F);
  p = std::fma(p, t, 0.03671929892F);
  p = std::fma(p, t, 0.02879736441F);
  p = std::fma(p, t, -0.3314044704F);
  p = std::fma(p, t, 0.672408005F);
  return {p, divisor};
}

// x P(X <= x)
inline float normal_gate(float x) {
  const float a = limited_size(x);
  const TailRatio ratio = tail_ratio(a);
  const float w = a * ratio.divisor.value;
  const float w_error = std::fma(w, ratio.divisor.error, std::fma(a, ratio.divisor.value, -w));
  const float tail = w * ratio.polynomial;
  const float error = std::fma(w_error, ratio.polynomial, std::fma(w, ratio.polynomial, -tail));
  return (x < 0 ? -0.0F : x) - bell(a).times(tail, error);
}
inline double normal_gate(double x) {
  const double lower = std::max(x, -40.0);
  return lower * 0.5 * std::erfc(lower * -0.70710678118654752440);
}

// P(X <= x) + x exp(-x^2 / 2) / sqrt(2 pi)
inline float normal_gate_slope(float x) {
  const float a = limited_size(x);
  const TailRatio ratio = tail_ratio(a);
  const float i = ratio.divisor.value;
  const float r = i * ratio.polynomial;
  const float r_error =
      std::fma(i * ratio.divisor.error, ratio.polynomial, std::fma(i, ratio.polynomial, -r));
  const float more = bell(a).times(std::fma(a, 0.39894228040143267794F, -r), -r_error);
  return x < 0 ? -more : 1 + more;
}
inline double normal_gate_slope(double x) {
  const double v = std::min(std::max(x, -40.0), 40.0);
  return 0.5 * std::erfc(v * -0.70710678118654752440) +
         v * 0.39894228040143267794 * std::exp(-0.5 * v * v);
}

}  // namespace retrograd::kernels::vec
