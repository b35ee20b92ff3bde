#include <retrograd/tensor/internal/format.h>

#include <iterator>

#include <fmt/format.h>

namespace retrograd::detail {

std::string formatted_of(fmt::string_view text, fmt::format_args values) {
  std::string all;
  fmt::vformat_to(std::back_inserter(all), text, values);
  return all;
}

namespace {

template <class Items, class Text>
std::string joined_texts(const Items& items, std::string_view between, Text text) {
  std::string all;
  for (const auto& item : items) {
    if (&item != &items.front()) {
      all += between;
    }
    all += text(item);
  }
  return all;
}

}  // namespace

std::string joined(std::span<const std::string> texts, std::string_view between) {
  return joined_texts(texts, between,
                      [](const std::string& text) -> std::string_view { return text; });
}

std::string joined(std::span<const std::int64_t> numbers, std::string_view between) {
  return joined_texts(numbers, between,
                      [](std::int64_t number) { return fmt::format_int(number).str(); });
}

}  // namespace retrograd::detail
