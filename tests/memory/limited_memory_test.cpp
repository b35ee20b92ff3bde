// oneDNN where the system has no more memory: in child processes whose address space is limited.
#include <doctest/doctest.h>

#include <cstdio>
#include <cstring>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

void step(std::int64_t size) {
  const rg::NoDirectKernelsGuard onednn;
  rg::Tensor w = rg::full({64, 32, 3, 3}, 0.25, {.requires_grad = true});
  const rg::Tensor x = rg::full({2, 32, size, size}, 0.5, {.requires_grad = true});
  rg::sum(rg::conv2d(x, w, {}, {.padding = 1})).backward();
}

std::size_t mapped_bytes() {
  unsigned long pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1) {
    pages = 0;
  }
  if (file != nullptr) {
    std::fclose(file);
  }
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

enum Exit { fitted = 0, threw = 1, other_error = 2, unusable = 3 };

// A first step, or one after another, with `bytes` to spare; then the same without a limit.
int limited(std::size_t bytes, bool warm) {
  if (warm) {
    step(7);
  }
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  const rlim_t usual = limit.rlim_cur;
  limit.rlim_cur = mapped_bytes() + bytes;
  setrlimit(RLIMIT_AS, &limit);
  int result = fitted;
  try {
    step(9);
  } catch (const rg::OutOfMemory& error) {
    result = std::strstr(error.what(), ": out of memory: ") != nullptr ? threw : other_error;
  } catch (...) {
    result = other_error;
  }
  limit.rlim_cur = usual;
  setrlimit(RLIMIT_AS, &limit);
  try {
    step(9);
    step(11);
  } catch (...) {
    return unusable;
  }
  return result;
}

}  // namespace

TEST_CASE("out of memory: oneDNN works again once there is memory") {
  rg::set_num_threads(1);  // OpenMP ends a program that has no memory for threads
  rg::memory::trim();
  int refused = 0;
  for (const bool warm : {false, true}) {
    for (std::size_t bytes = 0; bytes < std::size_t{32} << 20; bytes += std::size_t{1} << 19) {
      const pid_t process = fork();
      if (process == 0) {
        _exit(limited(bytes, warm));
      }
      REQUIRE(process > 0);
      int status = 0;
      waitpid(process, &status, 0);
      CAPTURE(bytes);
      CAPTURE(warm);
      CHECK(WIFEXITED(status));
      CHECK((WEXITSTATUS(status) == fitted || WEXITSTATUS(status) == threw));
      refused += WEXITSTATUS(status) == threw;
    }
  }
  CHECK(refused > 0);
}
