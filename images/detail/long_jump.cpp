#include <retrograd/images/detail/long_jump.h>

#include <cstdio>

#include <retrograd/tensor/error.h>

namespace retrograd::detail {

void LongJump::stop(const char* message, Reason reason) noexcept {
  std::snprintf(message_.data(), message_.size(), "%s", message);
  if (!was_refused()) {  // otherwise the message is about that
    reason_ = reason;
  }
  std::longjmp(jump_, 1);  // NOLINT(cert-err52-cpp): the libraries' way
}

void LongJump::refuse(std::size_t bytes) noexcept {
  reason_ = Reason::out_of_memory;
  refused_bytes_ = bytes;
}

bool LongJump::completes(void (*step)(void*), void* callable) {
  if (setjmp(jump_) != 0) {  // NOLINT(cert-err52-cpp): the libraries' way
    return false;
  }
  step(callable);
  return true;
}

void LongJump::fail() const {
  if (thrown_) {
    std::rethrow_exception(thrown_);
  }
  const std::string_view message = message_.data();
  switch (reason_) {
    case Reason::out_of_memory: throw OutOfMemory(refused_bytes_);
    case Reason::truncated: call_.fail("{} [file-truncated]", message);
    case Reason::unsupported: call_.fail("{} [file-unsupported]", explained(message));
    case Reason::malformed: break;
  }
  call_.fail("{} [file-malformed]", explained(message));
}

}  // namespace retrograd::detail
