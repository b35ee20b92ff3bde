// Prints the class that an ONNX network gives each test digit of MNIST, one a line.
//   classify MODEL.onnx FOLDER
#include <cstdio>

#include <retrograd/onnx/load.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main(int count, char** arguments) {
  if (count != 3) {
    return 2;
  }
  const rg::NoGradGuard unrecorded;
  rg::onnx::Network net = rg::onnx::load(arguments[1]);
  const rg::TensorDataset digits = rg::load_mnist(arguments[2], false);
  for (const auto& [images, labels] : rg::DataLoader(digits, {.batch_size = 500})) {
    for (const auto seen : rg::argmax(net(images), 1).to_vector<std::int64_t>()) {
      std::printf("%lld\n", static_cast<long long>(seen));
    }
  }
}
