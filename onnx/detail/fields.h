// The fields of one protobuf message, as the readers of ONNX take them. Internal.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include <protozero/pbf_reader.hpp>

#include <retrograd/io/internal/file.h>
#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/detail/raw_values.h>

namespace retrograd::onnx::detail {

using protozero::pbf_wire_type;
using retrograd::detail::FileCall;

// Messages within messages: graphs in attributes of graphs take three levels each, and stack.
inline constexpr int deepest_message = 64;

// The fields of one message. protozero checks lengths, this class wire types and depth.
class Fields {
 public:
  Fields(protozero::data_view bytes, const FileCall& call, int depth)
      : reader_(bytes), call_(call), depth_(depth) {
    if (depth > deepest_message) {
      call.fail("messages are nested more than 64 deep [file-malformed]");
    }
  }

  bool next() { return reader_.next(); }
  protozero::pbf_tag_type tag() const { return reader_.tag(); }
  void skip() { reader_.skip(); }
  const FileCall& call() const { return call_; }

  std::int64_t integer() {
    expect(pbf_wire_type::varint);
    return static_cast<std::int64_t>(reader_.get_uint64());
  }
  std::int32_t small_integer() {
    const std::int64_t value = integer();
    if (value < std::numeric_limits<std::int32_t>::min() ||
        value > std::numeric_limits<std::int32_t>::max()) {
      call_.fail("field {} has the value {} [file-malformed]", reader_.tag(), value);
    }
    return static_cast<std::int32_t>(value);
  }
  float number() {
    expect(pbf_wire_type::fixed32);
    return reader_.get_float();
  }
  protozero::data_view view() {
    expect(pbf_wire_type::length_delimited);
    return reader_.get_view();
  }
  std::string text() { return std::string(view()); }
  Fields message() { return Fields(view(), call_, depth_ + 1); }

  // Calls f(value) for each integer of a field, packed or not.
  template <class F>
  void integers(F&& f) {
    if (reader_.wire_type() == pbf_wire_type::varint) {
      f(integer());
      return;
    }
    const protozero::data_view packed = view();
    const char* at = packed.data();
    const char* const end = at + packed.size();
    while (at != end) {
      f(static_cast<std::int64_t>(protozero::decode_varint(&at, end)));
    }
  }
  // Appends the little-endian values of `size` bytes of a field, packed or not.
  void append_fixed(std::string& raw, pbf_wire_type single, std::size_t size) {
    if (reader_.wire_type() == single) {
      raw.append(size == 4 ? raw_bytes(reader_.get_fixed32()) : raw_bytes(reader_.get_fixed64()));
      return;
    }
    const protozero::data_view packed = view();
    if (packed.size() % size != 0) {
      call_.fail("field {} has {} bytes, which is no multiple of {} [file-malformed]",
                 reader_.tag(), packed.size(), size);
    }
    raw.append(packed.data(), packed.size());
  }

 private:
  void expect(pbf_wire_type type) const {
    if (reader_.wire_type() != type) {
      call_.fail("field {} has wire type {}, not {} [file-malformed]", reader_.tag(),
                 static_cast<int>(reader_.wire_type()), static_cast<int>(type));
    }
  }

  protozero::pbf_reader reader_;
  const FileCall& call_;
  int depth_;
};

// A StringStringEntryProto.
std::pair<std::string, std::string> read_entry(Fields in);
// A TensorProto, checked against its shape.
TensorProto read_tensor(Fields in);

}  // namespace retrograd::onnx::detail
