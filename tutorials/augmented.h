// Augmentation: more pictures than there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/retrograd.h>

// Returns each image moved by up to 4 pixels each way, and mirrored or not. The object stays
// the same while its pixels differ, so pixels cannot be learned by heart.
inline retrograd::Tensor augmented(const retrograd::Tensor& images) {
  namespace rg = retrograd;
  using rg::Tensor;
  const Tensor padded = rg::pad(images, {4, 4, 4, 4});
  const std::int64_t count = images.size(0);
  const auto move = rg::randint(0, 9, {2 * count}).to_vector<std::int64_t>();
  const auto mirror = rg::randint(0, 2, {count}).to_vector<std::int64_t>();
  std::vector<Tensor> moved;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    Tensor image = rg::select(padded, 0, i);
    image = rg::narrow(image, 1, move[2 * at], images.size(2));
    image = rg::narrow(image, 2, move[2 * at + 1], images.size(3));
    moved.push_back(mirror[at] == 1 ? rg::flip(image, {2}) : image);
  }
  return rg::stack(moved);
}
