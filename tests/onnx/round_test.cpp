// The operator table written as ONNX and read again.
#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <string>

#include <retrograd/onnx/load.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "gradient/run_case.h"
#include "onnx/written.h"

namespace {

using namespace op_cases;

// Operators that ONNX has not, or not with all options, and how many of their rows are refused.
const std::map<std::string, int> kRefused{{"adaptive_max_pool1d_with_indices", 6},
                                          {"adaptive_max_pool2d_with_indices", 7},
                                          {"adaptive_max_pool3d_with_indices", 6},
                                          {"add_", 9},
                                          {"conv_transpose1d", 1},
                                          {"conv_transpose2d", 1},
                                          {"conv_transpose3d", 1},
                                          {"copy_", 18},
                                          {"ctc_loss", 64},
                                          {"div_", 9},
                                          {"fill_", 7},
                                          {"index", 12},
                                          {"index_put", 10},
                                          {"index_put_", 10},
                                          {"masked_scatter", 8},
                                          {"mul_", 9},
                                          {"sub_", 9},
                                          {"zero_", 6}};

// Rows whose calls are for training: a file computes their evaluation.
bool is_training_alone(const OpCase& row) {
  return row.op.find("dropout") != std::string::npos || row.op == "stochastic_depth" ||
         row.name().starts_with("batch_norm: training, running");
}

// Whether the row was written.
bool write(const OpCase& row, const std::string& path) {
  try {
    rg::onnx::save(row.function, inputs_of(row, rg::float32, 0), path, {.dynamic_batch = false});
    return true;
  } catch (const rg::GraphError& error) {
    CHECK(error.code() == "operator-unwritable");
    return false;
  }
}

}  // namespace

TEST_CASE("rows of the operator table written as ONNX and read again compute the same") {
  const std::string path = test::temporary("round.onnx");
  std::map<std::string, int> refused;
  int written = 0;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    if (!write(row, path)) {
      ++refused[row.op];
      continue;
    }
    ++written;
    if (is_training_alone(row)) {
      continue;
    }
    const rg::NoGradGuard unrecorded;
    const rg::Tensor expected = row.function(inputs_of(row, rg::float32, 0));
    rg::onnx::Network network = rg::onnx::load(path);
    network.eval();
    const Tensors found = network(inputs_of(row, rg::float32, 0));
    REQUIRE(found.size() == 1);
    CHECK(difference(found[0], expected, {.atol = 1e-6, .rtol = 1e-5, .of_largest = true}) == "");
  }
  std::filesystem::remove(path);
  CHECK(refused == kRefused);
  MESSAGE(written << " rows of " << all_cases().size());
}

TEST_CASE("a network that was read is written from its operators, with a new head too") {
  namespace nn = rg::nn;
  nn::Sequential model(nn::Conv2d(1, 4, 3, {.padding = 1}), nn::BatchNorm2d(4), nn::ReLU(),
                       nn::MaxPool2d(2), nn::Flatten(), nn::Linear(64, 3));
  model.eval();
  const std::string path = test::temporary("network.onnx");
  rg::onnx::save(model, rg::rand({2, 1, 8, 8}), path);
  rg::onnx::Network read = rg::onnx::load(path);
  rg::onnx::save(read, rg::rand({2, 1, 8, 8}), path);
  rg::onnx::Network again = rg::onnx::load(path);
  const rg::Tensor x = rg::rand({5, 1, 8, 8});
  CHECK(difference(again(x), model(x), {.atol = 1e-6, .rtol = 1e-5}) == "");
  std::vector<std::string> names;
  for (const auto& parameter : again.named_parameters()) {
    names.push_back(parameter.first);
  }
  CHECK(names ==
        std::vector<std::string>{"0.weight", "0.bias", "1.weight", "1.bias", "5.weight", "5.bias"});
  const auto nodes = test::written(read, rg::rand({2, 1, 8, 8})).graph.nodes;
  REQUIRE(nodes.back().op_type == "Gemm");
  again.replace(nodes.back().inputs.at(0), nn::Linear(64, 7));
  rg::onnx::save(again, rg::rand({1, 1, 8, 8}), path);
  rg::onnx::Network headed = rg::onnx::load(path);
  CHECK(headed(x).shape() == rg::Shape{5, 7});
  CHECK(difference(headed(x), again(x), {.atol = 1e-6, .rtol = 1e-5}) == "");
  std::filesystem::remove(path);
}
