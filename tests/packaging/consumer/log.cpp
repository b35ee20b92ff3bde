#include <filesystem>
#include <iostream>

#include <retrograd/log/event_writer.h>
#include <retrograd/retrograd.h>

namespace rg = retrograd;

int main(int argc, char** argv) {
  const std::string folder = argc > 1 ? argv[1] : "run";
  rg::logging::EventWriter writer(folder);
  writer.add_scalar("loss", rg::tensor(0.5), 1);
  writer.add_image("noise", rg::rand({3, 4, 5}), 1);
  writer.close();
  std::cout << writer.path() << "\n";
  return std::filesystem::file_size(writer.path()) > 100 ? 0 : 1;
}
