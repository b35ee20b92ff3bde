#include <retrograd/io/load.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include <retrograd/io/detail/npy.h>
#include <retrograd/io/detail/npz.h>
#include <retrograd/io/detail/pt.h>
#include <retrograd/io/detail/safetensors.h>
#include <retrograd/io/detail/safetensors_header.h>

namespace retrograd {

namespace {

using detail::FileCall;
using detail::InputFile;

enum class Format { safetensors, index, pt, npy, npz };

bool has_pickle(const FileCall& call, InputFile& file) {
  const detail::ZipFile archive(call, file);
  return std::any_of(archive.entries().begin(), archive.entries().end(),
                     [](const detail::ZipEntry& each) { return each.name.ends_with("/data.pkl"); });
}

// The format of a file, by its first bytes. It is read from the first byte again.
Format format_of(const FileCall& call, InputFile& file) {
  std::array<char, 32> first = {};
  const std::size_t count = file.read_some(first.data(), first.size());
  const std::string_view bytes(first.data(), count);
  Format format = Format::safetensors;
  if (detail::begins_as_zip(bytes)) {
    format = has_pickle(call, file) ? Format::pt : Format::npz;
  } else if (detail::begins_as_legacy_pt(bytes)) {
    format = Format::pt;
  } else if (bytes.starts_with(detail::kNpyMagic)) {
    format = Format::npy;
  } else if (count >= sizeof(std::uint64_t)) {
    // Where an index begins, the length of a header would be text, which is far too long.
    std::uint64_t length = 0;
    std::memcpy(&length, first.data(), sizeof length);
    const std::size_t start = bytes.find_first_not_of(" \t\r\n");
    if (length > detail::kMaxHeaderBytes && start != bytes.npos && bytes[start] == '{') {
      format = Format::index;
    }
  }
  file.rewind();
  return format;
}

}  // namespace

StateDict load(const std::string& path, Where where) {
  const FileCall call{"load", path, where};
  InputFile file(call);
  switch (format_of(call, file)) {
    case Format::safetensors: break;
    case Format::index: return detail::read_sharded(call, file);
    case Format::pt: return detail::PtFile(call, file).tensors();
    case Format::npz: return detail::read_npz(call, file);
    case Format::npy: {
      StateDict state;
      const auto read = [&](void* to, std::size_t count) { file.read(to, count); };
      state.insert("tensor", detail::read_npy(call, "the array", read, file.size()));
      return state;
    }
  }
  return detail::read_safetensors(call, file);
}

Metadata load_metadata(const std::string& path, Where where) {
  const FileCall call{"load_metadata", path, where};
  InputFile file(call);
  switch (format_of(call, file)) {
    case Format::safetensors: break;
    case Format::index: return detail::read_sharded_metadata(call, file);
    case Format::pt: return detail::PtFile(call, file).texts();
    case Format::npz:
    case Format::npy: return {};  // the formats have none
  }
  return detail::read_safetensors_metadata(call, file);
}

}  // namespace retrograd
