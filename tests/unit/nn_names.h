// The names of named tensors and modules.
#pragma once

#include <string>
#include <vector>

namespace test {

template <class Pairs>
std::vector<std::string> names_of(const Pairs& pairs) {
  std::vector<std::string> names;
  for (const auto& [name, value] : pairs) {
    names.push_back(name);
  }
  return names;
}

}  // namespace test
