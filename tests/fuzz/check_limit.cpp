// The allocation limit ends a program wherever the memory comes from, and lets smaller blocks pass.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <retrograd/tensor/memory.h>

#include "fuzz.h"

namespace {

constexpr std::size_t kLimit = std::size_t{1} << 20;

// Keeps the compiler from leaving an allocation out.
void* volatile used = nullptr;

void by_malloc(std::size_t bytes) {
  used = std::malloc(bytes);
  std::free(used);
}
void by_realloc(std::size_t bytes) {
  used = std::realloc(std::malloc(8), bytes);
  std::free(used);
}
void by_vector(std::size_t bytes) {
  std::vector<char> block(bytes);
  used = block.data();
}
void by_library(std::size_t bytes) {
  used = retrograd::memory::allocate(bytes);
  retrograd::memory::deallocate(used, bytes);
}

// The exit status of a process that takes a block under the limit.
int status_of(void (*take)(std::size_t), std::size_t bytes) {
  const pid_t child = ::fork();
  if (child == 0) {
    const fuzz::AllocationLimit limit(kLimit);
    take(bytes);
    ::_exit(0);
  }
  int status = -1;
  fuzz::require(::waitpid(child, &status, 0) == child, "no process");
  return status;
}

}  // namespace

int main() {
  int faults = 0;
  for (auto* const take : {by_malloc, by_realloc, by_vector, by_library}) {
    faults += status_of(take, kLimit / 2) != 0;
    faults += status_of(take, 2 * kLimit) == 0;
    { const fuzz::AllocationLimit limit(1); }
    take(2 * kLimit);  // the limit is gone
  }
  std::printf("%d faults\n", faults);
  return faults;
}
