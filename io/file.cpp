#include <retrograd/io/internal/file.h>

#include <cerrno>
#include <system_error>

#include <unistd.h>

#include <retrograd/tensor/error.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

FileCall::FileCall(const char* operation, const std::string& file, Where line) noexcept
    : Frame(operation, line), path(file) {}

void FileCall::check_path() const {
  if (path.find('\0') != std::string::npos) {
    fail("a path cannot hold a NUL byte [name-invalid]");
  }
}

void FileCall::fail_filled(std::string_view text, std::initializer_list<check::Part> values) const {
  retrograd::fail<IoError>(*this,
                           formatted("{}: {}", in_quotes(path), check::filled(text, values)));
}

void FileCall::fail_system(check::Text<1> text, int error) const {
  fail_filled(text.view(), {std::generic_category().message(error)});
}

int Descriptor::close() noexcept {
  if (!is_open()) {
    return 0;
  }
  // Linux has closed it even when it reports EINTR.
  return ::close(release()) == 0 || errno == EINTR ? 0 : errno;
}

}  // namespace retrograd::detail
