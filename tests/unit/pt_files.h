// Zip archives and .pt files, made byte by byte.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <zlib.h>

namespace test {

inline std::string number(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i, value >>= 8) {
    text += static_cast<char>(value & 255U);
  }
  return text;
}

struct ZipMember {
  std::string name;
  std::string bytes;   // as they are in the file
  int method = 0;      // 0 stored, 8 deflated
  std::uint64_t size;  // when unpacked
  std::uint32_t crc;   // likewise
  bool zip64 = false;  // the numbers are in the extra data

  ZipMember(std::string entry, std::string content)
      : name(std::move(entry)),
        bytes(std::move(content)),
        size(bytes.size()),
        crc(static_cast<std::uint32_t>(
            ::crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()))) {}
};

// A member that is deflated.
inline ZipMember deflated(std::string name, const std::string& content) {
  ZipMember member(std::move(name), content);
  std::string packed(content.size() + 100, '\0');
  z_stream stream = {};
  ::deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ::deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  ::deflateEnd(&stream);
  member.bytes = packed;
  member.method = 8;
  return member;
}

inline std::string zip_fields(const ZipMember& each, std::size_t extra) {
  const std::uint64_t most = 0xffffffffU;
  return number(20, 2) + number(0, 2) + number(static_cast<std::uint64_t>(each.method), 2) +
         number(0, 4) + number(each.crc, 4) + number(each.zip64 ? most : each.bytes.size(), 4) +
         number(each.zip64 ? most : each.size, 4) + number(each.name.size(), 2) + number(extra, 2);
}

// An archive of members in their order.
inline std::string zip(const std::vector<ZipMember>& members, bool zip64_end = false) {
  std::string file;
  std::string directory;
  for (const ZipMember& each : members) {
    const std::size_t offset = file.size();
    file += "PK\3\4" + zip_fields(each, 0) + each.name + each.bytes;
    const std::string extra = each.zip64 ? number(1, 2) + number(24, 2) + number(each.size, 8) +
                                               number(each.bytes.size(), 8) + number(offset, 8)
                                         : "";
    directory += "PK\1\2" + number(20, 2) + zip_fields(each, extra.size()) + number(0, 10) +
                 number(each.zip64 ? 0xffffffffU : offset, 4) + each.name + extra;
  }
  const std::size_t start = file.size();
  file += directory;
  const std::uint64_t count = members.size();
  if (zip64_end) {
    const std::size_t at = file.size();
    file += "PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) +
            number(count, 8) + number(count, 8) + number(directory.size(), 8) + number(start, 8);
    file += "PK\6\7" + number(0, 4) + number(at, 8) + number(1, 4);
    return file + "PK\5\6" + number(0, 4) + number(0xffff, 2) + number(0xffff, 2) +
           number(0xffffffffU, 4) + number(0xffffffffU, 4) + number(0, 2);
  }
  return file + "PK\5\6" + number(0, 4) + number(count, 2) + number(count, 2) +
         number(directory.size(), 4) + number(start, 4) + number(0, 2);
}

// Opcodes. A text, and a name.
inline std::string py_text(const std::string& text) {
  return "X" + number(text.size(), 4) + text;
}
inline std::string py_global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
inline std::string py_int(std::int64_t value) {
  return "\x8a\x08" + number(static_cast<std::uint64_t>(value), 8);
}

// Fields of a tensor of four float32 elements, which tests change one by one.
struct PyTensorText {
  std::string type = "FloatStorage";
  std::string key = "0";
  std::string numel = py_int(4);
  std::string offset = py_int(0);
  std::string shape = "(" + py_int(2) + py_int(2) + "t";
  std::string strides = "(" + py_int(2) + py_int(1) + "t";
  std::string rest = "\x89" + py_global("collections", "OrderedDict") + ")R";

  std::string storage() const {
    return "(" + py_text("storage") + py_global("torch", type) + py_text(key) + py_text("cpu") +
           numel + "tQ";
  }
  std::string bytes() const {
    return py_global("torch._utils", "_rebuild_tensor_v2") + "(" + storage() + offset + shape +
           strides + rest + "tR";
  }
};

// A pickle of what these opcodes make.
inline std::string pickle(const std::string& opcodes) {
  return "\x80\x02" + opcodes + ".";
}
// A pickle of a dict of one entry.
inline std::string pickle_of(const std::string& name, const std::string& value) {
  return pickle("}" + py_text(name) + value + "s");
}

// The archive of a pickle and one storage of 16 bytes.
inline std::string pt(const std::string& bytes,
                      const std::string& storage = std::string(16, '\0')) {
  return zip({{"archive/data.pkl", bytes}, {"archive/data/0", storage}});
}

// An old file of a pickle and these storages, by key and number of elements.
inline std::string old_pt(const std::string& bytes,
                          const std::vector<std::pair<std::string, std::string>>& storages,
                          std::size_t item = 4) {
  std::string keys = "]";
  std::string values;
  for (const auto& [key, content] : storages) {
    keys += py_text(key) + "a";
    values += number(content.size() / item, 8) + content;
  }
  return pickle("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickle(py_int(1001)) +
         pickle("}" + py_text("little_endian") + "\x88s") + bytes + pickle(keys) + values;
}

}  // namespace test
