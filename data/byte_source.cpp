#include <retrograd/data/detail/byte_source.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <new>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

void ReadCall::fail(const std::string& what) const {
  retrograd::fail<IoError>(op, where, "'" + path + "': " + what);
}

namespace {

[[noreturn]] void fail_system(const ReadCall& call, const char* what) {
  call.fail(std::string(what) + ": " + std::generic_category().message(errno));
}

class PlainFile : public ByteSource {
 public:
  explicit PlainFile(const ReadCall& call) : call_(call) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    file_ = ::open(call.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0) {
      fail_system(call, "cannot open it");
    }
  }
  PlainFile(const PlainFile&) = delete;
  PlainFile& operator=(const PlainFile&) = delete;
  ~PlainFile() override { ::close(file_); }

  void require_regular() {
    struct stat status = {};
    if (::fstat(file_, &status) != 0) {
      fail_system(call_, "cannot read it");
    }
    if (!S_ISREG(status.st_mode)) {
      call_.fail("it is not a regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }

  // Whether it begins as gzip files do; reads from the start afterwards.
  bool is_gzip() {
    std::array<unsigned char, 2> magic{};
    read(magic.data(), magic.size());
    if (::lseek(file_, 0, SEEK_SET) != 0) {
      fail_system(call_, "cannot read it");
    }
    return magic[0] == 0x1f && magic[1] == 0x8b;
  }

  std::size_t read(unsigned char* to, std::size_t count) override {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t got = ::read(file_, to + done, count - done);
      if (got == 0) {
        break;
      }
      if (got > 0) {
        done += static_cast<std::size_t>(got);
      } else if (errno != EINTR) {
        fail_system(call_, "cannot read it");
      }
    }
    return done;
  }

  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  const ReadCall& call_;
  int file_;
  std::uint64_t size_ = 0;
};

// zlib's own gzread would ignore bytes after the last member.
class GzipFile : public ByteSource {
 public:
  GzipFile(const ReadCall& call, std::unique_ptr<PlainFile> packed)
      : call_(call), packed_(std::move(packed)) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (::inflateInit2(&stream_, gzip_only) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override { ::inflateEnd(&stream_); }

  std::size_t read(unsigned char* to, std::size_t count) override {
    std::size_t done = 0;
    while (done < count && !at_end_) {
      constexpr std::size_t most = std::numeric_limits<uInt>::max();
      const std::size_t room = std::min(count - done, most);
      stream_.next_out = to + done;
      stream_.avail_out = static_cast<uInt>(room);
      step();
      done += room - stream_.avail_out;
    }
    return done;
  }

  std::optional<std::uint64_t> size() const override { return {}; }

 private:
  void step() {
    if (stream_.avail_in == 0) {
      stream_.next_in = input_.data();
      stream_.avail_in = static_cast<uInt>(packed_->read(input_.data(), input_.size()));
    }
    if (stream_.avail_in == 0 && between_members_) {
      at_end_ = true;
      return;
    }
    if (between_members_ && *stream_.next_in != 0x1f) {
      call_.fail("something else follows the gzip data");
    }
    switch (::inflate(&stream_, Z_NO_FLUSH)) {
      case Z_OK: between_members_ = false; return;
      case Z_STREAM_END:
        ::inflateReset(&stream_);
        between_members_ = true;
        return;
      case Z_BUF_ERROR: call_.fail("the gzip data is truncated");
      case Z_MEM_ERROR: throw std::bad_alloc();
      default: break;
    }
    call_.fail("the gzip data is damaged: " +
               std::string(stream_.msg != nullptr ? stream_.msg : "unknown error"));
  }

  const ReadCall& call_;
  std::unique_ptr<PlainFile> packed_;
  z_stream stream_ = {};
  std::array<unsigned char, 65536> input_;
  bool between_members_ = false;
  bool at_end_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> open_bytes(const ReadCall& call) {
  auto file = std::make_unique<PlainFile>(call);
  file->require_regular();
  if (file->is_gzip()) {
    return std::make_unique<GzipFile>(call, std::move(file));
  }
  return file;
}

}  // namespace retrograd::detail
