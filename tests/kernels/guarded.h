// Memory with guards on both sides, which kernels may neither write nor use.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/tensor/detail/sanitizers.h>

#if RETROGRAD_ASAN
#include <sanitizer/asan_interface.h>
#endif

// A copy of a tensor, of its strides, between guards. Bytes of the guards are all 1, which is NaN
// in each floating dtype; with AddressSanitizer, reading them ends the program too.
class Guarded {
 public:
  explicit Guarded(const retrograd::Tensor& x) {
    std::int64_t last = 0;
    for (std::size_t d = 0; d < x.shape().size(); ++d) {
      last += (x.shape()[d] - 1) * x.strides()[d];
    }
    used_ = x.numel() == 0 ? 0 : static_cast<std::size_t>(last + 1) * item_size(x.dtype());
    block_.assign(2 * kGuard + used_, std::byte{0xff});
    tensor_ = retrograd::from_blob(block_.data() + kGuard, x.shape(), x.strides(), x.dtype());
    tensor_.copy_(x);
    poison(true);
  }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  ~Guarded() { poison(false); }

  const retrograd::Tensor& tensor() const { return tensor_; }
  bool intact() {
    poison(false);
    const auto untouched = [](std::byte byte) { return byte == std::byte{0xff}; };
    return std::all_of(block_.begin(), block_.begin() + kGuard, untouched) &&
           std::all_of(block_.end() - kGuard, block_.end(), untouched);
  }

 private:
  static constexpr std::ptrdiff_t kGuard = 4096;

  void poison([[maybe_unused]] bool on) {
#if RETROGRAD_ASAN
    const auto change = on ? __asan_poison_memory_region : __asan_unpoison_memory_region;
    change(block_.data(), kGuard);
    const std::size_t whole = (used_ + 7) / 8 * 8;  // what shares 8 bytes with the values stays
    change(block_.data() + kGuard + whole, kGuard - (whole - used_));
#endif
  }

  std::vector<std::byte> block_;
  std::size_t used_ = 0;
  retrograd::Tensor tensor_;
};
