#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sched.h>

#include <retrograd/tensor/internal/processors.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

File opened(const char* path) noexcept {
  return {std::fopen(path, "re"), std::fclose};
}

// Processors, rounded up; 0 where there is no limit.
int rounded_up(long long quota, long long period) noexcept {
  return quota <= 0 || period <= 0
             ? 0
             : static_cast<int>(std::min<long long>((quota + period - 1) / period, kMostThreads));
}

// cpu.max of version 2: "max 100000" or "150000 100000".
int limit_in(const char* path) noexcept {
  const File file = opened(path);
  long long quota = 0;
  long long period = 0;
  return file && std::fscanf(file.get(), "%lld %lld", &quota, &period) == 2
             ? rounded_up(quota, period)
             : 0;
}

long long number_in(const char* path) noexcept {
  const File file = opened(path);
  long long number = 0;
  return file && std::fscanf(file.get(), "%lld", &number) == 1 ? number : 0;
}

int lower(int a, int b) noexcept {
  return a == 0 ? b : b == 0 ? a : std::min(a, b);
}

// The lowest limit of the program's control group and those around it. Inside a container the root
// of what is mounted is the container's own group.
int quota() noexcept {
  constexpr char root[] = "/sys/fs/cgroup";
  int limit = lower(limit_in("/sys/fs/cgroup/cpu.max"),
                    rounded_up(number_in("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"),
                               number_in("/sys/fs/cgroup/cpu/cpu.cfs_period_us")));
  const File file = opened("/proc/self/cgroup");
  char line[1024];
  while (file && std::fgets(line, sizeof line, file.get()) != nullptr) {
    if (std::strncmp(line, "0::/", 4) != 0) {
      continue;
    }
    char* const group = line + 3;
    group[std::strcspn(group, "\n")] = '\0';
    for (char* end = nullptr; (end = std::strrchr(group, '/')) != nullptr; *end = '\0') {
      char path[sizeof root + sizeof line + sizeof "/cpu.max"];
      std::snprintf(path, sizeof path, "%s%s/cpu.max", root, group);
      limit = lower(limit, limit_in(path));
    }
  }
  return limit;
}

// The first of OMP_NUM_THREADS, which may be a list; 0 where it is no number.
int wanted() noexcept {
  const char* const text = std::getenv("OMP_NUM_THREADS");
  return text == nullptr
             ? 0
             : static_cast<int>(std::clamp<long>(std::strtol(text, nullptr, 10), 0, kMostThreads));
}

// 0 where the system does not tell.
int allowed() noexcept {
  for (int size = 1024; size <= 1 << 18; size *= 2) {
    cpu_set_t* const set = CPU_ALLOC(static_cast<std::size_t>(size));
    if (set == nullptr) {
      return 0;
    }
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(size));
    const int failed = sched_getaffinity(0, bytes, set);
    const int count = failed == 0 ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (failed == 0 || errno != EINVAL) {
      return count;
    }
  }
  return 0;
}

}  // namespace

int usable_processors() noexcept {
  if (const int count = wanted()) {
    return count;
  }
  return std::clamp(lower(allowed(), quota()), 1, kMostThreads);
}

bool may_wait_busily() noexcept {
  const char* const policy = std::getenv("OMP_WAIT_POLICY");
  return policy == nullptr ||
         (std::strcmp(policy, "passive") != 0 && std::strcmp(policy, "PASSIVE") != 0);
}

}  // namespace retrograd::detail
