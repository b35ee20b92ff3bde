// Nodes that cannot run: errors of the library that name the node, never a crash.
#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <limits>

#include <onnx/files.h>
#include <onnx/models.h>
#include <retrograd/onnx/load.h>
#include <retrograd/tensor/error.h>

namespace {

namespace rg = retrograd;
using namespace test;

struct Refused {
  const char* name;
  ModelProto model;
};

GraphProto body(std::vector<std::string> inputs, std::vector<Node> nodes,
                std::vector<std::string> outputs) {
  GraphProto made;
  for (std::string& input : inputs) {
    made.inputs.push_back({std::move(input), DataType::float32, std::nullopt});
  }
  made.nodes = std::move(nodes);
  for (std::string& output : outputs) {
    made.outputs.push_back({std::move(output), DataType::float32, std::nullopt});
  }
  return made;
}

std::vector<Refused> nodes() {
  const TensorProto two = int64s("i", {1, 2});
  return {
      {"a Conv of a matrix", model_of({node("Conv", {"x", "w"})}, {floats("w", {1, 1}, {1})})},
      {"a Conv without weight", model_of({node("Conv", {"x"})})},
      {"a Conv with an absent weight", model_of({node("Conv", {"x", ""})})},
      {"a pool without kernel", model_of({node("MaxPool", {"x"})})},
      {"a pool of a matrix", model_of({node("MaxPool", {"x"}, {integers("kernel_shape", {2})})})},
      {"a GroupNormalization of no group",
       model_of({node("GroupNormalization", {"x", "w", "w"}, {integer("num_groups", 0)})},
                {floats("w", {1}, {1})})},
      {"a Reshape that does not fit", model_of({node("Reshape", {"x", "i"})}, {two})},
      {"a Reshape to a negative length",
       model_of({node("Reshape", {"x", "i"})}, {int64s("i", {-2, -3})})},
      {"a Transpose by too few", model_of({node("Transpose", {"x"}, {integers("perm", {0})})})},
      {"a Transpose by the same", model_of({node("Transpose", {"x"}, {integers("perm", {0, 0})})})},
      {"a Softmax along axis 9", model_of({node("Softmax", {"x"}, {integer("axis", 9)})})},
      {"a Concat along axis -9", model_of({node("Concat", {"x", "x"}, {integer("axis", -9)})})},
      {"a Concat of nothing", model_of({node("Concat", {})})},
      {"a Slice with step 0",
       model_of({node("Slice", {"x", "a", "b", "c", "d"})},
                {int64s("a", {0}), int64s("b", {1}), int64s("c", {0}), int64s("d", {0})})},
      {"a Slice of unequal lists",
       model_of({node("Slice", {"x", "a", "i"})}, {int64s("a", {0}), two})},
      {"a Gather out of range", model_of({node("Gather", {"x", "i"})}, {int64s("i", {7})})},
      {"a GatherND out of range",
       model_of({node("GatherND", {"x", "i"})},
                {values<std::int64_t>("i", {1, 2}, DataType::int64, {5, 5})})},
      {"a GatherND of three coordinates",
       model_of({node("GatherND", {"x", "i"})}, {int64s("i", {0, 0, 0})})},
      {"a Pad of three numbers", model_of({node("Pad", {"x", "i"})}, {int64s("i", {1, 1, 1})})},
      {"a Pad to a negative length",
       model_of({node("Pad", {"x", "i"})}, {int64s("i", {-9, -9, 0, 0})})},
      {"a Squeeze of length 3", model_of({node("Squeeze", {"x", "i"})}, {int64s("i", {1})})},
      {"an Unsqueeze to nine dimensions",
       model_of({node("Unsqueeze", {"x", "i"})}, {int64s("i", {0, 1, 2, 3, 4, 5, 6})})},
      {"an Expand that does not fit",
       model_of({node("Expand", {"x", "i"})}, {int64s("i", {5, 5})})},
      {"a Tile of 2^62",
       model_of({node("Tile", {"x", "i"})}, {int64s("i", {std::int64_t{1} << 62, 1})})},
      {"a Split into other parts", model_of({node("Split", {"x", "i"})}, {two})},
      {"a Resize without sizes", model_of({node("Resize", {"x"})})},
      {"a Resize by -1", model_of({node("Resize", {"x", "", "s"})}, {floats("s", {2}, {-1, -1})})},
      {"a Range without end", model_of({node("Range", {"a", "b", "c"})},
                                       {int64s("a", {0}), int64s("b", {9}), int64s("c", {0})})},
      {"a TopK of too many", model_of({node("TopK", {"x", "i"})}, {int64s("i", {9})})},
      {"an If without branches", model_of({node("If", {"c"})}, {int64s("c", {1})})},
      {"an If of two conditions", model_of({node("If", {"i"},
                                                 {graph("then_branch", body({}, {}, {"x"})),
                                                  graph("else_branch", body({}, {}, {"x"}))})},
                                           {two})},
      {"a Loop without body", model_of({node("Loop", {"i", "", "x"})}, {int64s("i", {1})})},
      {"a Loop without end",
       model_of({node(
           "Loop", {"", "", "x"},
           {graph("body", body({"n", "c", "v"}, {node("Relu", {"v"}, {}, "w")}, {"c", "w"}))})})},
      {"a Scan of no sequence", model_of({node("Scan", {"x"}, {graph("body", body({}, {}, {}))})})},
      {"an LSTM of other shapes", model_of({node("LSTM", {"x", "x", "x"})})},
      {"an Einsum that is none", model_of({node("Einsum", {"x"}, {text("equation", "->->")})})},
      {"a Cast to text", model_of({node("Cast", {"x"}, {integer("to", 8)})})},
      {"a GatherND of -1 batch dimensions",
       model_of({node("GatherND", {"x", "i"}, {integer("batch_dims", -1)})},
                {values<std::int64_t>("i", {1, 1}, DataType::int64, {0})})},
      {"a Range of 2^63 numbers",
       model_of({node("Range", {"a", "b", "c"})},
                {int64s("a", {0}), int64s("b", {std::numeric_limits<std::int64_t>::min()}),
                 int64s("c", {-1})})},
      {"a Pad of no elements by themselves",
       model_of({node("Pad", {"e", "i"}, {text("mode", "wrap")})},
                {floats("e", {0, 2}, {}), int64s("i", {1, 0, 1, 0})})},
      {"DepthToSpace of blocks of 2^32",
       model_of({node("DepthToSpace", {"e"}, {integer("blocksize", std::int64_t{1} << 32)})},
                {floats("e", {1, 4, 1, 1}, {1, 2, 3, 4})})},
      {"DepthToSpace of a matrix",
       model_of({node("DepthToSpace", {"x"}, {integer("blocksize", 0)})})},
  };
}

TEST_CASE("nodes that cannot run are refused by name") {
  const std::string path = temporary("refused.onnx");
  for (const Refused& one : nodes()) {
    write_file(path, serialise(one.model));
    std::string message = "it ran";
    try {
      rg::onnx::load(path)(rg::ones({2, 3}));
    } catch (const rg::Error& error) {
      message = error.what();
    }
    const bool names_node = message.find("Network.y") != std::string::npos;
    CHECK_MESSAGE(names_node, std::string(one.name), ": ", message);
  }
}

TEST_CASE("windows that do not fit are refused before they are followed") {
  const std::string path = temporary("windows.onnx");
  for (const char* const op : {"LpPool", "MaxPool", "AveragePool"}) {
    for (const std::int64_t length : {std::int64_t{1} << 30, std::int64_t{1} << 62}) {
      ModelProto model = model_of({node(op, {"x"}, {integers("kernel_shape", {length})})});
      model.graph.inputs[0].shape.reset();
      write_file(path, serialise(model));
      CHECK_THROWS_AS(rg::onnx::load(path)(rg::ones({1, 1, 8})), rg::Error);
    }
  }
}

TEST_CASE("inputs that do not fit are refused") {
  const std::string path = temporary("inputs.onnx");
  write_file(path, serialise(model_of({node("Relu", {"x"})})));
  rg::onnx::Network net = rg::onnx::load(path);
  CHECK_THROWS_AS(net(std::vector<rg::Tensor>{}), rg::ValueError);
  CHECK_THROWS_AS(net(rg::ones({6})), rg::ValueError);
  CHECK_THROWS_AS(net(rg::Tensor()), rg::GraphError);
  CHECK(net(rg::ones({4, 5})).shape() == rg::Shape{4, 5});
}

}  // namespace
