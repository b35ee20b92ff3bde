#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <random>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <retrograd/io/internal/file.h>
#include <retrograd/io/internal/inflate.h>
#include <retrograd/tensor/internal/within_memory.h>

namespace retrograd::detail {

namespace {

constexpr std::string_view kSuffix = ".tmp";

// ".retrograd-01234567-", where the digits stand for this machine: others may not see its locks.
std::array<char, 21> temporary_prefix() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  const auto number = crc32(0, host.data(), host.size());
  std::array<char, 21> prefix{};
  std::snprintf(prefix.data(), prefix.size(), ".retrograd-%08x-", static_cast<unsigned>(number));
  return prefix;
}

// The prefix and "0123456789abcdef.tmp": not to be guessed, and short however long the target's
// name.
std::string temporary_name() {
  std::random_device entropy;
  std::string name = temporary_prefix().data();
  for (int i = 0; i < 16; ++i) {
    name += "0123456789abcdef"[entropy() & 15U];
  }
  return name.append(kSuffix);
}

// The path, or what it leads to when it is a symbolic link.
std::string followed(const FileCall& call) {
  call.check_path();
  std::error_code error;
  if (!std::filesystem::is_symlink(std::filesystem::symlink_status(call.path, error))) {
    return call.path;
  }
  std::string target = std::filesystem::canonical(call.path, error).string();
  if (error) {
    call.fail_system("it is a symbolic link that leads nowhere: {} [file-unwritable]",
                     error.value());
  }
  return target;
}

// Removes a temporary file unless its writer has it locked. The name is compared after locking: the
// writer may have given the file its final name meanwhile.
void remove_if_left(int directory, const char* name) noexcept {
  constexpr int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Descriptor file(::openat(directory, name, O_WRONLY | flags));  // NFS locks only for writing
  if (!file.is_open()) {
    file = Descriptor(::openat(directory, name, O_RDONLY | flags));
  }
  struct stat opened = {};
  struct stat named = {};
  if (file.is_open() && ::fstat(file.get(), &opened) == 0 && S_ISREG(opened.st_mode) &&
      opened.st_uid == ::geteuid() && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 &&
      ::fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
      opened.st_ino == named.st_ino) {
    ::unlinkat(directory, name, 0);
  }
}

// Removes the temporary files in a directory whose writers are gone. A save does not depend on it.
void sweep(int directory) noexcept {
  const auto prefix = temporary_prefix();
  Descriptor again(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(again.get()), ::closedir);
  if (!entries) {
    return;
  }
  again.release();
  // A stream of one thread alone. NOLINTNEXTLINE(concurrency-mt-unsafe)
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with(prefix.data()) && name.ends_with(kSuffix)) {
      remove_if_left(directory, entry->d_name);
    }
  }
}

// Locks a new temporary file. False when a sweep found it unlocked and removes it.
bool lock(int file) noexcept {
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    return errno != EWOULDBLOCK;  // where there are no locks, no sweep has one either
  }
  struct stat status = {};
  return ::fstat(file, &status) == 0 && status.st_nlink > 0;
}

// fsync(), until no signal interrupts it.
int synced(int file) noexcept {
  int result = 0;
  do {
    result = ::fsync(file);
  } while (result != 0 && errno == EINTR);
  return result;
}

}  // namespace

std::ptrdiff_t write_some(int file, std::string_view bytes,
                          std::optional<std::uint64_t> offset) noexcept {
  sigset_t size_signal;
  sigset_t mask;
  sigset_t pending;
  sigemptyset(&size_signal);
  sigaddset(&size_signal, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &size_signal, &mask);
  ::sigpending(&pending);
  const ssize_t result =
      offset ? ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(*offset))
             : ::write(file, bytes.data(), bytes.size());
  const int error = errno;
  if (result < 0 && error == EFBIG && sigismember(&pending, SIGXFSZ) == 0) {
    const timespec at_once = {};
    ::sigtimedwait(&size_signal, nullptr, &at_once);
  }
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  errno = error;
  return result;
}

