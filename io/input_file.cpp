#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <retrograd/io/internal/file.h>

namespace retrograd::detail {

InputFile::InputFile(const FileCall& call) : call_(call) {
  call.check_path();
  // Without O_NONBLOCK, opening a named pipe would wait for a writer.
  file_ = Descriptor(::open(call.path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status = {};
  if (!file_.is_open() || ::fstat(file_.get(), &status) != 0) {
    if (errno == ENOENT) {
      call.fail_system("cannot open it: {} [file-not-found]", ENOENT);
    }
    call.fail_system("cannot open it: {} [file-unreadable]", errno);
  }
  if (!S_ISREG(status.st_mode)) {
    call.fail("it is not a regular file [file-not-found]");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
}

void InputFile::read(void* to, std::size_t count) {
  if (read_some(to, count) != count) {
    call_.fail("it ended early: did another program cut it while it was read? [file-truncated]");
  }
}

std::size_t InputFile::read_some(void* to, std::size_t count) {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::read(file_.get(), static_cast<char*>(to) + done, count - done);
    if (got == 0) {
      break;
    }
    if (got > 0) {
      done += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      call_.fail_system("cannot read it: {} [file-unreadable]", errno);
    }
  }
  return done;
}

void InputFile::seek(std::uint64_t offset) {
  if (::lseek(file_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) {
    call_.fail_system("cannot read it: {} [file-unreadable]", errno);
  }
}

}  // namespace retrograd::detail
