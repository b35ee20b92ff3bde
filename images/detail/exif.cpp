#include <retrograd/images/detail/exif.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace retrograd::detail {

namespace {

class Tiff {
 public:
  explicit Tiff(std::string_view bytes) noexcept
      : bytes_(bytes), is_big_endian_(bytes.starts_with("MM")) {}

  bool is_valid() const noexcept {
    return (is_big_endian_ || bytes_.starts_with("II")) && number(2, 2) == 42;
  }

  // The number of `size` bytes at an offset, none behind the end.
  std::optional<std::size_t> number(std::size_t at, std::size_t size) const noexcept {
    if (at > bytes_.size() || size > bytes_.size() - at) {
      return {};
    }
    std::size_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t next = is_big_endian_ ? i : size - 1 - i;
      value = value << 8 | static_cast<std::uint8_t>(bytes_[at + next]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool is_big_endian_;
};

// The value of an entry of the directory if it is one number.
std::optional<std::size_t> value_of(const Tiff& tiff, std::size_t entry) {
  if (tiff.number(entry + 4, 4) != 1) {  // count
    return {};
  }
  switch (tiff.number(entry + 2, 2).value_or(0)) {  // type
    case 1: return tiff.number(entry + 8, 1);
    case 3: return tiff.number(entry + 8, 2);
    case 4: return tiff.number(entry + 8, 4);
    default: return {};
  }
}

}  // namespace

int exif_orientation(std::string_view bytes) noexcept {
  const Tiff tiff(bytes);
  const std::size_t directory = tiff.is_valid() ? tiff.number(4, 4).value_or(0) : 0;
  const std::size_t count = directory == 0 ? 0 : tiff.number(directory, 2).value_or(0);
  constexpr std::size_t entry_size = 12;
  constexpr std::size_t orientation = 0x0112;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry = directory + 2 + i * entry_size;
    if (tiff.number(entry, 2) == orientation) {
      const std::size_t value = value_of(tiff, entry).value_or(1);
      return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
  }
  return 1;
}

}  // namespace retrograd::detail
