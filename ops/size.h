/// @file
/// Sizes of sliding windows: kernel, stride, padding, dilation.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace retrograd {

/// One number for each of N spatial dimensions, or one for all: 3 or {3, 5}.
template <std::size_t N>
class Size {
 public:
  /// Makes it from one number for all dimensions.
  constexpr Size(std::int64_t all) noexcept { values_.fill(all); }  // NOLINT: .stride = 2
  /// Makes it from one number for each dimension.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr Size(I... each) noexcept
      : values_{static_cast<std::int64_t>(each)...} {}  // NOLINT

  /// Returns the number of spatial dimension i.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return values_[i]; }
  /// Returns an iterator at the first number.
  constexpr auto begin() const noexcept { return values_.begin(); }
  /// Returns the iterator behind the last number.
  constexpr auto end() const noexcept { return values_.end(); }

 private:
  std::array<std::int64_t, N> values_{};
};

/// A size that may be left out: {} or one of Size's forms.
template <std::size_t N>
class OptionalSize {
 public:
  /// Makes it without a size.
  constexpr OptionalSize() noexcept = default;
  /// Makes it from a size.
  constexpr OptionalSize(Size<N> size) noexcept : size_(size) {}  // NOLINT: as Size
  /// Makes it from one number for all dimensions.
  constexpr OptionalSize(std::int64_t all) noexcept : size_(Size<N>(all)) {}  // NOLINT: .stride = 2
  /// Makes it from one number for each dimension.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr OptionalSize(I... each) noexcept
      : size_(Size<N>(each...)) {}  // NOLINT: .stride = {1, 2}

  /// Returns the size, if it was given.
  constexpr const std::optional<Size<N>>& value() const noexcept { return size_; }
  /// Returns the size, or `other` if it was left out.
  constexpr Size<N> value_or(Size<N> other) const noexcept { return size_.value_or(other); }

 private:
  std::optional<Size<N>> size_;
};

/// Kinds of padding.
enum class PadMode : std::uint8_t {
  explicit_sizes,  ///< Numbers for each dimension.
  valid,           ///< No padding.
  same             ///< Padding that keeps the length, for stride 1.
};
/// No padding.
inline constexpr PadMode valid = PadMode::valid;
/// Padding that keeps the length; needs stride 1.
inline constexpr PadMode same = PadMode::same;

/// Zeros at each end of the spatial dimensions: 1, {1, 2}, `valid` or `same`.
template <std::size_t N>
class Padding {
 public:
  /// Makes it from one number for all dimensions.
  constexpr Padding(std::int64_t all) noexcept : sizes_(all) {}  // NOLINT: .padding = 1
  /// Makes it from one number for each dimension.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr Padding(I... each) noexcept
      : sizes_(each...) {}  // NOLINT: {1, 2}
  /// Makes it from `valid` or `same`.
  constexpr Padding(PadMode mode) noexcept : sizes_(0), mode_(mode) {}  // NOLINT: same
  /// Makes it from a size.
  constexpr Padding(Size<N> sizes) noexcept : sizes_(sizes) {}  // NOLINT: as Size

  /// Returns the kind of padding.
  constexpr PadMode mode() const noexcept { return mode_; }
  /// Returns the number of spatial dimension i.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return sizes_[i]; }

 private:
  Size<N> sizes_;
  PadMode mode_ = PadMode::explicit_sizes;
};

}  // namespace retrograd