OutputFile::OutputFile(const FileCall& call)
    : OutputFile(call, within_memory([&] { return followed(call); })) {
  // From here on the destructor removes the temporary file, whatever is thrown.
  sweep(directory_.get());
  create_temporary();
}

OutputFile::OutputFile(const FileCall& call, const std::string& target) : call_(call) {
  std::string parent;
  within_memory([&] {
    const std::filesystem::path path(target);
    name_ = path.filename().string();
    parent = path.has_parent_path() ? path.parent_path().string() : ".";
  });
  if (name_.empty() || name_ == "." || name_ == "..") {
    call.fail("it does not name a file [name-invalid]");
  }
  directory_ = Descriptor(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_.is_open()) {
    call.fail_system("cannot open its directory: {} [file-unwritable]", errno);
  }
  struct stat old = {};
  if (::fstatat(directory_.get(), name_.c_str(), &old, AT_SYMLINK_NOFOLLOW) == 0) {
    // Renaming over a device or a pipe would succeed.
    if (!S_ISREG(old.st_mode)) {
      call.fail("it is not a regular file [file-unwritable]");
    }
    mode_ = old.st_mode & 0777U;
  } else if (errno != ENOENT) {
    call.fail_system("cannot replace it: {} [file-unwritable]", errno);
  }
}

OutputFile::~OutputFile() {
  remove_temporary();
}

void OutputFile::remove_temporary() noexcept {
  if (!temporary_.empty()) {
    ::unlinkat(directory_.get(), temporary_.c_str(), 0);
    temporary_.clear();
  }
}

void OutputFile::create_temporary() {
  // A private file stays private while it is replaced. A new one gets 0666 less the umask.
  const mode_t mode = mode_ ? 0600 : 0666;
  int error = EEXIST;
  for (int attempt = 0; attempt < 100 && (error == EEXIST || error == EINTR); ++attempt) {
    std::string name = temporary_name();
    file_ = Descriptor(
        ::openat(directory_.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (!file_.is_open()) {
      error = errno;
      continue;
    }
    temporary_.swap(name);  // cannot fail
    if (lock(file_.get())) {
      return;
    }
    remove_temporary();
  }
  call_.fail_system("cannot create a temporary file beside it: {} [file-unwritable]", error);
}

void OutputFile::append(const void* from, std::size_t count) {
  write({static_cast<const char*>(from), count}, {});
}

void OutputFile::overwrite(std::uint64_t offset, std::string_view bytes) {
  write(bytes, offset);
}

void OutputFile::write(std::string_view bytes, std::optional<std::uint64_t> offset) {
  for (std::size_t done = 0; done < bytes.size();) {
    const std::ptrdiff_t count = write_some(file_.get(), bytes.substr(done),
                                            offset ? std::optional(*offset + done) : std::nullopt);
    if (count > 0) {
      done += static_cast<std::size_t>(count);
    } else if (count == 0) {
      call_.fail_system("cannot write it: {} [file-unwritable]", ENOSPC);
    } else if (errno != EINTR) {
      call_.fail_system("cannot write it: {} [file-unwritable]", errno);
    }
  }
}

void OutputFile::commit() {
  if (mode_ && ::fchmod(file_.get(), *mode_) != 0) {
    call_.fail_system("cannot keep its permissions: {} [file-unwritable]", errno);
  }
  if (synced(file_.get()) != 0) {
    call_.fail_system("cannot write it to disk: {} [file-unwritable]", errno);
  }
  // Closing may report an error too. A copy is closed, so that the lock lasts as long as the name.
#ifndef __EMSCRIPTEN__  // its copies create the file once more, which fails
  Descriptor copy(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0));
  if (const int error = copy.is_open() ? copy.close() : errno) {
    call_.fail_system("cannot write it to disk: {} [file-unwritable]", error);
  }
#endif
  if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0) {
    call_.fail_system("cannot replace it: {} [file-unwritable]", errno);
  }
  temporary_.clear();
  // Some network file systems cannot sync a directory, and say so with EINVAL.
  if (synced(directory_.get()) != 0 && errno != EINVAL) {
    call_.fail_system("it is replaced, but may not survive a power failure: {} [file-unwritable]",
                      errno);
  }
}

}  // namespace retrograd::detail
