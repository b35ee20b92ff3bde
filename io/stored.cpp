#include <retrograd/io/detail/stored.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <retrograd/io/internal/half.h>

namespace retrograd::detail {

static_assert(std::endian::native == std::endian::little, "values are read as they are stored");

namespace {

// What is read at a time stays in the cache for conversion.
constexpr std::size_t kPiece = std::size_t{256} << 10;
constexpr std::size_t kConvertedPiece = std::size_t{32} << 10;

void swap_bytes(std::byte* bytes, std::size_t count, std::size_t item) {
  for (std::size_t at = 0; item > 1 && at < count; at += item) {
    std::reverse(bytes + at, bytes + at + item);
  }
}

template <class From, class To, class Convert>
void convert_items(const std::byte* from, std::byte* to, std::size_t count, Convert convert) {
  for (std::size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + i * sizeof value, sizeof value);
    const To converted = convert(value);
    std::memcpy(to + i * sizeof converted, &converted, sizeof converted);
  }
}

template <class From>
void to_int64(const std::byte* from, std::byte* to, std::size_t count) {
  convert_items<From, std::int64_t>(from, to, count,
                                    [](From value) { return std::int64_t{value}; });
}

void convert_piece(Stored stored, const std::byte* from, std::byte* to, std::size_t count) {
  switch (stored) {
    case Stored::float16: return convert_items<std::uint16_t, float>(from, to, count, from_half);
    case Stored::int32: return to_int64<std::int32_t>(from, to, count);
    case Stored::int16: return to_int64<std::int16_t>(from, to, count);
    case Stored::int8: return to_int64<std::int8_t>(from, to, count);
    case Stored::uint32: return to_int64<std::uint32_t>(from, to, count);
    case Stored::uint16: return to_int64<std::uint16_t>(from, to, count);
    default: return;  // read where they are
  }
}

bool is_converted(Stored stored) {
  return item_size(stored) != retrograd::item_size(dtype_of(stored));
}

}  // namespace

bool read_values(const ReadBytes& read, Stored stored, bool is_big_endian, std::byte* to,
                 std::size_t count) {
  const std::size_t item = item_size(stored);
  const bool convert = is_converted(stored);
  const std::size_t most = (convert ? kConvertedPiece : kPiece) / item;
  std::array<std::byte, kConvertedPiece> piece;
  bool holds = true;
  for (std::size_t done = 0; done < count; done += most) {
    const std::size_t now = std::min(most, count - done);
    std::byte* const target = to + done * retrograd::item_size(dtype_of(stored));
    std::byte* const bytes = convert ? piece.data() : target;
    read(bytes, now * item);
    if (is_big_endian) {
      swap_bytes(bytes, now * item, item);
    }
    if (convert) {
      convert_piece(stored, bytes, target, now);
    } else if (stored == Stored::boolean) {
      holds =
          holds && std::none_of(bytes, bytes + now, [](std::byte b) { return b > std::byte{1}; });
    }
  }
  return holds;
}

}  // namespace retrograd::detail
