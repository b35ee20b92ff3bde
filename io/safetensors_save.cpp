#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <retrograd/io/detail/safetensors_header.h>
#include <retrograd/io/internal/file.h>
#include <retrograd/io/internal/inflate.h>
#include <retrograd/io/internal/row_major.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

static_assert(std::endian::native == std::endian::little, "values are written as they are stored");

namespace {

using detail::byte_size;
using detail::FileCall;
using Entries = std::vector<const StateDict::Entry*>;

// Large items first, so that every tensor is aligned to its item size; then by name.
Entries in_file_order(const StateDict& state) {
  Entries entries;
  for (const StateDict::Entry& entry : state) {
    entries.push_back(&entry);
  }
  std::sort(entries.begin(), entries.end(),
            [](const StateDict::Entry* a, const StateDict::Entry* b) {
              const std::size_t size_a = item_size(a->second.dtype());
              const std::size_t size_b = item_size(b->second.dtype());
              return size_a != size_b ? size_a > size_b : a->first < b->first;
            });
  return entries;
}

// The text as JSON, with its quotes.
std::string json_string(const std::string& text, const FileCall& call) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error&) {
    check::refuse<ValueError>(call, {}, "{} is not UTF-8 [name-invalid]", detail::in_quotes(text));
  }
}

std::string json_metadata(const SaveOptions& options, const FileCall& call) {
  std::string json;
  const auto add = [&](std::string_view key, std::string_view value) {
    json +=
        detail::formatted("{}{}:{}", json.empty() ? '{' : ',', json_string(std::string(key), call),
                          json_string(std::string(value), call));
  };
  if (options.checksum) {
    add(detail::kChecksumKey, detail::kNoChecksum);
    add(detail::kFormatKey, "1");
  }
  for (const auto& [key, value] : options.metadata) {
    if (key.starts_with(detail::kOwnKeys)) {
      check::refuse<ValueError>(
          call, {},
          "the metadata key {} begins with 'retrograd.', which is kept for the library "
          "[name-invalid]",
          detail::in_quotes(key));
    }
    add(key, value);
  }
  return json.empty() ? json : json.append("}");
}

std::string_view dtype_name(DType dtype) {
  return std::find_if(
             detail::kStoredNames.begin(), detail::kStoredNames.end(),
             [&](const detail::StoredName& each) { return dtype_of(each.stored) == dtype; })
      ->name;
}

std::string make_header(const Entries& entries, const SaveOptions& options, const FileCall& call) {
  std::string json = "{";
  if (const std::string metadata = json_metadata(options, call); !metadata.empty()) {
    json += detail::formatted("\"{}\":{}", detail::kMetadataName, metadata);
  }
  std::uint64_t at = 0;
  for (const StateDict::Entry* entry : entries) {
    const auto& [name, tensor] = *entry;
    check::require<ValueError>(
        call, name != detail::kMetadataName, {},
        "no tensor can be named '__metadata__' in this format [name-invalid]");
    const std::uint64_t end = at + byte_size(tensor);
    json +=
        detail::formatted(R"({}{}:{{"dtype":"{}","shape":[{}],"data_offsets":[{},{}]}})",
                          json.size() > 1 ? "," : "", json_string(name, call),
                          dtype_name(tensor.dtype()), detail::joined(tensor.shape(), ","), at, end);
    at = end;
  }
  json += "}";
  json.resize((json.size() + 7) / 8 * 8, ' ');
  if (json.size() > detail::kMaxHeaderBytes) {
    call.fail(
        "the header would be longer than the 100,000,000 bytes that the format allows "
        "[file-unwritable]");
  }
  return json;
}

// The file being written, and the CRC-32 of what was appended.
class Writer {
 public:
  explicit Writer(const FileCall& call) : file_(call) {}

  void append(const void* bytes, std::size_t count) {
    file_.append(bytes, count);
    crc_ = detail::crc32(crc_, bytes, count);
  }

  void append(const Tensor& tensor) {
    detail::append_row_major(tensor,
                             [&](const void* bytes, std::size_t count) { append(bytes, count); });
  }

  void put_checksum() {
    file_.overwrite(sizeof(std::uint64_t) + detail::kBeforeChecksum.size(),
                    detail::checksum_digits(crc_));
  }

  void commit() { file_.commit(); }

 private:
  detail::OutputFile file_;
  std::uint32_t crc_ = 0;
};

}  // namespace

void save(const StateDict& state, const std::string& path, Where where) {
  save(state, path, SaveOptions{}, where);
}

void save(const StateDict& state, const std::string& path, const SaveOptions& options,
          Where where) {
  const FileCall call{"save", path, where};
  const Entries entries = in_file_order(state);
  const std::string header = make_header(entries, options, call);
  Writer writer(call);
  const std::uint64_t length = header.size();
  writer.append(&length, sizeof length);
  writer.append(header.data(), header.size());
  for (const StateDict::Entry* entry : entries) {
    writer.append(entry->second);
  }
  if (options.checksum) {
    writer.put_checksum();
  }
  writer.commit();
}

}  // namespace retrograd
