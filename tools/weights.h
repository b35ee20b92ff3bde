// The commands of retrograd-weights.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace weights {

// A command line that is wrong. The program ends with status 2.
struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Arguments = std::vector<std::string>;

// What the library's errors name in place of a source file.
inline retrograd::Where line() {
  return retrograd::Where::at("retrograd-weights", 1);
}

// Each takes the words after the command's name and returns the exit status.
int list(const Arguments& arguments);
int convert(const Arguments& arguments);
int compare(const Arguments& arguments);

}  // namespace weights
