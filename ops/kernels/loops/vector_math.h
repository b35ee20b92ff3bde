// exp and its kin without branches or calls for float, so that loops over them become vector code;
// the C library's for double. Reductions and polynomials are those of Cephes (S. Moshier); within 2
// ulp but where said. NaN stays NaN.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

namespace retrograd::kernels::vec {

// x = n log 2 + r with |r| <= log(2) / 2; x in [-104, 89].
struct Reduced {
  std::int32_t n;
  float r;
};

inline Reduced reduce(float x) {
  constexpr float kMagic = 12582912.0F;  // 1.5 2^23: sums with it are rounded to whole numbers
  const float t = x * 1.44269504088896341F + kMagic;
  const float n = t - kMagic;
  const auto bits = std::bit_cast<std::uint32_t>(t) - std::bit_cast<std::uint32_t>(kMagic);
  return {static_cast<std::int32_t>(bits), (x - n * 0.693359375F) + n * 2.12194440e-4F};
}

// exp(r) - 1
inline float expm1_reduced(float r) {
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  return p * r * r + r;
}

inline float power_of_2(std::int32_t n) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(n + 127) << 23U);
}

// The result at a limit must not be known when this is compiled: GCC 14 would compute beyond the
// limit too and choose afterwards, which raises floating-point exceptions at -infinity.
extern const float kLeastExp;
extern const float kLeastExpm1;
extern const float kLeastNormalExp;  // power_of_2() makes 0 of its exponent

inline float exp(float x) {
  const float below = 89.0F < x ? 89.0F : x;  // in this order, NaN stays
  const float limited = kLeastExp > below ? kLeastExp : below;
  const Reduced at = reduce(limited);
  const std::int32_t half = at.n >> 1;
  return (1 + expm1_reduced(at.r)) * power_of_2(half) * power_of_2(at.n - half);
}
inline double exp(double x) {
  return std::exp(x);
}

// exp(x) for x <= 0, and 0 where that is below the least normal number.
inline float exp_below_0(float x) {
  const Reduced at = reduce(kLeastNormalExp > x ? kLeastNormalExp : x);
  return (1 + expm1_reduced(at.r)) * power_of_2(at.n);
}
inline double exp_below_0(double x) {
  return std::exp(x);
}

// exp(x) - 1 for x <= 0.
inline float expm1_below_0(float x) {
  const Reduced at = reduce(kLeastExpm1 > x ? kLeastExpm1 : x);
  const float scale = power_of_2(at.n);
  return scale * expm1_reduced(at.r) + (scale - 1);
}
inline double expm1_below_0(double x) {
  return std::expm1(x);
}

// log(1 + x) for x in [0, 1].
inline float log1p_below_1(float x) {
  const bool large = x > 0.41421356F;
  const float f = large ? 0.5F * (x - 1) : x;
  const float z = f * f;
  float p = 7.0376836292e-2F;
  p = p * f - 1.1514610310e-1F;
  p = p * f + 1.1676998740e-1F;
  p = p * f - 1.2420140846e-1F;
  p = p * f + 1.4249322787e-1F;
  p = p * f - 1.6668057665e-1F;
  p = p * f + 2.0000714765e-1F;
  p = p * f - 2.4999993993e-1F;
  p = p * f + 3.3333331174e-1F;
  const float log = (p * f * z - 0.5F * z) + f;
  return large ? log + 0.693147180559945F : log;
}
inline double log1p_below_1(double x) {
  return std::log1p(x);
}

inline float tanh(float x) {
  const float a = std::fabs(x);
  const float large = 1 - 2 / (exp(2 * a) + 1);
  const float z = x * x;
  float p = -5.70498872745e-3F;
  p = p * z + 2.06390887954e-2F;
  p = p * z - 5.37397155531e-2F;
  p = p * z + 1.33314422036e-1F;
  p = p * z - 3.33332819422e-1F;
  const float small = p * z * a + a;
  return std::copysign(a < 0.625F ? small : large, x);  // -0 stays -0
}
inline double tanh(double x) {
  return std::tanh(x);
}

// 1 / (1 + exp(-x)), with exp of a negative number only, so that nothing overflows; within 3 ulp.
template <class C>
C sigmoid(C x) {
  const C e = exp(-std::fabs(x));
  return (x < C{0} ? e : C{1}) / (1 + e);
}

// A quotient whose lower part is in [1, 2], so that several can share one division.
template <class C>
struct Fraction {
  C upper;
  C lower;
};

// sigmoid(x), at least 2e-35.
[[gnu::always_inline]] inline Fraction<float> sigmoid_fraction(float x) {
  const Reduced at = reduce(kLeastExpm1 > -std::fabs(x) ? kLeastExpm1 : -std::fabs(x));
  const float e = (1 + expm1_reduced(at.r)) * power_of_2(at.n);
  return {x < 0 ? e : 1, 1 + e};
}
[[gnu::always_inline]] inline Fraction<double> sigmoid_fraction(double x) {
  const double e = exp(-std::fabs(x));
  return {x < 0 ? e : 1, 1 + e};
}
[[gnu::always_inline]] inline Fraction<float> tanh_fraction(float x) {
  const float e = expm1_below_0(-2 * std::fabs(x));
  return {std::copysign(e, x), 2 + e};
}
[[gnu::always_inline]] inline Fraction<double> tanh_fraction(double x) {
  return {std::tanh(x), 1};
}

// The quotients of two or three fractions, in place of their upper parts.
template <class C>
[[gnu::always_inline]] inline void divide(Fraction<C>& a, Fraction<C>& b) {
  const C inverse = 1 / (a.lower * b.lower);
  a.upper *= inverse * b.lower;
  b.upper *= inverse * a.lower;
}
template <class C>
[[gnu::always_inline]] inline void divide(Fraction<C>& a, Fraction<C>& b, Fraction<C>& c) {
  const C both = a.lower * b.lower;
  const C inverse = 1 / (both * c.lower);
  const C rest = inverse * c.lower;
  a.upper *= rest * b.lower;
  b.upper *= rest * a.lower;
  c.upper *= inverse * both;
}

}  // namespace retrograd::kernels::vec
