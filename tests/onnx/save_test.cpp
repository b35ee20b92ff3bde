// Models written as ONNX.
#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include <retrograd/onnx/load.h>
#include <retrograd/onnx/save.h>
#include <retrograd/retrograd.h>

#include "onnx/written.h"

namespace {

namespace rg = retrograd;
namespace nn = rg::nn;

using Texts = std::vector<std::string>;

struct Net : nn::Module {
  nn::Sequential features{nn::Conv2d(1, 4, 3, {.padding = 1}), nn::BatchNorm2d(4), nn::ReLU(),
                          nn::MaxPool2d(2), nn::Dropout(0.5)};
  nn::Linear head{64, 3};

  nn::Members members() override { return {{"features", features}, {"head", head}}; }
  rg::Tensor forward(const rg::Tensor& x) override { return head(rg::flatten(features(x), 1)); }
};

}  // namespace

TEST_CASE("a model's layers are nodes, and its parameters initialisers of the same names") {
  Net net;
  const auto model = test::written(net, rg::rand({2, 1, 8, 8}));
  CHECK(model.ir_version == 8);
  CHECK(model.opset_imports.at("") == 17);
  CHECK(test::operators(model) ==
        Texts{"Conv", "BatchNormalization", "Relu", "MaxPool", "Reshape", "Gemm"});
  CHECK(model.graph.nodes[0].name == "Net.features.0/Conv");
  CHECK(test::initialisers(model) == Texts{"features.0.weight", "features.0.bias",
                                           "features.1.weight", "features.1.bias",
                                           "features.1.running_mean", "features.1.running_var",
                                           "constant", "head.weight", "head.bias"});
  CHECK(test::attribute(model.graph.nodes[0], "pads").ints ==
        std::vector<std::int64_t>{1, 1, 1, 1});
}

TEST_CASE("a model is written in evaluation mode, and each module keeps its own") {
  Net net;
  net.train();
  net.features.eval();
  const rg::Tensor mean = net.features.state_dict().at("1.running_mean").clone();
  test::written(net, rg::rand({2, 1, 8, 8}));
  CHECK(net.is_training());
  CHECK(net.head.is_training());
  CHECK_FALSE(net.features.is_training());
  CHECK(rg::all(net.features.state_dict().at("1.running_mean") == mean).item<bool>());
}

TEST_CASE("the batch is a named dimension, or has the example's size") {
  Net net;
  const rg::Tensor x = rg::rand({2, 1, 8, 8});
  const auto any = test::written(net, x);
  CHECK(std::get<std::string>(any.graph.inputs.at(0).shape->at(0)) == "batch");
  CHECK(std::get<std::string>(any.graph.outputs.at(0).shape->at(0)) == "batch");
  const auto two = test::written(net, x, {.dynamic_batch = false});
  CHECK(std::get<std::int64_t>(two.graph.inputs.at(0).shape->at(0)) == 2);
  CHECK(std::get<std::int64_t>(two.graph.outputs.at(0).shape->at(0)) == 2);
}

TEST_CASE("a model's parameters, inputs and outputs keep their dtype in the file") {
  using Type = test::proto::DataType;
  for (const auto& [dtype, type] : {std::pair{rg::float64, Type::float64},
                                    {rg::bfloat16, Type::bfloat16},
                                    {rg::float32, Type::float32}}) {
    CAPTURE(dtype);
    Net net;
    net.to(dtype);
    net.eval();
    const rg::Tensor x = rg::rand({2, 1, 8, 8}).to(dtype);
    const auto model = test::written(net, x);
    CHECK(model.graph.inputs.at(0).elem_type == type);
    CHECK(model.graph.outputs.at(0).elem_type == type);
    for (const auto& tensor : model.graph.initializers) {
      CHECK(tensor.data_type == (tensor.name == "constant" ? Type::int64 : type));
    }
    const std::string path = test::temporary("dtype.onnx");
    rg::onnx::save(net, x, path);
    rg::onnx::Network read = rg::onnx::load(path);
    std::filesystem::remove(path);
    const rg::Tensor y = read(x);
    CHECK(y.dtype() == dtype);
    const rg::Tensor error = rg::abs(y.to(rg::float64) - net(x).to(rg::float64));
    const auto most = rg::max(error).item<double>();
    // The epsilon of batch norm is a float in the file: 1e-5 is off by 3e-13.
    CHECK(most <= (dtype == rg::float64 ? 1e-12 : dtype == rg::float32 ? 1e-6 : 0));
  }
}
