// Checks and random numbers that transforms share. Internal.
#pragma once

#include <cstdint>

#include <retrograd/images/transform.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd::transforms::detail {

// (C, H, W) or (N, C, H, W), of uint8 or floating.
void require_image(const Frame& call, const Tensor& image);
// The same with 1 or 3 channels.
void require_grey_or_rgb(const Frame& call, const Tensor& image);
// [0, 1]
void require_probability(const Frame& call, double p);
// low <= high, both in [least, most].
void require_range(const Frame& call, const char* name, double low, double high, double least,
                   double most);
// At least 0.
void require_factor(const Frame& call, double factor);
// At most the largest value of an image.
void require_threshold(const Frame& call, double threshold, double largest);
// Of posterize(): 0 to 8.
void require_bits(const Frame& call, int bits);
// Of rgb_to_grayscale(): 1 or 3.
void require_grey_channels(const Frame& call, std::int64_t channels);
// Height and width of at least 1.
void require_size(const Frame& call, std::int64_t height, std::int64_t width);

// One position of the generator's stream each.
inline double draw_uniform(double low, double high) {
  return low + (high - low) * random_uniform(default_generator().take(1), 0);
}
// In [low, end).
inline std::int64_t draw_integer(std::int64_t low, std::int64_t end) {
  const auto at = static_cast<std::int64_t>(static_cast<double>(end - low) *
                                            random_uniform(default_generator().take(1), 0));
  return low + (at < end - low ? at : end - low - 1);
}
inline bool draw_chance(double p) {
  return random_uniform(default_generator().take(1), 0) < p;
}

}  // namespace retrograd::transforms::detail
