// Work space for each lane of a shared loop. Internal.
#pragma once

#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/loops/pieces.h>

namespace retrograd::kernels {

// Made before the loop starts, because memory can run out.
class LaneScratch {
 public:
  LaneScratch(std::int64_t bytes, int lanes)
      : each_(detail::rounded_up(bytes, kApart)), memory_(empty_tensor({each_ * lanes}, uint8)) {}

  template <class T>
  T* of_lane(int lane) const {
    return static_cast<T*>(static_cast<void*>(memory_.raw_bytes() + each_ * lane));
  }

 private:
  static constexpr std::int64_t kApart = 128;  // two lanes write no line of cache both

  std::int64_t each_;
  Tensor memory_;
};

// Cuts the scratch of a lane into parts.
class LaneParts {
 public:
  explicit LaneParts(std::byte* from) : at_(from) {}
  template <class T>
  T* take(std::int64_t count) {
    T* const part = static_cast<T*>(static_cast<void*>(at_));
    at_ += detail::rounded_up(count * static_cast<std::int64_t>(sizeof(T)), kAligned);
    return part;
  }
  // The bytes of parts of so many elements in all.
  static constexpr std::int64_t bytes(std::int64_t elements, std::int64_t parts,
                                      std::int64_t item) {
    return elements * item + parts * kAligned;
  }

 private:
  static constexpr std::int64_t kAligned = 64;

  std::byte* at_;
};

}  // namespace retrograd::kernels
