// Short arrays without memory of their own. Internal.
#pragma once

#include <array>
#include <cstddef>
#include <memory>

namespace retrograd::detail {

// An array whose length is fixed when it is made; short ones need no memory of their own.
template <class T, std::size_t N>
class InlineArray {
 public:
  explicit InlineArray(std::size_t count)
      : count_(count), many_(count > N ? std::make_unique<T[]>(count) : nullptr) {}

  std::size_t size() const noexcept { return count_; }
  T* data() noexcept { return many_ ? many_.get() : few_.data(); }
  const T* data() const noexcept { return many_ ? many_.get() : few_.data(); }
  T& operator[](std::size_t i) noexcept { return data()[i]; }
  const T& operator[](std::size_t i) const noexcept { return data()[i]; }
  void clear() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      data()[i] = T{};
    }
  }

 private:
  std::size_t count_;
  std::array<T, N> few_{};
  std::unique_ptr<T[]> many_;
};

}  // namespace retrograd::detail
