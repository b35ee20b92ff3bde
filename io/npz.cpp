#include <cstdint>
#include <string>
#include <vector>

#include <retrograd/io/detail/npy.h>
#include <retrograd/io/detail/npz.h>
#include <retrograd/io/internal/inflate.h>
#include <retrograd/io/internal/row_major.h>
#include <retrograd/io/npy.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace detail {

namespace {

constexpr std::string_view kEnding = ".npy";
constexpr std::uint64_t kMax32 = 0xffffffffU;
constexpr std::size_t kMostName = 65'000;

void append_number(std::string& bytes, std::uint64_t value, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i, value >>= 8) {
    bytes += static_cast<char>(value & 0xffU);
  }
}

// An entry whose values are in the file.
struct Written {
  std::string name;
  std::uint64_t offset;
  std::uint64_t size;
  std::uint32_t crc;
};

// What the local header and the directory's entry have in common, from the version needed on to
// the length of the extra data. Sizes above 32 bits go there.
std::string common_fields(const Written& entry, std::size_t extra_bytes) {
  std::string bytes;
  const bool is_large = entry.size >= kMax32;
  append_number(bytes, extra_bytes > 0 ? 45 : 20, 2);
  append_number(bytes, 1U << 11, 2);  // the name is UTF-8
  append_number(bytes, 0, 2);         // stored
  append_number(bytes, 0, 2);         // midnight of
  append_number(bytes, 0x21, 2);      // the 1st of January 1980: equal content gives equal files
  append_number(bytes, entry.crc, 4);
  append_number(bytes, is_large ? kMax32 : entry.size, 4);
  append_number(bytes, is_large ? kMax32 : entry.size, 4);
  append_number(bytes, entry.name.size(), 2);
  append_number(bytes, extra_bytes, 2);
  return bytes;
}

std::string zip64_extra(const std::vector<std::uint64_t>& numbers) {
  std::string bytes;
  if (!numbers.empty()) {
    append_number(bytes, 1, 2);
    append_number(bytes, 8 * numbers.size(), 2);
    for (const std::uint64_t number : numbers) {
      append_number(bytes, number, 8);
    }
  }
  return bytes;
}

std::string local_header(const Written& entry) {
  const std::string extra = entry.size < kMax32 ? "" : zip64_extra({entry.size, entry.size});
  return "PK\3\4" + common_fields(entry, extra.size()) + entry.name + extra;
}

std::string directory_entry(const Written& entry) {
  std::vector<std::uint64_t> large;
  if (entry.size >= kMax32) {
    large = {entry.size, entry.size};
  }
  if (entry.offset >= kMax32) {
    large.push_back(entry.offset);
  }
  const std::string extra = zip64_extra(large);
  std::string bytes = "PK\1\2";
  append_number(bytes, 45, 2);  // made by
  bytes += common_fields(entry, extra.size());
  append_number(bytes, 0, 2 + 2 + 2 + 4);  // comment, part, attributes
  append_number(bytes, std::min(entry.offset, kMax32), 4);
  return bytes + entry.name + extra;
}

std::string end_record(std::uint64_t count, std::uint64_t size, std::uint64_t offset) {
  std::string bytes;
  if (count >= 0xffffU || size >= kMax32 || offset >= kMax32) {
    bytes = "PK\6\6";
    append_number(bytes, 44, 8);  // bytes that follow
    append_number(bytes, 45, 2);
    append_number(bytes, 45, 2);
    append_number(bytes, 0, 8);
    for (const std::uint64_t number : {count, count, size, offset}) {
      append_number(bytes, number, 8);
    }
    bytes += "PK\6\7";
    append_number(bytes, 0, 4);
    append_number(bytes, offset + size, 8);
    append_number(bytes, 1, 4);
  }
  bytes += "PK\5\6";
  append_number(bytes, 0, 4);
  append_number(bytes, std::min<std::uint64_t>(count, 0xffffU), 2);
  append_number(bytes, std::min<std::uint64_t>(count, 0xffffU), 2);
  append_number(bytes, std::min(size, kMax32), 4);
  append_number(bytes, std::min(offset, kMax32), 4);
  append_number(bytes, 0, 2);
  return bytes;
}

// Appends a tensor, and returns its entry. The checksum is written when the values are.
Written append_entry(OutputFile& file, const FileCall& call, const StateDict::Entry& entry,
                     std::uint64_t offset) {
  const auto& [name, tensor] = entry;
  const std::string header = npy_header(call, tensor);
  Written written{name + std::string(kEnding), offset, header.size() + byte_size(tensor), 0};
  const std::string local = local_header(written);
  file.append(local.data(), local.size());
  const auto append = [&](const void* bytes, std::size_t count) {
    file.append(bytes, count);
    written.crc = crc32(written.crc, bytes, count);
  };
  append(header.data(), header.size());
  append_row_major(tensor, append);
  file.overwrite(offset, local_header(written));
  return written;
}

}  // namespace

StateDict read_npz(const FileCall& call, InputFile& file) {
  const ZipFile archive(call, file);
  StateDict state;
  for (const ZipEntry& entry : archive.entries()) {
    if (!entry.name.ends_with(kEnding)) {
      call.fail("its entry {} is no array: the name does not end in .npy [file-unsupported]",
                in_quotes(entry.name));
    }
    ZipEntryReader reader(call, file, entry);
    const auto read = [&](void* to, std::size_t count) { reader.read(to, count); };
    Tensor tensor = read_npy(call, in_quotes(entry.name), read, entry.size);
    reader.verify();
    state.insert(std::string(entry.name.substr(0, entry.name.size() - kEnding.size())),
                 std::move(tensor));
  }
  return state;
}

}  // namespace detail

StateDict load_npz(const std::string& path, Where where) {
  const detail::FileCall call{"load_npz", path, where};
  detail::InputFile file(call);
  return detail::read_npz(call, file);
}

void save_npz(const StateDict& state, const std::string& path, Where where) {
  const detail::FileCall call{"save_npz", path, where};
  for (const auto& entry : state) {
    const std::string& name = entry.first;
    detail::npy_header(call, entry.second);  // refuses before a file is made
    check::require<ValueError>(
        call, name.size() <= detail::kMostName && name.find('\0') == std::string::npos, {},
        "the name {} is longer than 65,000 bytes or has a NUL byte [name-invalid]",
        detail::in_quotes(name));
  }
  detail::OutputFile file(call);
  std::uint64_t offset = 0;
  std::string directory;
  for (const auto& entry : state) {
    const detail::Written written = detail::append_entry(file, call, entry, offset);
    offset += detail::local_header(written).size() + written.size;
    directory += detail::directory_entry(written);
  }
  directory += detail::end_record(state.size(), directory.size(), offset);
  file.append(directory.data(), directory.size());
  file.commit();
}

}  // namespace retrograd
