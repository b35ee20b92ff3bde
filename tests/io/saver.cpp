// Saves to a file, for check_kills.py.
//   saver FILE N       saves N times, each time other values
//   saver FILE check   loads it, and compares all values with each other
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main(int argc, char** argv) try {
  const std::string path = argc == 3 ? argv[1] : "";
  if (argc != 3) {
    std::fprintf(stderr, "usage: saver FILE N|check\n");
    return 2;
  }
  if (std::string(argv[2]) == "check") {
    const rg::Tensor values = rg::load(path).at("values");
    return rg::min(values).item<double>() == rg::max(values).item<double>() ? 0 : 1;
  }
  std::puts("saving");
  std::fflush(stdout);
  for (int i = 0; i < std::atoi(argv[2]); ++i) {
    rg::StateDict state;
    state.insert("values", rg::full({500'000}, i));
    rg::save(state, path);
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "saver: %s\n", error.what());
  return 1;
}
