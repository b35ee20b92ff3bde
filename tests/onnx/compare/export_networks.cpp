// Writes a network as ONNX, with what it computes, for compare.py.
//
//   export_networks NAME FOLDER
//
// FOLDER gets NAME.onnx, for any batch, NAME.N.onnx for batches of N samples, and NAME.npz with
// "input.N" and "output.N".
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <string>

#include <retrograd/io/npy.h>
#include <retrograd/models/models.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "bench/models.h"
#include "bench/networks.h"
#include "onnx/compare/drawn.h"

namespace {

namespace rg = retrograd;

template <class Model>
void write(Model&& model, const std::string& path, const rg::Shape& sample) {
  const auto batch_of = [&](std::int64_t count) {
    rg::Shape shape = sample;
    shape.insert(0, count);
    return rg::randn(shape);
  };
  compare::draw(model, batch_of(8));
  rg::onnx::save(model, batch_of(2), path + ".onnx");
  const rg::NoGradGuard unrecorded;
  rg::StateDict results;
  for (const std::int64_t count : {1, 2, 7}) {
    const rg::Tensor input = batch_of(count);
    results.insert("input." + std::to_string(count), input);
    results.insert("output." + std::to_string(count), model(input));
    rg::onnx::save(model, input, path + "." + std::to_string(count) + ".onnx",
                   {.dynamic_batch = false});
  }
  rg::save_npz(results, path + ".npz");
}

using Writer = std::function<void(const std::string& path)>;

const std::map<std::string, Writer>& networks() {
  static const std::map<std::string, Writer> all{
      {"lenet",
       [](const auto& path) {
         write(bench::LeNet(), path, {1, 28, 28});
       }},
      {"resnet20",
       [](const auto& path) {
         write(bench::ResNet20(), path, {3, 32, 32});
       }},
      {"mobilenet_v2",
       [](const auto& path) {
         write(rg::models::mobilenet_v2({.num_classes = 10}), path, {3, 64, 64});
       }},
      {"unet",
       [](const auto& path) {
         write(bench::UNet(), path, {1, 32, 32});
       }},
      {"lstm",
       [](const auto& path) {
         write(bench::Lstm(), path, {12, 32});
       }},
      {"vit",
       [](const auto& path) {
         write(bench::Vit(), path, {3, 32, 32});
       }},
      {"convnext_tiny",
       [](const auto& path) {
         write(rg::models::convnext_tiny({.num_classes = 10}), path, {3, 64, 64});
       }},
  };
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || !networks().contains(argv[1])) {
    std::cerr << "usage: export_networks NAME FOLDER\n";
    return 2;
  }
  rg::manual_seed(3);
  networks().at(argv[1])(std::string(argv[2]) + "/" + argv[1]);
  return 0;
}
