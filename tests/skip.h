// What a test says when this machine or build cannot run it.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace test {

enum class Lacks { package, hardware, data, option };

// CTest shows the test as skipped, and list_skips.py lists it under its kind. A missing package is
// a failure where CI is set.
inline void skip(Lacks kind, const std::string& reason) {
  static constexpr const char* names[] = {"package", "hardware", "data", "option"};
  if (kind == Lacks::package && std::getenv("CI") != nullptr) {
    FAIL("missing package: " << reason);
  }
  MESSAGE("skipped (" << std::string(names[static_cast<int>(kind)]) << "): " << reason);
}

// The folder of a data set below what RETROGRAD_TEST_DATA names. Empty where it is not there, which
// is said.
inline std::string data_folder(const std::string& name) {
  const char* const root = std::getenv("RETROGRAD_TEST_DATA");
  const std::string folder = std::string(root != nullptr ? root : "") + "/" + name;
  if (root != nullptr && std::filesystem::is_directory(folder)) {
    return folder;
  }
  skip(Lacks::data, "RETROGRAD_TEST_DATA names no folder that holds " + name);
  return {};
}

}  // namespace test
