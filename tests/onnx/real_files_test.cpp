// Networks that others trained, against onnxruntime's outputs.
#include <doctest/doctest.h>

#include <onnx/files.h>
#include <retrograd/autograd/gradcheck.h>
#include <retrograd/io/safetensors.h>
#include <retrograd/onnx/load.h>
#include <skip.h>

namespace {

namespace rg = retrograd;

TEST_CASE("text_direction_cls has onnxruntime's outputs") {
  const std::string folder = test::data_folder("models");
  if (folder.empty()) {
    return;
  }
  rg::onnx::Network net = rg::onnx::load(folder + "/text_direction_cls.onnx");
  const rg::StateDict expected =
      rg::load_safetensors(folder + "/text_direction_cls.expected.safetensors");
  const rg::Tensor x = test::waves({2, 3, 48, 192});
  for (int call = 0; call < 3; ++call) {
    CHECK(test::difference(net(x), expected.begin()->second) < 1e-4);
  }
  CHECK(net(test::waves({1, 3, 48, 96})).shape() == rg::Shape{1, 2});
  // 53 convolutions with 18 biases that are reshaped, 35 batch norms, a matrix and its bias.
  CHECK(net.named_parameters().size() == 53 + 18 + 2 * 35 + 2);
  CHECK(net.named_buffers().size() == 2 * 35);
  CHECK(net.get_parameter("conv1_weights").shape() == rg::Shape{8, 3, 3, 3});
}

TEST_CASE("note_transcription has onnxruntime's outputs") {
  const std::string folder = test::data_folder("models");
  if (folder.empty()) {
    return;
  }
  rg::onnx::Network net = rg::onnx::load(folder + "/note_transcription.onnx");
  const rg::StateDict expected =
      rg::load_safetensors(folder + "/note_transcription.expected.safetensors");
  const rg::Tensor x = test::waves({1, 43844, 1});
  for (int call = 0; call < 2; ++call) {
    const std::vector<rg::Tensor> y = net(std::vector<rg::Tensor>{x});
    const std::vector<std::string> names = net.output_names();
    REQUIRE(y.size() == 3);
    for (std::size_t i = 0; i < y.size(); ++i) {
      CHECK(test::difference(y[i], expected.at(names[i])) < 1e-4);
    }
  }
}

}  // namespace
