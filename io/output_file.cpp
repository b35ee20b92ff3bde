#include <cerrno>
#include <filesystem>
#include <random>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <retrograd/io/detail/file.h>

namespace retrograd::detail {

namespace {

// ".retrograd-0123456789abcdef.tmp": not to be guessed, and short however long the target's name.
std::string random_name() {
  std::random_device entropy;
  std::string name = ".retrograd-";
  for (int i = 0; i < 16; ++i) {
    name += "0123456789abcdef"[entropy() & 15U];
  }
  return name + ".tmp";
}

}  // namespace

OutputFile::OutputFile(const FileCall& call) : call_(call) {
  const std::filesystem::path target(call.path);
  name_ = target.filename().string();
  if (name_.empty() || name_ == "." || name_ == "..") {
    call.fail("it does not name a file");
  }
  const std::string parent = target.has_parent_path() ? target.parent_path().string() : ".";
  directory_ = Descriptor(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_.is_open()) {
    call.fail_system("cannot open its directory", errno);
  }
  struct stat old = {};
  const bool exists = ::fstatat(directory_.get(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0;
  if (!exists && errno != ENOENT) {
    call.fail_system("cannot replace it", errno);
  }
  // Renaming over a device or a pipe would succeed.
  if (exists && !S_ISREG(old.st_mode) && !S_ISLNK(old.st_mode)) {
    call.fail("it is not a regular file");
  }
  create_temporary();
  // A file kept from others' eyes stays so when it is replaced.
  if (exists && S_ISREG(old.st_mode) && ::fchmod(file_.get(), old.st_mode & 0777U) != 0) {
    const int error = errno;
    remove_temporary();
    call.fail_system("cannot keep its permissions", error);
  }
}

OutputFile::~OutputFile() {
  remove_temporary();
}

void OutputFile::remove_temporary() noexcept {
  if (!temporary_.empty()) {
    ::unlinkat(directory_.get(), temporary_.c_str(), 0);
  }
}

void OutputFile::create_temporary() {
  constexpr mode_t mode = 0666;  // less what the umask takes away
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string name = random_name();
    file_ = Descriptor(
        ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file_.is_open()) {
      temporary_ = name;
      return;
    }
    if (errno != EEXIST && errno != EINTR) {
      break;
    }
  }
  call_.fail_system("cannot create a temporary file beside it", errno);
}

void OutputFile::append(const void* from, std::size_t count) {
  const auto* next = static_cast<const char*>(from);
  while (count > 0) {
    const ssize_t done = ::write(file_.get(), next, count);
    if (done >= 0) {
      next += done;
      count -= static_cast<std::size_t>(done);
    } else if (errno != EINTR) {
      call_.fail_system("cannot write it", errno);
    }
  }
}

void OutputFile::overwrite(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done =
        ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (done >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(done));
      offset += static_cast<std::uint64_t>(done);
    } else if (errno != EINTR) {
      call_.fail_system("cannot write it", errno);
    }
  }
}

void OutputFile::commit() {
  int result = 0;
  do {
    result = ::fsync(file_.get());
  } while (result != 0 && errno == EINTR);
  if (result != 0) {
    call_.fail_system("cannot write it to disk", errno);
  }
  if (const int error = file_.close()) {
    call_.fail_system("cannot write it to disk", error);
  }
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0) {
    call_.fail_system("cannot replace it", errno);
  }
  temporary_.clear();
  do {
    result = ::fsync(directory_.get());
  } while (result != 0 && errno == EINTR);
  // Some network file systems cannot sync a directory, and say so with EINVAL.
  if (result != 0 && errno != EINVAL) {
    call_.fail_system("it is replaced, but may not survive a power failure", errno);
  }
}

}  // namespace retrograd::detail
