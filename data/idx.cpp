#include <retrograd/data/idx.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

#include <retrograd/data/detail/byte_source.h>

namespace retrograd {

namespace {

using detail::ByteSource;
using detail::FileCall;

struct Header {
  unsigned char type = 0;
  Shape shape;
  std::size_t length = 0;       // of the header, in bytes
  std::size_t value_bytes = 0;  // all values together
};

std::size_t stored_item_size(unsigned char type, const FileCall& call) {
  switch (type) {
    case 0x08:
    case 0x09: return 1;
    case 0x0b: return 2;
    case 0x0c:
    case 0x0d: return 4;
    case 0x0e: return 8;
    default: break;
  }
  call.fail("unknown element type {:#04x} [file-unsupported]", type);
}

std::uint32_t big_endian(const unsigned char* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | std::uint32_t{bytes[3]};
}

Header read_header(ByteSource& source, const FileCall& call) {
  const auto read = [&](unsigned char* to, std::size_t count) {
    if (source.read(to, count) != count) {
      call.fail("not an IDX file: it ends within the header [file-truncated]");
    }
  };
  std::array<unsigned char, 4> magic{};
  read(magic.data(), magic.size());
  if (magic[0] != 0 || magic[1] != 0) {
    call.fail("not an IDX file: it does not begin with two zero bytes [file-malformed]");
  }
  Header header;
  header.type = magic[2];
  header.value_bytes = stored_item_size(header.type, call);
  const std::size_t rank = magic[3];
  if (rank < 1 || rank > Dims::capacity) {
    call.fail("it has {} dimensions; 1 to 8 can be read [file-unsupported]", rank);
  }
  bool too_large = false;
  bool empty = false;
  for (std::size_t d = 0; d < rank; ++d) {
    std::array<unsigned char, 4> bytes{};
    read(bytes.data(), bytes.size());
    const std::size_t size = big_endian(bytes.data());
    header.shape.push_back(static_cast<std::int64_t>(size));
    empty = empty || size == 0;
    too_large =
        too_large || __builtin_mul_overflow(header.value_bytes, std::max<std::size_t>(size, 1),
                                            &header.value_bytes);
  }
  // Shorter integers take 8 bytes each in memory; no object has more than PTRDIFF_MAX of them.
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max() / sizeof(std::int64_t);
  if (too_large || header.value_bytes / stored_item_size(header.type, call) > most) {
    call.fail("shape {} is larger than memory can address [too-many-elements]", header.shape);
  }
  header.value_bytes = empty ? 0 : header.value_bytes;
  header.length = magic.size() + 4 * rank;
  return header;
}

// `there`: how many bytes there are instead.
[[noreturn]] void fail_length(const Header& header, const check::Part& there,
                              const FileCall& call) {
  call.fail("shape {} takes {} bytes of values, but there are {} [file-malformed]", header.shape,
            header.value_bytes, there);
}

// All values as they are stored.
std::vector<unsigned char> read_values(ByteSource& source, const Header& header,
                                       const FileCall& call) {
  if (const auto size = source.size(); size && *size - header.length != header.value_bytes) {
    fail_length(header, *size - header.length, call);
  }
  std::vector<unsigned char> values = detail::read_at_most(source, header.value_bytes);
  if (values.size() != header.value_bytes) {
    fail_length(header, values.size(), call);
  }
  unsigned char more = 0;
  if (source.read(&more, 1) != 0) {
    fail_length(header, "more", call);
  }
  return values;
}

// Turns big-endian values stored as From into values of type To.
template <class To, class From>
void decode(const std::vector<unsigned char>& stored, To* to) {
  using Bits = std::conditional_t<
      sizeof(From) == 1, std::uint8_t,
      std::conditional_t<sizeof(From) == 2, std::uint16_t,
                         std::conditional_t<sizeof(From) == 4, std::uint32_t, std::uint64_t>>>;
  for (std::size_t at = 0; at < stored.size(); at += sizeof(From)) {
    std::uint64_t bits = 0;
    for (std::size_t b = 0; b < sizeof(From); ++b) {
      bits = bits << 8 | stored[at + b];
    }
    const auto value = std::bit_cast<From>(static_cast<Bits>(bits));
    *to++ = static_cast<To>(value);  // NOLINT(bugprone-signed-char-misuse): numbers, not letters
  }
}

template <class To, class From>
Tensor tensor_of(const std::vector<unsigned char>& stored, const Header& header) {
  Tensor result = empty_tensor(header.shape, dtype_of<To>());
  decode<To, From>(stored, result.raw<To>());
  return result;
}

}  // namespace

Tensor read_idx(const std::string& path, Where where) {
  const FileCall call{"read_idx", path, where};
  const auto source = detail::open_bytes(call);
  const Header header = read_header(*source, call);
  const auto values = read_values(*source, header, call);
  switch (header.type) {
    case 0x09: return tensor_of<std::int64_t, std::int8_t>(values, header);
    case 0x0b: return tensor_of<std::int64_t, std::int16_t>(values, header);
    case 0x0c: return tensor_of<std::int64_t, std::int32_t>(values, header);
    case 0x0d: return tensor_of<float, float>(values, header);
    case 0x0e: return tensor_of<double, double>(values, header);
    default: return tensor_of<std::uint8_t, std::uint8_t>(values, header);
  }
}

}  // namespace retrograd
