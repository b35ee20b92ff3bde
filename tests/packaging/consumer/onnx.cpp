#include <retrograd/onnx/load.h>
#include <retrograd/retrograd.h>

#include <fstream>
#include <string>

namespace rg = retrograd;

// Reads a model of one Relu, which is written to the path that is given.
int main(int /*argc*/, char** argv) {
  const std::string node = "\x0a\x01x\x12\x01y\x22\x04Relu";
  const std::string graph = "\x0a\x0c" + node + "\x12\x01g\x5a\x03\x0a\x01x\x62\x03\x0a\x01y";
  std::ofstream(argv[1], std::ios::binary) << "\x08\x08\x3a\x1b" << graph << "\x42\x02\x10\x11";
  rg::onnx::Network net = rg::onnx::load(argv[1]);
  const rg::Tensor y = net(rg::tensor({-1.0, 2.0}));
  if (y.at(0) != 0 || y.at(1) != 2) {
    return 1;
  }
  try {  // exceptions can be caught by type across the libraries' borders
    rg::onnx::load("nonesuch.onnx");
  } catch (const rg::IoError&) {
    return 0;
  }
  return 1;
}
