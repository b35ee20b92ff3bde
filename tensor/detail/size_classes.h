// The sizes of the allocator's blocks.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace retrograd::memory {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kSmallest = 64;
constexpr std::size_t kSteps = 4;  // sizes for each power of two
// Above this size there are more of them: a tensor of 2^n bytes, with its header, would otherwise
// waste a quarter.
constexpr std::size_t kFine = 64 * 1024;
constexpr std::size_t kFineSteps = 16;
constexpr std::size_t kFineClass = std::countr_zero(kFine / kSmallest) * kSteps;

// Class c holds blocks of (4 + c % 4) * 2^(c / 4) * 16 bytes up to 64 KiB, then of
// (16 + f % 16) * 2^(f / 16) * 4096 with f = c - 40.
constexpr std::size_t class_bytes(std::size_t index) noexcept {
  if (index > kFineClass) {
    const std::size_t fine = index - kFineClass;
    return (kFineSteps + fine % kFineSteps) * (kFine / kFineSteps) << fine / kFineSteps;
  }
  return (kSteps + index % kSteps) * (kSmallest / kSteps) << index / kSteps;
}

constexpr std::size_t computed_class_of(std::size_t bytes) noexcept {
  if (bytes <= kSmallest) {
    return 0;
  }
  const auto power = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;  // 2^power < bytes
  const auto class_above = [&](std::size_t least, std::size_t steps) {
    const auto shift = power - static_cast<std::size_t>(std::countr_zero(steps));
    const std::size_t step = (bytes - 1) >> shift;  // from steps on, below twice that
    return (power - static_cast<std::size_t>(std::countr_zero(least))) * steps + step - steps + 1;
  };
  return bytes > kFine ? kFineClass + class_above(kFine, kFineSteps)
                       : class_above(kSmallest, kSteps);
}

// Small blocks, by multiples of the alignment: reading is quicker than computing.
inline constexpr auto kSmallClasses = [] {
  std::array<std::uint8_t, 65> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    classes[i] = static_cast<std::uint8_t>(computed_class_of(i * kAlignment));
  }
  return classes;
}();
constexpr std::size_t class_of(std::size_t bytes) noexcept {
  return bytes <= (kSmallClasses.size() - 1) * kAlignment
             ? kSmallClasses[(bytes + kAlignment - 1) / kAlignment]
             : computed_class_of(bytes);
}

constexpr std::size_t kLargest = std::size_t{1}
                                 << std::min(46, std::numeric_limits<std::size_t>::digits - 1);
constexpr std::size_t kClasses = class_of(kLargest) + 1;
static_assert(class_bytes(class_of(65)) == 128 && class_of(64) == 0 && class_of(128) == 4 &&
              class_bytes(4) == 128 && class_bytes(class_of(1000)) == 1024);
static_assert(class_of(kFine) == kFineClass && class_bytes(kFineClass) == kFine &&
              class_bytes(class_of(kFine + 1)) == kFine + kFine / 16 &&
              class_bytes(class_of(std::size_t{1} << 20)) == std::size_t{1} << 20);

// Blocks must stay multiples of the alignment, so the sizes between are rounded up.
inline constexpr auto kBlockBytes = [] {
  std::array<std::size_t, kClasses> bytes{};
  for (std::size_t index = 0; index < kClasses; ++index) {
    bytes[index] = (class_bytes(index) + kAlignment - 1) / kAlignment * kAlignment;
  }
  return bytes;
}();
constexpr std::size_t block_bytes(std::size_t index) noexcept {
  return kBlockBytes[index];
}

}  // namespace retrograd::memory
