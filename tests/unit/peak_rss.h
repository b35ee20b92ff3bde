// How much memory a call takes at its peak, as the system sees it.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

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

// Bytes that become resident while f runs, at the peak.
template <class F>
std::size_t peak_growth(F&& f) {
  std::ofstream("/proc/self/clear_refs") << "5";  // the peak starts again
  const std::size_t before = resident_bytes("VmRSS");
  f();
  const std::size_t peak = resident_bytes("VmHWM");
  return peak > before ? peak - before : 0;
}

}  // namespace test
