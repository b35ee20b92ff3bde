// fmt::format("{}", tensor): an optional header, because it needs fmt. A tensor's format is
//   [#] [width] [.precision] [f] [v]    or    [width] s
// with these meanings, each of which defaults to print_options():
//   #          shows all elements
//   width      of the longest line
//   precision  the most digits after the point
//   f          keeps small numbers out of scientific form
//   v          the values alone, without the line of dtype, shape and tape
//   s          dtype and shape alone, "float32 [2, 3]", followed by blanks up to the width
#pragma once

#include <algorithm>
#include <limits>
#include <string>

#include <fmt/format.h>

#include <retrograd/retrograd.h>

template <>
struct fmt::formatter<retrograd::Tensor> {
  constexpr auto parse(fmt::format_parse_context& context) {
    auto at = context.begin();
    const auto takes = [&](char letter) {
      const bool is_next = at != context.end() && *at == letter;
      at += is_next ? 1 : 0;
      return is_next;
    };
    const auto number = [&] {
      int value = -1;
      for (; at != context.end() && *at >= '0' && *at <= '9' && value < 10'000'000; ++at) {
        value = (value < 0 ? 0 : value) * 10 + (*at - '0');
      }
      return value;
    };
    shows_all_ = takes('#');
    width_ = number();
    if (takes('.') && (precision_ = number()) < 0) {
      throw fmt::format_error("a precision is needed after the point");
    }
    is_fixed_ = takes('f');
    is_values_ = takes('v');
    const bool is_plain = !shows_all_ && precision_ < 0 && !is_fixed_ && !is_values_;
    is_shape_ = is_plain && takes('s');
    if (width_ == 0 || (at != context.end() && *at != '}')) {
      throw fmt::format_error("a tensor's format is [#][width][.precision][f][v] or [width]s");
    }
    return at;
  }

  template <class Context>
  auto format(const retrograd::Tensor& tensor, Context& context) const {
    if (is_shape_) {
      return fmt::format_to(context.out(), "{:{}}", describe(tensor), std::max(width_, 0));
    }
    retrograd::PrintOptions options = retrograd::print_options();
    if (shows_all_) {
      options.threshold = std::numeric_limits<std::int64_t>::max();
    }
    if (width_ > 0) {
      options.linewidth = width_;
    }
    if (precision_ >= 0) {
      options.precision = precision_;
    }
    options.suppress = options.suppress || is_fixed_;
    options.head = options.head && !is_values_;
    const std::string text = to_string(tensor, options);
    return std::copy(text.begin(), text.end(), context.out());
  }

 private:
  bool shows_all_ = false;
  int width_ = -1;
  int precision_ = -1;
  bool is_fixed_ = false;
  bool is_values_ = false;
  bool is_shape_ = false;
};

template <>
struct fmt::formatter<retrograd::Indexed> : fmt::formatter<retrograd::Tensor> {
  template <class Context>
  auto format(const retrograd::Indexed& tensor, Context& context) const {
    return fmt::formatter<retrograd::Tensor>::format(tensor, context);
  }
};

// The others take the formats of texts.
template <>
struct fmt::formatter<retrograd::DType> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(retrograd::DType dtype, Context& context) const {
    return fmt::formatter<fmt::string_view>::format(name(dtype), context);
  }
};
template <>
struct fmt::formatter<retrograd::Dims> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(const retrograd::Dims& dims, Context& context) const {
    return fmt::formatter<fmt::string_view>::format(to_string(dims), context);
  }
};
template <>
struct fmt::formatter<retrograd::Where> : fmt::formatter<fmt::string_view> {
  template <class Context>
  auto format(retrograd::Where where, Context& context) const {
    return fmt::formatter<fmt::string_view>::format(to_string(where), context);
  }
};
