#include <string>

#include <retrograd/onnx/load.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

// usage: onnx FILE.onnx, which is written
int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "model.onnx";
  rg::nn::Linear layer(2, 3);
  const rg::Tensor x = rg::tensor({{-1.0, 2.0}});
  rg::onnx::save(layer, x, path);
  rg::onnx::Network net = rg::onnx::load(path);
  if (rg::max(rg::abs(net(x) - layer(x))).item<double>() > 1e-6) {
    return 1;
  }
  try {  // exceptions can be caught by type across the libraries' borders
    rg::onnx::load("nonesuch.onnx");
  } catch (const rg::IoError&) {
    return 0;
  }
  return 1;
}
