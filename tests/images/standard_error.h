#pragma once

#include <cstdio>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "unit/io_temp_files.h"

namespace test {

// What the process writes to standard error while f runs.
template <class F>
std::string standard_error(F&& f) {
  const TempFolder folder;
  const int kept = ::dup(STDERR_FILENO);
  REQUIRE(std::freopen(folder.file("stderr").c_str(), "w", stderr) != nullptr);
  f();
  std::fflush(stderr);
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  return read_file(folder.file("stderr"));
}

}  // namespace test
