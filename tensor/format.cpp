#include <retrograd/tensor/internal/format.h>

#include <iterator>

#include <fmt/format.h>

namespace retrograd::detail {

std::string formatted_of(fmt::string_view text, fmt::format_args values) {
  std::string all;
  fmt::vformat_to(std::back_inserter(all), text, values);
  return all;
}

}  // namespace retrograd::detail
