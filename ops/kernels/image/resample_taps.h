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

// Calls f(input, weight) for the inputs that make output o. A weight of 0 is none: what it belongs
// to may be infinite.
template <class F>
void for_each_tap(const ResampleAxis& axis, std::int64_t o, F&& f) {
  const auto weighted = [&f](std::int64_t at, double weight) {
    if (weight != 0) {
      f(at, weight);
    }
  };
  switch (axis.mode) {
    case Resampling::nearest:
    case Resampling::nearest_exact: {
      // In float32 for every dtype, as PyTorch computes these positions (but for float64 in one
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
      // Keys, "Cubic convolution interpolation for digital image processing", 1981.
      constexpr double a = -0.75;
      const auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
      const auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
      const double at = position(axis, o);
      const double low = std::floor(at);
      const double part = at - low;
      const double weights[] = {far(part + 1), near(part), near(1 - part), far(2 - part)};
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
