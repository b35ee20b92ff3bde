// Outputs of imported networks that heads replace, or that depend on no input.
#include <doctest/doctest.h>

#include <onnx/files.h>
#include <onnx/models.h>
#include <retrograd/nn/nn.h>
#include <retrograd/onnx/load.h>

namespace {

namespace rg = retrograd;
namespace nn = retrograd::nn;

TEST_CASE("outputs that do not depend on the value keep their own") {
  const std::string path = test::temporary("two.onnx");
  test::ModelProto model =
      test::model_of({test::node("Relu", {"x"}, {}, "a"), test::node("Neg", {"x"}, {}, "b")});
  model.graph.outputs = {{"a", test::DataType::float32, std::nullopt},
                         {"b", test::DataType::float32, std::nullopt}};
  test::write_file(path, test::serialise(model));
  rg::onnx::Network net = rg::onnx::load(path);
  const rg::Tensor x = rg::ones({2, 3});
  net.replace("a", nn::Linear(3, 5)).replace("a", nn::Linear(3, 4));
  const auto both = net(std::vector<rg::Tensor>{x});
  CHECK(both[0].shape() == rg::Shape{2, 4});
  CHECK(both[1].shape() == rg::Shape{2, 3});
  CHECK_THROWS_AS(net.replace("b", nn::Linear(3, 5)), rg::ValueError);
}

TEST_CASE("outputs that depend on no input are the caller's to change") {
  const std::string path = test::temporary("constant.onnx");
  test::ModelProto model =
      test::model_of({test::node("Relu", {"x"}, {}, "y")}, {test::floats("c", {3}, {1, 2, 3})});
  model.graph.nodes.push_back(test::node("Neg", {"c"}, {}, "z"));
  model.graph.outputs.push_back({"z", test::DataType::float32, std::nullopt});
  test::write_file(path, test::serialise(model));
  rg::onnx::Network net = rg::onnx::load(path);
  for (int call = 0; call < 3; ++call) {
    rg::Tensor z = net(std::vector<rg::Tensor>{rg::ones({2, 3})})[1];
    CHECK(z.to_vector<float>() == std::vector<float>{-1, -2, -3});
    z.mul_(5);
  }
}

}  // namespace
