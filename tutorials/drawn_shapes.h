// Colour pictures that need no file: one of ten shapes, anywhere, of any size and colours.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include <retrograd/retrograd.h>

// Whether the shape covers (u, v), where its outline reaches from about -1 to 1.
inline bool covers(std::int64_t shape, double u, double v) {
  const double radius = std::hypot(u, v);
  const double box = std::max(std::abs(u), std::abs(v));
  switch (shape) {
    case 0: return radius < 1;                                               // disc
    case 1: return radius < 1 && radius > 0.55;                              // ring
    case 2: return box < 0.85;                                               // square
    case 3: return box < 0.9 && box > 0.5;                                   // frame
    case 4: return v < 0.8 && std::abs(u) < 0.6 * (v + 0.9);                 // triangle
    case 5: return box < 0.95 && std::min(std::abs(u), std::abs(v)) < 0.28;  // plus
    case 6: return box < 0.9 && std::abs(std::abs(u) - std::abs(v)) < 0.35;  // cross
    case 7: return box < 0.9 && std::sin(9 * v) > 0;                         // level stripes
    case 8: return box < 0.9 && std::sin(9 * u) > 0;                         // upright stripes
    default: return box < 0.9 && std::sin(7 * u) * std::sin(7 * v) > 0;      // squares
  }
}

// Images (count, 3, 32, 32) in [0, 1] with labels 0 to 9, in the form of CIFAR-10. Image i depends
// on the seed and i alone.
inline retrograd::TensorDataset drawn_shapes(std::int64_t count, std::uint64_t seed) {
  namespace rg = retrograd;
  constexpr std::int64_t side = 32;
  const rg::Tensor images = rg::empty({count, 3, side, side});
  const rg::Tensor labels = rg::empty({count}, {.dtype = rg::int64});
  auto* pixel = images.data<float>();
  for (std::int64_t i = 0; i < count; ++i) {
    const rg::Generator::State start = {seed, static_cast<std::uint64_t>(i) * 8192};
    std::uint64_t next = 0;
    const auto uniform = [&](double low, double high) {
      return low + (high - low) * rg::random_uniform(start, next++);
    };
    const std::int64_t shape = i % 10;
    labels.data<std::int64_t>()[i] = shape;
    const double radius = uniform(7, 13);
    const double at_x = uniform(radius, side - radius);
    const double at_y = uniform(radius, side - radius);
    for (int channel = 0; channel < 3; ++channel) {
      const double ground = uniform(0, 1);
      const double ink = ground < 0.5 ? uniform(ground + 0.15, 1) : uniform(0, ground - 0.15);
      for (std::int64_t p = 0; p < side * side; ++p) {
        const auto x = static_cast<double>(p % side) + 0.5;
        const auto y = static_cast<double>(p / side) + 0.5;
        const bool inside = covers(shape, (x - at_x) / radius, (y - at_y) / radius);
        const double value = (inside ? ink : ground) + uniform(-0.15, 0.15);
        *pixel++ = static_cast<float>(std::clamp(value, 0.0, 1.0));
      }
    }
  }
  return {images, labels};
}
