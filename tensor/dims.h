/// @file
/// Shapes, strides and lists of dimensions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <span>
#include <string>
#include <vector>

#include <retrograd/tensor/api.h>

namespace retrograd {

/// A list of at most eight integers, held inline: a shape, strides, or the dimensions to work on.
class Dims {
 public:
  static constexpr std::size_t capacity = 8;  ///< The most there can be.
  /// What an iterator gives.
  using value_type = std::int64_t;

  /// Constructs it from what the class and its options describe.
  constexpr Dims() noexcept = default;
  /// Constructs it from what the class and its options describe.
  constexpr Dims(std::int64_t only) noexcept : values_{only}, size_(1) {}  // NOLINT: sum(x, 1)
  /// Constructs it from what the class and its options describe.
  constexpr Dims(std::initializer_list<std::int64_t> values) { assign(values); }
  /// Constructs it from what the class and its options describe.
  Dims(const std::vector<std::int64_t>& values) { assign(values); }  // NOLINT: any list will do
  /// Constructs it from what the class and its options describe.
  explicit constexpr Dims(std::span<const std::int64_t> values) { assign(values); }

  /// `count` times the same value.
  static constexpr Dims filled(std::size_t count, std::int64_t value) {
    Dims result;
    result.resize(count, value);
    return result;
  }

  /// How many there are; of a tensor, the length of one dimension.
  constexpr std::size_t size() const noexcept { return size_; }
  /// Whether there are none.
  constexpr bool empty() const noexcept { return size_ == 0; }
  /// The one at this place.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return values_[checked(i)]; }
  /// The one at this place.
  constexpr std::int64_t& operator[](std::size_t i) noexcept { return values_[checked(i)]; }
  /// The last.
  constexpr std::int64_t back() const noexcept { return values_[checked(size_ - 1U)]; }
  /// The last.
  constexpr std::int64_t& back() noexcept { return values_[checked(size_ - 1U)]; }
  /// The first.
  constexpr const std::int64_t* begin() const noexcept { return values_.data(); }
  /// Behind the last.
  constexpr const std::int64_t* end() const noexcept { return values_.data() + size_; }
  /// The first.
  constexpr std::int64_t* begin() noexcept { return values_.data(); }
  /// Behind the last.
  constexpr std::int64_t* end() noexcept { return values_.data() + size_; }

  /// Appends a value.
  constexpr void push_back(std::int64_t value) {
    require_room(size_ + 1U);
    values_[size_++] = value;
  }
  /// Puts a value before place `at`.
  constexpr void insert(std::size_t at, std::int64_t value) {
    require_room(size_ + 1U);
    std::copy_backward(begin() + at, end(), end() + 1);
    values_[at] = value;
    ++size_;
  }
  /// Takes a value out.
  constexpr void erase(std::size_t at) noexcept {
    std::copy(begin() + at + 1, end(), begin() + at);
    --size_;
  }
  /// Changes the length; new values are `value`.
  constexpr void resize(std::size_t count, std::int64_t value = 0) {
    require_room(count);
    for (std::size_t i = size_; i < count; ++i) {
      values_[i] = value;
    }
    size_ = static_cast<std::uint8_t>(count);
  }

  /// Whether the two are equal.
  friend constexpr bool operator==(const Dims& a, const Dims& b) noexcept {
    if (a.size_ != b.size_) {
      return false;
    }
    for (std::size_t i = 0; i < a.size_; ++i) {  // std::equal calls memcmp, which takes longer
      if (a.values_[i] != b.values_[i]) {
        return false;
      }
    }
    return true;
  }

 private:
  template <class Range>
  constexpr void assign(const Range& values) {
    require_room(values.size());
    std::copy(values.begin(), values.end(), values_.begin());
    size_ = static_cast<std::uint8_t>(values.size());
  }
  // The array is longer than the list: spans check i in builds with sanitizers.
  constexpr std::size_t checked(std::size_t i) const noexcept {
#ifdef _GLIBCXX_ASSERTIONS
    static_cast<void>(std::span(values_.data(), size_)[i]);
#endif
    return i;
  }
  static constexpr void require_room(std::size_t count) {
    if (count > capacity) {
      fail_capacity(count);
    }
  }
  [[noreturn]] RETROGRAD_API static void fail_capacity(std::size_t count);

  std::array<std::int64_t, capacity> values_{};
  std::uint8_t size_ = 0;
};

/// Lengths of the dimensions.
using Shape = Dims;
/// Steps in memory along the dimensions, in elements.
using Strides = Dims;

/// "[8, 3, 32, 32]"
RETROGRAD_API std::string to_string(const Dims& dims);
/// Prints it.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Dims& dims);

/// Strides in elements of a row-major tensor.
RETROGRAD_API Strides contiguous_strides(const Shape& shape) noexcept;

/// Strides in elements of (N, C, spatial...) with the channels innermost in memory.
RETROGRAD_API Strides channels_last_strides(const Shape& shape) noexcept;

namespace detail {
using DimMask = std::array<bool, Dims::capacity>;  // which dimensions of a tensor
}

}  // namespace retrograd
