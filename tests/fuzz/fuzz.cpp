#include "fuzz.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <retrograd/tensor/memory.h>
#include <retrograd/tensor/threads.h>

namespace fuzz {

namespace {

// Every tensor takes memory of its own, so that sanitizers and limits see each.
const bool prepared = [] {
  retrograd::memory::set_cache_limit(0);
  retrograd::set_num_threads(1);
  return true;
}();

}  // namespace

void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "fuzz: %s\n", what);
    std::abort();
  }
}

MemoryFile::MemoryFile()
    : descriptor_(::memfd_create("retrograd-fuzz", MFD_CLOEXEC)),
      path_("/proc/self/fd/" + std::to_string(descriptor_)) {
  require(descriptor_ >= 0, "no file in memory");
}

MemoryFile::~MemoryFile() {
  ::close(descriptor_);
}

void MemoryFile::write(std::string_view bytes) {
  require(::ftruncate(descriptor_, 0) == 0 && ::pwrite(descriptor_, bytes.data(), bytes.size(),
                                                       0) == static_cast<ssize_t>(bytes.size()),
          "a file in memory cannot be written");
}

Folder::Folder() {
  const std::filesystem::path in_memory = "/dev/shm";
  const auto parent =
      std::filesystem::is_directory(in_memory) ? in_memory : std::filesystem::temp_directory_path();
  path_ = (parent / "retrograd-fuzz-XXXXXX").string();
  require(::mkdtemp(path_.data()) != nullptr, "no folder for files");
}

Folder::~Folder() {
  std::filesystem::remove_all(path_);
}

void Folder::link(const std::string& name, const MemoryFile& file) const {
  std::filesystem::create_symlink(file.path(), *this / name);
}

Unpacked unpacked(std::string_view file) {
  if (!file.starts_with("\x1f\x8b")) {
    return {std::string(file), file.size()};
  }
  z_stream stream = {};
  require(::inflateInit2(&stream, 16 + MAX_WBITS) == Z_OK, "no memory to unpack");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(file.data()));
  stream.avail_in = static_cast<uInt>(file.size());
  std::string bytes(65536, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
  stream.avail_out = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK || (state == Z_STREAM_END && stream.avail_in > 0)) {
    if (state == Z_STREAM_END) {
      ::inflateReset(&stream);
    }
    state = ::inflate(&stream, Z_NO_FLUSH);
  }
  ::inflateEnd(&stream);
  constexpr std::size_t best = 1032;  // deflate packs no better than this
  const bool is_full = stream.avail_out == 0;
  bytes.resize(bytes.size() - stream.avail_out);
  return {bytes, is_full ? best * file.size() : bytes.size()};
}

void check_message(std::string_view message) {
  require(std::none_of(message.begin(), message.end(),
                       [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }),
          "a message with control characters");
}

}  // namespace fuzz
