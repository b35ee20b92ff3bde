#include <retrograd/tensor/internal/printable.h>

#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

std::string printable(std::string_view text) {
  constexpr std::size_t most = 200;
  std::string result;
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      result += formatted("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return text.size() > most ? result + "..." : result;
}

std::string in_quotes(std::string_view text) {
  return formatted("'{}'", printable(text));
}

}  // namespace retrograd::detail
