// How much memory a call takes at its peak, as the system sees it.
#pragma once

#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <sys/mman.h>

#include <doctest/doctest.h>

#include <retrograd/tensor/detail/sanitizers.h>

namespace test {

// Resident bytes of this process, now or at the peak since the last reset ("VmRSS", "VmHWM").
inline std::size_t resident_bytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(key + ":")) {
      return std::stoul(line.substr(key.size() + 1)) << 10;
    }
  }
  FAIL("no line " << key << " in /proc/self/status");
  return 0;
}

// Has the files that are mapped read: pages of code that become resident are none of what a call
// takes, and how many come along with one is up to the system.
inline void read_mapped_files() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " r", &begin, &end) == 2 &&
        line.find('/') != std::string::npos) {
      constexpr int populate_read = 22;  // MADV_POPULATE_READ; older systems refuse it
      madvise(reinterpret_cast<void*>(begin), end - begin, populate_read);  // NOLINT
    }
  }
}

// What AddressSanitizer keeps beside memory of this many bytes.
constexpr std::size_t shadow_of(std::size_t bytes) {
  return RETROGRAD_ASAN ? bytes / 8 : 0;
}

// Bytes that become resident while f runs, at the peak.
template <class F>
std::size_t peak_growth(F&& f) {
  read_mapped_files();
#ifdef __GLIBC__
  malloc_trim(0);  // or f takes pages that earlier calls left in the heap
#endif
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts again
  const std::size_t before = resident_bytes("VmRSS");
  f();
  const std::size_t peak = resident_bytes("VmHWM");
  return peak > before ? peak - before : 0;
}

}  // namespace test
