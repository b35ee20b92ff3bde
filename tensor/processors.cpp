#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <sched.h>

#include <retrograd/tensor/internal/environment.h>
#include <retrograd/tensor/internal/processors.h>
#include <retrograd/tensor/threads.h>

namespace retrograd::detail {

#ifndef __EMSCRIPTEN__  // where a module has one thread, and no files
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

using Line = std::array<char, 1024>;

bool read_line(Line& line, const File& file) noexcept {
  return file && std::fgets(line.data(), static_cast<int>(line.size()), file.get()) != nullptr;
}

// The numbers at the start of a file; 0 for those that are not there.
std::array<long long, 2> numbers_in(const char* folder, const char* group,
                                    const char* name) noexcept {
  std::array<char, 2 * Line().size()> path;
  std::snprintf(path.data(), path.size(), "%s%s/%s", folder, group, name);
  Line line;
  if (!read_line(line, opened(path.data()))) {
    return {};
  }
  char* rest = nullptr;
  const long long first = std::strtoll(line.data(), &rest, 10);
  return {first, std::strtoll(rest, nullptr, 10)};
}

int lower(int a, int b) noexcept {
  return a == 0 ? b : b == 0 ? a : std::min(a, b);
}

// The limit of a control group: cpu.max of version 2, "max 100000" or "150000 100000", and the two
// files of version 1.
int limit_of(const char* group) noexcept {
  const auto [quota, period] = numbers_in("/sys/fs/cgroup", group, "cpu.max");
  return lower(rounded_up(quota, period),
               rounded_up(numbers_in("/sys/fs/cgroup/cpu", group, "cpu.cfs_quota_us")[0],
                          numbers_in("/sys/fs/cgroup/cpu", group, "cpu.cfs_period_us")[0]));
}

// The lowest limit of the program's control groups and those around them. Inside a container the
// root of what is mounted is the container's own group.
int quota() noexcept {
  int limit = limit_of("");
  const File file = opened("/proc/self/cgroup");
  Line line;
  while (read_line(line, file)) {
    // ID:CONTROLLERS:GROUP; no controllers in version 2
    char* const controllers = std::strchr(line.data(), ':');
    char* const group = controllers == nullptr ? nullptr : std::strchr(controllers + 1, ':');
    if (group == nullptr) {
      continue;
    }
    *group = '\0';
    const bool counts = group == controllers + 1 || std::strstr(controllers, ":cpu") != nullptr ||
                        std::strstr(controllers, ",cpu") != nullptr;
    group[1 + std::strcspn(group + 1, "\n")] = '\0';
    char* end = counts ? std::strrchr(group + 1, '/') : nullptr;
    while (end != nullptr) {
      limit = lower(limit, limit_of(group + 1));
      *end = '\0';
      end = std::strrchr(group + 1, '/');
    }
  }
  return limit;
}

// The first of OMP_NUM_THREADS, which may be a list; 0 where it is no number.
int wanted() noexcept {
  const char* const text = environment("OMP_NUM_THREADS");
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
#endif

int usable_processors() noexcept {
#ifdef __EMSCRIPTEN__
  return 1;
#else
  if (const int count = wanted()) {
    return count;
  }
  return std::clamp(lower(allowed(), quota()), 1, kMostThreads);
#endif
}

bool may_wait_busily() noexcept {
  const char* const policy = environment("OMP_WAIT_POLICY");
  return policy == nullptr ||
         (std::strcmp(policy, "passive") != 0 && std::strcmp(policy, "PASSIVE") != 0);
}

}  // namespace retrograd::detail
