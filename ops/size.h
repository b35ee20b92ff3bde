/// @file
/// Sizes of sliding windows: kernel, stride, padding, dilation.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace retrograd {

/// One number for each of N spatial dimensions, or the same for all: 3 or {3, 5}.
template <std::size_t N>
class Size {
 public:
  /// Constructs it from what the class and its options describe.
  constexpr Size(std::int64_t all) noexcept { values_.fill(all); }  // NOLINT: .stride = 2
  /// Constructs it from what the class and its options describe.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr Size(I... each) noexcept
      : values_{static_cast<std::int64_t>(each)...} {}  // NOLINT

  /// The one at this place.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return values_[i]; }
  /// The first.
  constexpr auto begin() const noexcept { return values_.begin(); }
  /// Behind the last.
  constexpr auto end() const noexcept { return values_.end(); }

 private:
  std::array<std::int64_t, N> values_{};
};

/// A size that may be left out: {} or one of Size's forms.
template <std::size_t N>
class OptionalSize {
 public:
  /// Constructs it from what the class and its options describe.
  constexpr OptionalSize() noexcept = default;
  /// Constructs it from what the class and its options describe.
  constexpr OptionalSize(Size<N> size) noexcept : size_(size) {}  // NOLINT: as Size
  /// Constructs it from what the class and its options describe.
  constexpr OptionalSize(std::int64_t all) noexcept : size_(Size<N>(all)) {}  // NOLINT: .stride = 2
  /// Constructs it from what the class and its options describe.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr OptionalSize(I... each) noexcept
      : size_(Size<N>(each...)) {}  // NOLINT: .stride = {1, 2}

  /// The function's value.
  constexpr const std::optional<Size<N>>& value() const noexcept { return size_; }
  /// The size, or another when it was left out.
  constexpr Size<N> value_or(Size<N> other) const noexcept { return size_.value_or(other); }

 private:
  std::optional<Size<N>> size_;
};

/// valid: no padding. same: the output is as long as the input; needs stride 1.
enum class PadMode : std::uint8_t {
  /// valid: no padding. same: the output is as long as the input; needs stride 1.
  explicit_sizes,
  /// valid: no padding. same: the output is as long as the input; needs stride 1.
  valid,
  /// valid: no padding. same: the output is as long as the input; needs stride 1.
  same
};
/// No padding.
inline constexpr PadMode valid = PadMode::valid;
/// As much padding as keeps the length.
inline constexpr PadMode same = PadMode::same;

/// Zeros before and after each spatial dimension: 1, {1, 2}, valid or same.
template <std::size_t N>
class Padding {
 public:
  /// Constructs it from what the class and its options describe.
  constexpr Padding(std::int64_t all) noexcept : sizes_(all) {}  // NOLINT: .padding = 1
  /// Constructs it from what the class and its options describe.
  template <std::integral... I>
  requires(sizeof...(I) == N && N > 1) constexpr Padding(I... each) noexcept
      : sizes_(each...) {}  // NOLINT: {1, 2}
  /// Constructs it from what the class and its options describe.
  constexpr Padding(PadMode mode) noexcept : sizes_(0), mode_(mode) {}  // NOLINT: same
  /// Constructs it from what the class and its options describe.
  constexpr Padding(Size<N> sizes) noexcept : sizes_(sizes) {}  // NOLINT: as Size

  /// Given sizes, valid or same.
  constexpr PadMode mode() const noexcept { return mode_; }
  /// The one at this place.
  constexpr std::int64_t operator[](std::size_t i) const noexcept { return sizes_[i]; }

 private:
  Size<N> sizes_;
  PadMode mode_ = PadMode::explicit_sizes;
};

}  // namespace retrograd
