// Stands before the C library's functions, which the library finds here first. Their headers are
// not included: what they declare, and what hardened builds define inline, would be in the way.
#include "io/failing_calls.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
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

std::atomic<int> skipped_syncs = 0;

struct Kill {
  bool is_on = false;
  bool torn = false;
  int nth = 0;
  int count = 0;
  std::array<const char*, 256> names = {};
};
thread_local Kill killing_call;

// Whether the process ends at this call.
bool is_killed(const char* name) {
  Kill& kill = killing_call;
  if (!kill.is_on) {
    return false;
  }
  if (static_cast<std::size_t>(kill.count) < kill.names.size()) {
    kill.names[static_cast<std::size_t>(kill.count)] = name;
  }
  return ++kill.count == kill.nth;
}

bool is_due(Failure& failure) {
  const bool is_now = failure.left == test::kEvery || (failure.left > 0 && --failure.left == 0);
  failure.happened = failure.happened || is_now;
  return is_now;
}

// Whether this call is to fail, and errno is set.
bool fails_here(const char* name) {
  if (failing_call.name == nullptr || std::strcmp(failing_call.name, name) != 0 ||
      !is_due(failing_call)) {
    return false;
  }
  errno = failing_call.error;
  return true;
}

bool fails(const char* name) {
  if (is_killed(name)) {
    std::raise(SIGKILL);
  }
  return fails_here(name);
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
  if (is_killed(name)) {
    if (killing_call.torn) {
      real<std::ptrdiff_t(int, Bytes, std::size_t, A...)>(name)(file, bytes, count / 2, rest...);
    }
    std::raise(SIGKILL);
  }
  if (fails_here(name)) {
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

SkippedSyncs::SkippedSyncs() noexcept {
  ++skipped_syncs;
}
SkippedSyncs::~SkippedSyncs() {
  --skipped_syncs;
}

KillingCall::KillingCall(int nth, bool torn) noexcept {
  killing_call = {true, torn, nth};
}
KillingCall::~KillingCall() {
  killing_call = {};
}
const char* KillingCall::name_of(int n) const noexcept {
  return n >= 1 && n <= 256 ? killing_call.names[static_cast<std::size_t>(n - 1)] : nullptr;
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
  if (fails("fsync")) {
    return result();
  }
  return skipped_syncs > 0 ? 0 : real<int(int)>("fsync")(file);
}
int close(int file) {
  return call("close", file);
}
int renameat(int from, const char* old_path, int to, const char* path) noexcept {
  return call("renameat", from, old_path, to, path);
}
int unlink(const char* path) noexcept {
  return call("unlink", path);
}
int unlinkat(int directory, const char* path, int flags) noexcept {
  return call("unlinkat", directory, path, flags);
}
int mkdir(const char* path, unsigned mode) noexcept {
  return call("mkdir", path, mode);
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
