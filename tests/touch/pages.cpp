// Writes pages of Explanation::play(): the lectures' regression, and a step of LeNet.
// usage: touch_pages FOLDER      RETROGRAD_PLAY names the page without a program
#include <fstream>
#include <iostream>
#include <string>

#include <retrograd/retrograd.h>

namespace rg = retrograd;

namespace {

void write(const std::string& path, const rg::Explanation& e, const std::string& title) {
  std::ofstream(path, std::ios::binary) << e.play({.title = title});
  std::cout << path << " " << e.stations.size() << " stations\n";
}

void slide(const std::string& folder) {
  const rg::Trace trace;
  const rg::Tensor x = rg::tensor({1.0, 2.0, -1.0, 3.0, 0.5});
  const rg::Tensor W1 = rg::tensor({0.5, -0.5, 0.75}, {.requires_grad = true});
  const rg::Tensor W2 = rg::tensor({0.5, -0.25, 0.5, 0.125, -0.5}, {.requires_grad = true});
  const rg::Tensor Z1 =
      rg::conv1d(rg::reshape(x, {1, 1, 5}), rg::reshape(W1, {1, 1, 3}), {}, {.padding = 1});
  const rg::Tensor A1 = rg::relu(Z1);
  const rg::Tensor A2 = rg::sum(rg::reshape(A1, {5}) * W2);
  const rg::Tensor loss = rg::square(A2 - 1.5);
  write(
      folder + "/slide.html",
      rg::explain(loss, W1,
                  {.names = {{"W1", W1}, {"W2", W2}, {"x", x}, {"Z1", Z1}, {"A1", A1}, {"A2", A2}},
                   .trace = &trace}),
      "The lectures' regression");
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: touch_pages FOLDER\n";
    return 2;
  }
  slide(argv[1]);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
