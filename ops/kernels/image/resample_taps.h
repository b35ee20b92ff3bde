// Which inputs make an output along one axis, with their weights. Internal.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <retrograd/ops/kernels/image/resample.h>

namespace retrograd::kernels {

inline double ratio(const ResampleAxis& axis) {
  if (!axis.align_corners) {
    return axis.scale;
  }
  return axis.output > 1
             ? static_cast<double>(axis.input - 1) / static_cast<double>(axis.output - 1)
             : 0;
}

// Where output o lies in the input.
inline double position(const ResampleAxis& axis, std::int64_t o) {
  const auto at = static_cast<double>(o);
  return axis.align_corners ? ratio(axis) * at : ratio(axis) * (at + 0.5) - 0.5;
}

// Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 15: at a
// distance d of at most 1, and of at most 2.
inline double near_cubic(double a, double d) {
  return ((a + 2) * d - (a + 3)) * d * d + 1;
}
inline double far_cubic(double a, double d) {
  return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
}

// The kernel of the mode that antialiasing stretches, at a distance d.
inline double smooth_kernel(Resampling mode, double d) {
  constexpr double a = -0.5;
  if (mode == Resampling::linear) {
    return std::max(1 - d, 0.0);
  }
  return d <= 1 ? near_cubic(a, d) : d < 2 ? far_cubic(a, d) : 0;
}

// How far the stretched kernel reaches, in inputs.
inline double reach(const ResampleAxis& axis) {
  return (axis.mode == Resampling::linear ? 1 : 2) * std::max(ratio(axis), 1.0);
}

// for_each_tap() with antialiasing: the weights of the inputs within reach add up to 1.
template <class F>
void for_each_smoothed_tap(const ResampleAxis& axis, std::int64_t o, F&& f) {
  const double stretch = std::max(ratio(axis), 1.0);
  const double centre = ratio(axis) * (static_cast<double>(o) + 0.5);
  const auto begin = static_cast<std::int64_t>(std::max(centre - reach(axis) + 0.5, 0.0));
  const auto end = static_cast<std::int64_t>(
      std::min(centre + reach(axis) + 0.5, static_cast<double>(axis.input)));
  const auto weight = [&](std::int64_t i) {
    return smooth_kernel(axis.mode, std::abs(static_cast<double>(i) + 0.5 - centre) / stretch);
  };
  double total = 0;
  for (std::int64_t i = begin; i < end; ++i) {
    total += weight(i);
  }
  for (std::int64_t i = begin; i < end; ++i) {
    if (weight(i) != 0) {
      f(i, weight(i) / total);
    }
  }
}

// Calls f(input, weight) for the inputs that make output o. A weight of 0 is none: what it belongs
// to may be infinite.
template <class F>
void for_each_tap(const ResampleAxis& axis, std::int64_t o, F&& f) {
  if (axis.antialias) {
    return for_each_smoothed_tap(axis, o, f);
  }
  const auto weighted = [&f](std::int64_t at, double weight) {
    if (weight != 0) {
      f(at, weight);
    }
  };
  switch (axis.mode) {
    case Resampling::nearest:
    case Resampling::nearest_exact: {
      // In float32 for every dtype, as PyTorch computes these positions (except float64 in one
      // dimension).
      const float offset = axis.mode == Resampling::nearest ? 0 : 0.5F;
      const float at = (static_cast<float>(o) + offset) * static_cast<float>(axis.scale);
      return f(std::min(static_cast<std::int64_t>(std::floor(at)), axis.input - 1), 1.0);
    }
    case Resampling::linear: {
      const double at = std::max(position(axis, o), 0.0);
      const std::int64_t low = std::min(static_cast<std::int64_t>(at), axis.input - 1);
      const double part =
          low + 1 < axis.input ? std::clamp(at - static_cast<double>(low), 0.0, 1.0) : 0;
      weighted(low, 1 - part);
      return weighted(low + 1, part);
    }
    case Resampling::cubic: {
      constexpr double a = -0.75;
      const double at = position(axis, o);
      const double low = std::floor(at);
      const double part = at - low;
      const double weights[] = {far_cubic(a, part + 1), near_cubic(a, part),
                                near_cubic(a, 1 - part), far_cubic(a, 2 - part)};
      for (std::int64_t t = 0; t < 4; ++t) {
        const std::int64_t index = static_cast<std::int64_t>(low) - 1 + t;
        weighted(std::clamp<std::int64_t>(index, 0, axis.input - 1), weights[t]);
      }
      return;
    }
    case Resampling::area: {
      const std::int64_t begin = o * axis.input / axis.output;
      const std::int64_t end = ((o + 1) * axis.input + axis.output - 1) / axis.output;
      for (std::int64_t i = begin; i < end; ++i) {
        f(i, 1 / static_cast<double>(end - begin));
      }
    }
  }
}

// The most taps that all outputs have.
inline std::int64_t taps_of(const ResampleAxis& axis) {
  if (axis.antialias) {
    return axis.output * (2 + static_cast<std::int64_t>(2 * reach(axis)));
  }
  switch (axis.mode) {
    case Resampling::nearest:
    case Resampling::nearest_exact: return axis.output;
    case Resampling::linear: return 2 * axis.output;
    case Resampling::cubic: return 4 * axis.output;
    case Resampling::area: return axis.input + 2 * axis.output;
  }
  return 0;
}

}  // namespace retrograd::kernels
