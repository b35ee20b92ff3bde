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

/// List of at most eight integers, stored inline: a shape, strides, or dimensions to work on.
class Dims {
 public:
  static constexpr std::size_t capacity = 8;  ///< Largest number of values.
  /// Type of the values.
  using value_type = std::int64_t;

  /// Constructs an empty list.
  constexpr Dims() noexcept = default;
  /// Constructs a list of one value: `sum(x, 1)`.
  constexpr Dims(std::int64_t only) noexcept : values_{only}, size_(1) {}  // NOLINT: sum(x, 1)
  /// Constructs a list of the given values.
  /// @throws ShapeError if there are more than eight
  constexpr Dims(std::initializer_list<std::int64_t> values) { assign(values); }
  /// Constructs a list of the values of a vector.
  /// @throws ShapeError if there are more than eight
  Dims(const std::vector<std::int64_t>& values) { assign(values); }  // NOLINT: any list will do
  /// Constructs a list of the values of a span.
  /// @throws ShapeError if there are more than eight
  explicit constexpr Dims(std::span<const std::int64_t> values) { assign(values); }

  /// Returns a list of `count` times `value`.
  static constexpr Dims filled(std::size_t count, std::int64_t value) {
    Dims result;
    result.resize(count, value);
    return result;
  }

  /// Returns the number of values.
  constexpr std::size_t size() const noexcept { return size_; }
  /// Returns whether there are no values.
  constexpr bool empty() const noexcept { return size_ == 0; }
  /// Returns the value at position `i`.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return values_[checked(i)]; }
  /// Returns the value at position `i`.
  constexpr std::int64_t& operator[](std::size_t i) noexcept { return values_[checked(i)]; }
  /// Returns the last value.
  constexpr std::int64_t back() const noexcept { return values_[checked(size_ - 1U)]; }
  /// Returns the last value.
  constexpr std::int64_t& back() noexcept { return values_[checked(size_ - 1U)]; }
  /// Returns the position of the first value.
  constexpr const std::int64_t* begin() const noexcept { return values_.data(); }
  /// Returns the position behind the last value.
  constexpr const std::int64_t* end() const noexcept { return values_.data() + size_; }
  /// Returns the position of the first value.
  constexpr std::int64_t* begin() noexcept { return values_.data(); }
  /// Returns the position behind the last value.
  constexpr std::int64_t* end() noexcept { return values_.data() + size_; }

  /// Appends a value.
  /// @throws ShapeError if there are eight already
  constexpr void push_back(std::int64_t value) {
    require_capacity(size_ + 1U);
    values_[size_++] = value;
  }
  /// Inserts a value before position `at`.
  /// @throws ShapeError if there are eight already
  constexpr void insert(std::size_t at, std::int64_t value) {
    require_capacity(size_ + 1U);
    std::copy_backward(begin() + at, end(), end() + 1);
    values_[at] = value;
    ++size_;
  }
  /// Removes the value at position `at`.
  constexpr void erase(std::size_t at) noexcept {
    std::copy(begin() + at + 1, end(), begin() + at);
    --size_;
  }
  /// Changes the number of values; new ones are `value`.
  /// @throws ShapeError if `count` is more than eight
  constexpr void resize(std::size_t count, std::int64_t value = 0) {
    require_capacity(count);
    for (std::size_t i = size_; i < count; ++i) {
      values_[i] = value;
    }
    size_ = static_cast<std::uint8_t>(count);
  }

  /// Returns whether both lists have the same values.
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
    require_capacity(values.size());
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
  static constexpr void require_capacity(std::size_t count) {
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

/// Returns a text such as `[8, 3, 32, 32]`.
RETROGRAD_API std::string to_string(const Dims& dims);
/// Prints a list as `[8, 3, 32, 32]`.
RETROGRAD_API std::ostream& operator<<(std::ostream& out, const Dims& dims);

/// Returns the strides of a row-major tensor, in elements.
RETROGRAD_API Strides contiguous_strides(const Shape& shape) noexcept;

/// Returns the strides of (N, C, spatial...) with channels innermost in memory, in elements.
RETROGRAD_API Strides channels_last_strides(const Shape& shape) noexcept;

namespace detail {
using DimMask = std::array<bool, Dims::capacity>;  // which dimensions of a tensor
}

}  // namespace retrograd
