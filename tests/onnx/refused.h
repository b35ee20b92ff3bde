// Files that are to be refused, for the tests of ONNX.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include <onnx/files.h>
#include <onnx/models.h>
#include <retrograd/onnx/load.h>
#include <retrograd/tensor/error.h>

namespace test {

// With the code of the message.
struct Malformed {
  const char* name;
  std::string bytes;
  const char* code;
};

inline void check_refused(const Malformed& one, const std::string& path) {
  write_file(path, one.bytes);
  std::string message = "it was read";
  try {
    retrograd::onnx::load(path);
  } catch (const retrograd::IoError& error) {
    message = error.what();
  }
  CHECK_MESSAGE(message.find(one.code) != std::string::npos, std::string(one.name), ": ", message);
}

// A new folder with a folder in it.
inline std::string folder() {
  const std::filesystem::path made = temporary("malformed");
  std::filesystem::remove_all(made);
  std::filesystem::create_directories(made / "inside");
  return made.string();
}

}  // namespace test
