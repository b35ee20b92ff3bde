#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include <retrograd/log/detail/progress_line.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::logging::detail {

namespace {

constexpr std::size_t kWidestBar = 30;
constexpr std::size_t kNarrowestBar = 8;

bool continues_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;  // in UTF-8
}

std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
}

// The first characters, as many as there are columns for.
std::string cut(const std::string& text, std::size_t width) {
  std::size_t columns = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!continues_character(text[i]) && ++columns > width) {
      return text.substr(0, i);
    }
  }
  return text;
}

// A loss or an accuracy: four digits behind the point, unless these say too little.
std::string value_text(double value) {
  const double size = std::abs(value);
  const bool plain = value == 0 || (size >= 1e-3 && size < 1e5);
  return plain ? fmt::format("{:.4f}", value) : fmt::format("{:.3g}", value);
}

std::string values_text(const NamedValues& values) {
  std::string text;
  for (const auto& [name, value] : values) {
    text += fmt::format("  {} {}", retrograd::detail::printable(name), value_text(value));
  }
  return text;
}

// No rate is known before some time has passed.
std::string rate_text(const ProgressState& state) {
  const double rate = state.seconds > 0 ? static_cast<double>(state.done) / state.seconds : 0;
  return fmt::format("{:.{}f} {}/s", rate, rate < 10 ? 1 : 0, state.unit);
}

std::string left_text(const ProgressState& state) {
  if (state.done <= 0 || state.done >= state.total) {
    return {};
  }
  const double each = state.seconds / static_cast<double>(state.done);
  return fmt::format("  {} left",
                     duration_text(each * static_cast<double>(state.total - state.done)));
}

std::string bar(double part, std::size_t width) {
  const auto full = static_cast<std::size_t>(part * static_cast<double>(width));
  return " [" + std::string(full, '#') + std::string(width - full, '.') + "]";
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::min(std::ceil(seconds), 1e9));
  if (whole < 60) {
    return fmt::format("{} s", whole);
  }
  return whole < 3600 ? fmt::format("{}:{:02} min", whole / 60, whole % 60)
                      : fmt::format("{}:{:02}:{:02} h", whole / 3600, whole / 60 % 60, whole % 60);
}

std::string bar_line(const ProgressState& state, std::size_t width) {
  const std::string title = retrograd::detail::printable(state.title);
  const std::string values = values_text(state.values);
  const std::string rate = "  " + rate_text(state);
  if (state.total <= 0) {
    return cut(fmt::format("{}  {} {}", title, state.done, state.unit) + values + rate, width);
  }
  const double part =
      std::clamp(static_cast<double>(state.done) / static_cast<double>(state.total), 0.0, 1.0);
  const std::string percent = fmt::format(" {:3.0f}%", std::floor(part * 100));
  const std::string left = left_text(state);
  const std::size_t beside_bar = columns_of(title + percent + values + rate + left) + 3;
  if (beside_bar + kNarrowestBar <= width) {
    const std::size_t bar_width = std::min(width - beside_bar, kWidestBar);
    return title + bar(part, bar_width) + percent + values + rate + left;
  }
  for (const std::string& line : {title + percent + values + rate + left,
                                  title + percent + values + left, title + percent + values}) {
    if (columns_of(line) <= width) {
      return line;
    }
  }
  return cut(title + percent + values, width);
}

std::string last_line(const ProgressState& state) {
  std::string line = fmt::format("{}  {:.1f} s, {}", retrograd::detail::printable(state.title),
                                 state.seconds, rate_text(state));
  if (state.done != state.total && state.total > 0) {
    line += fmt::format(", stopped at {} of {}", state.done, state.total);
  }
  return line + values_text(state.values);
}

}  // namespace retrograd::logging::detail
