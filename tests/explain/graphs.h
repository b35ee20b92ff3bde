// Ten small programs of different kinds, to explain.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

namespace test {

// Explanations by name, each after its program ran once.
std::vector<std::pair<std::string, retrograd::Explanation>> explained_graphs();

// The slide's regression, and explanations of it after each step of SGD.
std::vector<retrograd::Explanation> trained_slide(int steps);

}  // namespace test
