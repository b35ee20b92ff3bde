#include <retrograd/data/detail/byte_source.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include <retrograd/io/internal/inflate.h>

namespace retrograd::detail {

namespace {

class PlainFile : public ByteSource {
 public:
  explicit PlainFile(const FileCall& call) : file_(call) {}

  // Whether it begins as gzip files do; reads from the start afterwards.
  bool is_gzip() {
    std::array<unsigned char, 2> magic{};
    read(magic.data(), magic.size());
    file_.rewind();
    return magic[0] == 0x1f && magic[1] == 0x8b;
  }

  std::size_t read(unsigned char* to, std::size_t count) override {
    return file_.read_some(to, count);
  }

  std::optional<std::uint64_t> size() const override { return file_.size(); }

 private:
  InputFile file_;
};

// zlib's own gzread would ignore bytes after the last member.
class GzipFile : public ByteSource {
 public:
  GzipFile(const FileCall& call, std::unique_ptr<PlainFile> packed)
      : call_(call), packed_(std::move(packed)), stream_(call, Packing::gzip) {}

  std::size_t read(unsigned char* to, std::size_t count) override {
    std::size_t done = 0;
    while (done < count && !at_end_) {
      done += step(to + done, count - done);
    }
    return done;
  }

  std::optional<std::uint64_t> size() const override { return {}; }

 private:
  // Returns how many bytes it wrote.
  std::size_t step(unsigned char* to, std::size_t room) {
    if (stream_.in.empty()) {
      stream_.in = {input_.data(), packed_->read(input_.data(), input_.size())};
    }
    if (stream_.in.empty() && between_members_) {
      at_end_ = true;
      return 0;
    }
    if (between_members_ && stream_.in.front() != 0x1f) {
      call_.fail("something else follows the gzip data [file-malformed]");
    }
    std::size_t got = 0;
    const Inflated state = stream_.run(to, room, got);
    if (state == Inflated::nothing) {
      call_.fail("the gzip data is truncated [file-truncated]");
    }
    if (state == Inflated::damaged) {
      call_.fail("the gzip data is damaged: {} [file-malformed]", stream_.message());
    }
    between_members_ = state == Inflated::end;
    if (between_members_) {
      stream_.reset();
    }
    return got;
  }

  const FileCall& call_;
  std::unique_ptr<PlainFile> packed_;
  Inflate stream_;
  std::array<unsigned char, 65536> input_;
  bool between_members_ = false;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const FileCall& call) {
  auto file = std::make_unique<PlainFile>(call);
  if (file->is_gzip()) {
    return std::make_unique<GzipFile>(call, std::move(file));
  }
  return file;
}

std::vector<unsigned char> read_at_most(ByteSource& source, std::size_t most) {
  std::size_t step = std::size_t{64} << 10;
  if (const auto size = source.size()) {
    most = static_cast<std::size_t>(std::min<std::uint64_t>(*size, most));
    step = most;
  }
  std::vector<unsigned char> bytes;
  while (bytes.size() < most) {
    const std::size_t before = bytes.size();
    const std::size_t want = std::min(std::max(step, before), most - before);
    bytes.reserve(before + want);  // exactly: resize alone may take more
    bytes.resize(before + want);
    const std::size_t got = source.read(bytes.data() + before, want);
    if (got != want) {
      bytes.resize(before + got);
      break;
    }
  }
  return bytes;
}

bool is_there(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::symlink_status(path, ignored).type() !=
         std::filesystem::file_type::not_found;
}

}  // namespace retrograd::detail
