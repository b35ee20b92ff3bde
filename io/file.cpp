#include <retrograd/io/internal/file.h>

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

FileCall::FileCall(const char* operation, const std::string& file, Where line) noexcept
    : Frame(operation, line), path(file) {}

void FileCall::check_path() const {
  if (path.find('\0') != std::string::npos) {
    fail("a path cannot hold a NUL byte");
  }
}

void FileCall::fail(const std::string& what) const {
  retrograd::fail<IoError>(*this, in_quotes(path) + ": " + what);
}

void FileCall::fail_system(const std::string& what, int error) const {
  fail(what + ": " + std::generic_category().message(error));
}

int Descriptor::close() noexcept {
  if (!is_open()) {
    return 0;
  }
  // Linux has closed it even when it reports EINTR.
  return ::close(release()) == 0 || errno == EINTR ? 0 : errno;
}

}  // namespace retrograd::detail
