#include <algorithm>
#include <array>
#include <numeric>

#include <retrograd/io/detail/zip.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

namespace {

constexpr std::size_t kLocalBytes = 30;
constexpr std::size_t kEntryBytes = 46;
constexpr std::size_t kEndBytes = 22;
constexpr std::size_t kMostComment = 65535;
constexpr std::uint64_t kMostDirectory = 100'000'000;
constexpr std::uint64_t kMax32 = 0xffffffffU;
constexpr std::uint64_t kBestRatio = 1032;  // deflate packs no better than this

// The little-endian number of `count` bytes at a position that exists.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i > 0; --i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i - 1]);
  }
  return value;
}

// A number of 2 bytes.
std::size_t length(std::string_view bytes, std::size_t at) {
  return static_cast<std::size_t>(number(bytes, at, 2));
}

std::string read_at(InputFile& file, std::uint64_t offset, std::size_t count) {
  std::string bytes(count, '\0');
  file.seek(offset);
  file.read(bytes.data(), count);
  return bytes;
}

}  // namespace

bool begins_as_zip(std::string_view bytes) noexcept {
  return bytes.starts_with("PK\3\4") || bytes.starts_with("PK\5\6");
}

ZipFile::ZipFile(const FileCall& call, InputFile& file) : call_(call), file_(file) {
  const Directory directory = find_directory();
  if (directory.offset > file.size() || directory.size > file.size() - directory.offset) {
    call_.fail("its directory of {} bytes at {} is outside the file [file-truncated]",
               directory.size, directory.offset);
  }
  if (directory.size > kMostDirectory || directory.count > directory.size / kEntryBytes) {
    call_.fail("its directory of {} bytes cannot hold {} entries, or is too long [file-malformed]",
               directory.size, directory.count);
  }
  directory_ = read_at(file_, directory.offset, static_cast<std::size_t>(directory.size));
  entries_.reserve(static_cast<std::size_t>(directory.count));
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    at = read_entry(at);
  }
  check_entries(directory.offset);
}

// The end record is the last thing in the file, before a comment of up to 64 KiB.
ZipFile::Directory ZipFile::find_directory() {
  const std::size_t count =
      static_cast<std::size_t>(std::min<std::uint64_t>(file_.size(), kEndBytes + kMostComment));
  const std::uint64_t first = file_.size() - count;
  const std::string tail = read_at(file_, first, count);
  for (std::size_t end = count; end >= kEndBytes; --end) {
    const std::size_t at = end - kEndBytes;
    if (!std::string_view(tail).substr(at).starts_with("PK\5\6") ||
        number(tail, at + 20, 2) != count - end) {
      continue;
    }
    Directory directory{number(tail, at + 10, 2), number(tail, at + 12, 4),
                        number(tail, at + 16, 4)};
    if (number(tail, at + 4, 2) != number(tail, at + 6, 2)) {
      call_.fail("it is a part of an archive of several files [file-unsupported]");
    }
    if (directory.count == 0xffffU || directory.size == kMax32 || directory.offset == kMax32) {
      read_zip64(first + at, directory);
    }
    return directory;
  }
  call_.fail("a zip archive without its end: was it cut? [file-truncated]");
}

// Archives with values above 32 bits have a second end record, and its position before the first.
void ZipFile::read_zip64(std::uint64_t end, Directory& directory) {
  if (end < 20) {
    return;  // not one of those: the numbers are themselves
  }
  const std::string locator = read_at(file_, end - 20, 20);
  if (!locator.starts_with("PK\6\7")) {
    return;
  }
  const std::uint64_t at = number(locator, 8, 8);
  if (at > end - 20 || end - 20 - at < 56) {
    call_.fail("its zip64 record at {} is outside the file [file-malformed]", at);
  }
  const std::string record = read_at(file_, at, 56);
  if (!record.starts_with("PK\6\6")) {
    call_.fail("there is no zip64 record at {} [file-malformed]", at);
  }
  directory = {number(record, 32, 8), number(record, 40, 8), number(record, 48, 8)};
}

// Takes the entry at this position of the directory, and returns the position of the next.
std::size_t ZipFile::read_entry(std::size_t at) {
  const std::string_view bytes = directory_;
  if (bytes.size() - at < kEntryBytes || !bytes.substr(at).starts_with("PK\1\2")) {
    call_.fail("its directory has no entry at byte {} [file-malformed]", at);
  }
  const std::size_t name_bytes = length(bytes, at + 28);
  const std::size_t extra_bytes = length(bytes, at + 30);
  const std::size_t end = at + kEntryBytes + name_bytes + extra_bytes + length(bytes, at + 32);
  if (end > bytes.size()) {
    call_.fail("its directory ends within the entry at byte {} [file-malformed]", at);
  }
  ZipEntry entry;
  entry.name = bytes.substr(at + kEntryBytes, name_bytes);
  entry.crc = static_cast<std::uint32_t>(number(bytes, at + 16, 4));
  entry.packed = number(bytes, at + 20, 4);
  entry.size = number(bytes, at + 24, 4);
  entry.offset = number(bytes, at + 42, 4);
  const std::uint64_t method = number(bytes, at + 10, 2);
  if ((number(bytes, at + 8, 2) & 1U) != 0 || (method != 0 && method != 8)) {
    call_.fail("its entry {} is encrypted or packed by method {} [file-unsupported]",
               in_quotes(entry.name), method);
  }
  entry.is_deflated = method == 8;
  // zip64: the numbers that do not fit are in field 1 of the extra data, in this order.
  for (std::size_t x = at + kEntryBytes + name_bytes, last = x + extra_bytes; x + 4 <= last;) {
    const std::size_t field_end = x + 4 + length(bytes, x + 2);
    if (number(bytes, x, 2) == 1) {
      std::size_t from = x + 4;
      for (std::uint64_t* each : {&entry.size, &entry.packed, &entry.offset}) {
        if (*each == kMax32 && from + 8 <= std::min(field_end, last)) {
          *each = number(bytes, from, 8);
          from += 8;
        }
      }
    }
    x = field_end;
  }
  entries_.push_back(entry);
  return end;
}

