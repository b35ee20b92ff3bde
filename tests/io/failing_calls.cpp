// Stands before the C library's functions, which the library finds here first. Their headers are
// not included: what they declare, and what hardened builds define inline, would be in the way.
#include "io/failing_calls.h"

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#include <dlfcn.h>

namespace {

struct Failure {
  const char* name = nullptr;
  int left = 0;  // calls until it fails; 0 when it has, or never will
  int error = 0;
  bool happened = false;
};
thread_local Failure failing_call;
thread_local Failure failing_allocation;

bool is_due(Failure& failure) {
  const bool is_now = failure.left == test::kEvery || (failure.left > 0 && --failure.left == 0);
  failure.happened = failure.happened || is_now;
  return is_now;
}

// Whether this call is to fail, and errno is set.
bool fails(const char* name) {
  if (failing_call.name == nullptr || std::strcmp(failing_call.name, name) != 0 ||
      !is_due(failing_call)) {
    return false;
  }
  errno = failing_call.error;
  return true;
}

int result() {
  return failing_call.error == test::kNothing ? 0 : -1;
}

// The C library's own function.
template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

template <class... A>
int call(const char* name, A... arguments) {
  return fails(name) ? result() : real<int(A...)>(name)(arguments...);
}

// Of reads and writes; the count is the second of the arguments after the file.
template <class Bytes, class... A>
std::ptrdiff_t transfer(const char* name, int file, Bytes bytes, std::size_t count, A... rest) {
  if (fails(name)) {
    if (failing_call.error != test::kHalf) {
      return result();
    }
    count = (count + 1) / 2;
  }
  return real<std::ptrdiff_t(int, Bytes, std::size_t, A...)>(name)(file, bytes, count, rest...);
}

unsigned mode_of(va_list arguments) {
  return va_arg(arguments, unsigned);
}

}  // namespace

namespace test {

FailingCall::FailingCall(const char* name, int nth, int error) noexcept {
  failing_call = {name, nth, error};
}
FailingCall::~FailingCall() {
  failing_call = {};
}
bool FailingCall::happened() const noexcept {
  return failing_call.happened;
}

FailingAllocation::FailingAllocation(int nth) noexcept {
  failing_allocation = {nullptr, nth};
}
FailingAllocation::~FailingAllocation() {
  failing_allocation = {};
}
bool FailingAllocation::happened() const noexcept {
  return failing_allocation.happened;
}

}  // namespace test

struct stat;

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = mode_of(arguments);
  va_end(arguments);
  return fails("open") ? -1 : real<int(const char*, int, ...)>("open")(path, flags, mode);
}
int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const unsigned mode = mode_of(arguments);
  va_end(arguments);
  return fails("openat")
             ? -1
             : real<int(int, const char*, int, ...)>("openat")(directory, path, flags, mode);
}
int fcntl(int file, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  return fails("fcntl") ? -1 : real<int(int, int, ...)>("fcntl")(file, command, argument);
}
int fstat(int file, struct stat* status) noexcept {
  return call("fstat", file, status);
}
int fstatat(int directory, const char* path, struct stat* status, int flags) noexcept {
  return call("fstatat", directory, path, status, flags);
}
int flock(int file, int operation) noexcept {
  return call("flock", file, operation);
}
int fchmod(int file, unsigned mode) noexcept {
  return call("fchmod", file, mode);
}
int fsync(int file) {
  return call("fsync", file);
}
int close(int file) {
  return call("close", file);
}
int renameat(int from, const char* old_path, int to, const char* path) noexcept {
  return call("renameat", from, old_path, to, path);
}
std::ptrdiff_t read(int file, void* bytes, std::size_t count) {
  return transfer("read", file, bytes, count);
}
std::ptrdiff_t write(int file, const void* bytes, std::size_t count) {
  return transfer("write", file, bytes, count);
}
std::ptrdiff_t pwrite(int file, const void* bytes, std::size_t count, long offset) {
  return transfer("pwrite", file, bytes, count, offset);
}

}  // extern "C"

void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return is_due(failing_allocation) ? nullptr : std::malloc(bytes == 0 ? 1 : bytes);
}
void* operator new(std::size_t bytes) {
  if (void* memory = operator new(bytes, std::nothrow)) {
    return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
