// NumPy's numbers in pickles, which training loops leave in checkpoints:
// scalar(dtype('f8', False, True), encode(text of the bytes, 'latin1')).
#include <array>
#include <cstring>

#include <retrograd/io/detail/npy.h>
#include <retrograd/io/detail/pickle_machine.h>

namespace retrograd::detail {

namespace {

// Python writes bytes as a text in UTF-8 whose characters are below 256; Python 2 as they are.
std::string bytes_of(std::string_view text, std::size_t count) {
  if (text.size() == count) {
    return std::string(text);
  }
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_pair = (byte & 0xfcU) == 0xc0U && i + 1 < text.size();
    bytes += static_cast<char>(is_pair ? byte << 6 | (text[++i] & 0x3f) : byte);
  }
  return bytes;
}

}  // namespace

// The type is its text from here on; its byte order comes with build().
PyValue PickleMachine::numpy_type(const Items& arguments) const {
  require(!arguments.empty() && arguments[0].kind == PyKind::text,
          "a NumPy dtype without its name");
  return arguments[0];
}

// (version, order of bytes, and what structured dtypes have)
void PickleMachine::build_numpy_type(const PyValue& state) const {
  require(state.kind == PyKind::sequence && items(state).size() >= 2 &&
              items(state)[1].kind == PyKind::text,
          "attributes of what is no dict");
  const std::string_view order = pickle_.text(items(state)[1]);
  require(order == "<" || order == "=" || order == "|",
          "a NumPy number whose bytes are in another order");
}

PyValue PickleMachine::encoded(const Items& arguments) const {
  require(arguments.size() == 2 && arguments[0].kind == PyKind::text &&
              arguments[1].kind == PyKind::text && pickle_.text(arguments[1]) == "latin1",
          "bytes that are no text in latin1");
  return arguments[0];
}

PyValue PickleMachine::numpy_scalar(const Items& arguments) const {
  require(arguments.size() == 2 && arguments[0].kind == PyKind::text &&
              arguments[1].kind == PyKind::text,
          "a NumPy number without dtype and bytes");
  const std::optional<Stored> stored = stored_of(pickle_.text(arguments[0]));
  require(stored.has_value(), "a NumPy number of an unknown dtype");
  const std::string bytes = bytes_of(pickle_.text(arguments[1]), item_size(*stored));
  require(bytes.size() == item_size(*stored), "a NumPy number with too many or too few bytes");
  std::array<std::byte, 8> value{};
  read_values([&](void* to, std::size_t count) { std::memcpy(to, bytes.data(), count); }, *stored,
              false, value.data(), 1);
  const auto as = [&]<class T>(T number) {
    std::memcpy(&number, value.data(), sizeof number);
    return number;
  };
  switch (dtype_of(*stored)) {
    case float64: return PyValue::of(as(double{}));
    case float32: return PyValue::of(static_cast<double>(as(float{})));
    case int64: return PyValue::of(PyKind::integer, as(std::int64_t{}));
    case boolean: return PyValue::of(PyKind::boolean, as(std::uint8_t{}) != 0 ? 1 : 0);
    default: return PyValue::of(PyKind::integer, as(std::uint8_t{}));
  }
}

}  // namespace retrograd::detail