void ZipFile::check_entries(std::uint64_t directory_offset) {
  std::sort(entries_.begin(), entries_.end(),
            [](const ZipEntry& a, const ZipEntry& b) { return a.offset < b.offset; });
  // From the last to the first: each must end before the one behind it begins. Bytes that two
  // entries share would be read twice, and a small file could fill the memory.
  std::uint64_t limit = directory_offset;
  for (std::size_t i = entries_.size(); i > 0; --i) {
    ZipEntry& entry = entries_[i - 1];
    entry.limit = limit;
    const std::uint64_t header = kLocalBytes + entry.name.size();
    if (entry.offset > limit || limit - entry.offset < header ||
        entry.packed > limit - entry.offset - header) {
      call_.fail("its entry {} overlaps what follows it [file-malformed]", in_quotes(entry.name));
    }
    if (entry.is_deflated ? entry.size / kBestRatio > entry.packed : entry.size != entry.packed) {
      call_.fail("its entry {} of {} bytes cannot unpack to {} [file-malformed]",
                 in_quotes(entry.name), entry.packed, entry.size);
    }
    limit = entry.offset;
  }
  by_name_.resize(entries_.size());
  std::iota(by_name_.begin(), by_name_.end(), std::size_t{0});
  std::sort(by_name_.begin(), by_name_.end(),
            [&](std::size_t a, std::size_t b) { return entries_[a].name < entries_[b].name; });
  for (std::size_t i = 1; i < by_name_.size(); ++i) {
    if (entries_[by_name_[i]].name == entries_[by_name_[i - 1]].name) {
      call_.fail("it has the entry {} twice [file-malformed]",
                 in_quotes(entries_[by_name_[i]].name));
    }
  }
}

const ZipEntry* ZipFile::find(std::string_view name) const {
  const auto found = std::lower_bound(
      by_name_.begin(), by_name_.end(), name,
      [&](std::size_t i, std::string_view each) { return entries_[i].name < each; });
  const bool is_there = found != by_name_.end() && entries_[*found].name == name;
  return is_there ? &entries_[*found] : nullptr;
}

ZipEntryReader::ZipEntryReader(const FileCall& call, InputFile& file, const ZipEntry& entry)
    : call_(call), file_(file), entry_(entry), packed_(entry.packed) {
  const std::string local = read_at(file, entry.offset, kLocalBytes);
  const std::size_t name_bytes = length(local, 26);
  at_ = entry.offset + kLocalBytes + name_bytes + number(local, 28, 2);
  if (!local.starts_with("PK\3\4") || name_bytes != entry.name.size() || at_ > entry.limit ||
      entry.packed > entry.limit - at_) {
    call.fail("its entry {} does not begin as its directory says [file-malformed]",
              in_quotes(entry.name));
  }
  if (entry.is_deflated) {
    input_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(entry.packed, 1U << 16)));
    stream_ = std::make_unique<Inflate>(call, Packing::deflate);
  }
}

void ZipEntryReader::read(void* to, std::size_t count) {
  if (count > left()) {
    call_.fail("its entry {} ends early [file-truncated]", in_quotes(entry_.name));
  }
  if (stream_ != nullptr) {
    inflate(to, count);
  } else {
    read_packed(to, count);
  }
  crc_ = crc32(crc_, to, count);
  done_ += count;
}

void ZipEntryReader::read_packed(void* to, std::size_t count) {
  file_.seek(at_);
  file_.read(to, count);
  at_ += count;
  packed_ -= count;
}

void ZipEntryReader::inflate(void* to, std::size_t count) {
  auto* out = static_cast<unsigned char*>(to);
  while (count > 0) {
    if (stream_->in.empty() && packed_ > 0) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(packed_, input_.size()));
      read_packed(input_.data(), now);
      stream_->in = {input_.data(), now};
    }
    std::size_t got = 0;
    const Inflated state = stream_->run(out, count, got);
    out += got;
    count -= got;
    const bool is_stuck = got == 0 && stream_->in.empty() && packed_ == 0;
    const bool is_damaged = state == Inflated::nothing || state == Inflated::damaged;
    if (is_damaged || is_stuck || (state == Inflated::end && count > 0)) {
      call_.fail("its entry {} is packed wrongly [file-malformed]", in_quotes(entry_.name));
    }
  }
}

void ZipEntryReader::verify() {
  if (left() != 0 || crc_ != entry_.crc) {
    call_.fail("its entry {} does not match its checksum: the file is damaged [checksum-mismatch]",
               in_quotes(entry_.name));
  }
}

}  // namespace retrograd::detail
