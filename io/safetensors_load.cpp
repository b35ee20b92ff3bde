#include <bit>
#include <cstdint>
#include <string>

#include <retrograd/io/detail/safetensors.h>
#include <retrograd/io/detail/safetensors_header.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/io/internal/inflate.h>
#include <retrograd/io/safetensors.h>

namespace retrograd {

static_assert(std::endian::native == std::endian::little, "values are read as they are stored");

namespace {

using detail::FileCall;
using detail::SafetensorsHeader;

// A file, and the CRC-32 of what was read of it.
class Reader {
 public:
  Reader(const FileCall& call, detail::InputFile& file) : call_(call), file_(file) {}

  // The header, checked, with the file left at the first value.
  SafetensorsHeader read_header() {
    std::uint64_t length = 0;
    if (file_.size() < sizeof length) {
      call_.fail(
          "not a safetensors file: {} bytes are too few for the length of a header "
          "[file-truncated]",
          file_.size());
    }
    file_.read(&length, sizeof length);
    const std::uint64_t rest = file_.size() - sizeof length;
    if (length > detail::kMaxHeaderBytes) {
      call_.fail(
          "not a safetensors file: a header of {} bytes is longer than the 100,000,000 allowed "
          "[file-malformed]",
          length);
    }
    if (length > rest) {
      call_.fail("the header of {} bytes is longer than the {} bytes that follow [file-truncated]",
                 length, rest);
    }
    std::string text(static_cast<std::size_t>(length), '\0');
    file_.read(text.data(), text.size());
    auto header = detail::parse_safetensors_header(text, rest - length, call_);
    begin_checksum(length, text, header);
    return header;
  }

  Tensor read_tensor(const detail::SafetensorsEntry& entry) {
    Tensor tensor = empty_tensor(entry.shape, detail::dtype_of(entry.stored));
    const auto read = [&](void* bytes, std::size_t count) {
      file_.read(bytes, count);
      add(bytes, count);
    };
    if (!detail::read_values(read, entry.stored, false, tensor.raw_bytes(),
                             static_cast<std::size_t>(tensor.numel()))) {
      call_.fail("tensor {} has dtype BOOL and a byte that is neither 0 nor 1 [file-malformed]",
                 detail::in_quotes(entry.name));
    }
    return tensor;
  }

  // Call when every value is read.
  void verify_checksum() const {
    if (!expected_.empty() && detail::checksum_digits(crc_) != expected_) {
      call_.fail(
          "the checksum does not match: the file is damaged, or was rewritten by a program that "
          "kept the old checksum in its metadata [checksum-mismatch]");
    }
  }

 private:
  void begin_checksum(std::uint64_t length, std::string& text, const SafetensorsHeader& header) {
    const auto found = header.metadata.find(std::string(detail::kChecksumKey));
    const bool has_checksum = found != header.metadata.end();
    const bool has_format = header.metadata.contains(std::string(detail::kFormatKey));
    if (!has_checksum && !has_format) {
      return;
    }
    const auto at = detail::kBeforeChecksum.size();
    if (!has_checksum || !has_format || !text.starts_with(detail::kBeforeChecksum) ||
        found->second.size() != detail::kNoChecksum.size()) {
      call_.fail("the checksum in the metadata is damaged [checksum-mismatch]");
    }
    expected_ = found->second;
    text.replace(at, expected_.size(), detail::kNoChecksum);
    add(&length, sizeof length);
    add(text.data(), text.size());
  }

  void add(const void* bytes, std::size_t count) {
    if (!expected_.empty()) {
      crc_ = detail::crc32(crc_, bytes, count);
    }
  }

  const FileCall& call_;
  detail::InputFile& file_;
  std::string expected_;  // empty when the file has no checksum
  std::uint32_t crc_ = 0;
};

}  // namespace

namespace detail {

StateDict read_safetensors(const FileCall& call, InputFile& file) {
  Reader reader(call, file);
  SafetensorsHeader header = reader.read_header();
  StateDict state;
  for (SafetensorsEntry& entry : header.entries) {
    Tensor tensor = reader.read_tensor(entry);
    state.insert(std::move(entry.name), std::move(tensor));
  }
  reader.verify_checksum();
  return state;
}

Metadata read_safetensors_metadata(const FileCall& call, InputFile& file) {
  SafetensorsHeader header = Reader(call, file).read_header();
  std::erase_if(header.metadata,
                [](const auto& entry) { return entry.first.starts_with(kOwnKeys); });
  return std::move(header.metadata);
}

}  // namespace detail

StateDict load_safetensors(const std::string& path, Where where) {
  const FileCall call{"load_safetensors", path, where};
  detail::InputFile file(call);
  return detail::read_safetensors(call, file);
}

}  // namespace retrograd
