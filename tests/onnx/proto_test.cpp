// Models as bytes: what is written is read again, and damaged bytes are refused.
#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>

#include <retrograd/onnx/detail/proto.h>
#include <retrograd/tensor/error.h>

namespace {

using namespace retrograd::onnx::detail;
using protozero::pbf_writer;

// A model with one initialiser, whose fields `write` adds.
template <class F>
TensorProto read_initializer(F&& write) {
  std::string bytes;
  {
    pbf_writer model(bytes);
    pbf_writer graph(model, 7);
    pbf_writer tensor(graph, 5);
    write(tensor);
  }
  return parse(bytes, "test.onnx").graph.initializers.at(0);
}

TEST_CASE("a model is read as it was written") {
  ModelProto model;
  model.opset_imports = {{"", 17}, {"local", 1}};
  Attribute pads;
  pads.name = "pads";
  pads.type = Attribute::Type::integers;
  pads.ints = {1, -1, 0};
  Node node{"Pad", "", "pad0", {"x", ""}, {"y"}, {pads}, "text"};
  model.graph.nodes = {node};
  model.graph.initializers = {
      {"w", {2}, DataType::float32, std::string("\0\0\x80\x3f\0\0\0\0", 8)}};
  model.graph.inputs = {{"x", DataType::float32, std::vector<Dim>{std::int64_t{1}, "N", {}}}};
  model.graph.outputs = {{"y", DataType::int64, std::nullopt},
                         {"scalar", DataType::int64, std::vector<Dim>()}};
  FunctionProto function;
  function.name = "f";
  function.domain = "local";
  function.inputs = {"a"};
  function.nodes = {node};
  model.functions = {function};
  model.metadata = {{"key", "value"}};

  const std::string bytes = serialise(model);
  const ModelProto read = parse(bytes, "test.onnx");
  CHECK(serialise(read) == bytes);
  CHECK(read.graph.nodes[0].attributes[0].ints == pads.ints);
  CHECK(read.graph.inputs[0].shape == model.graph.inputs[0].shape);
  CHECK(read.graph.outputs[0].shape == std::nullopt);
  CHECK(read.graph.outputs[1].shape == std::vector<Dim>());
  CHECK(read.opset_imports == model.opset_imports);
  CHECK(read.metadata == model.metadata);
}

TEST_CASE("typed values become raw ones") {
  const TensorProto floats = read_initializer([](pbf_writer& tensor) {
    const float values[] = {1, 2};
    tensor.add_packed_float(4, values, values + 2);
    tensor.add_int64(1, 2);
    tensor.add_enum(2, 1);
  });
  CHECK(floats.raw_data == std::string("\0\0\x80\x3f\0\0\0\x40", 8));
  const TensorProto halves = read_initializer([](pbf_writer& tensor) {
    tensor.add_enum(2, 10);
    tensor.add_int32(5, 0x3c00);
  });
  CHECK(halves.raw_data == std::string("\0\x3c", 2));
  const TensorProto bytes = read_initializer([](pbf_writer& tensor) {
    tensor.add_enum(2, 3);
    tensor.add_int32(5, -1);
  });
  CHECK(bytes.raw_data == "\xff");
}

TEST_CASE("sizes that differ from the bytes are refused") {
  const auto with_dims = [](std::vector<std::int64_t> dims) {
    return read_initializer([&](pbf_writer& tensor) {
      tensor.add_packed_int64(1, dims.begin(), dims.end());
      tensor.add_enum(2, 1);
      tensor.add_bytes(9, std::string(8, '\0'));
    });
  };
  CHECK(with_dims({2, 1}).dims.size() == 2);
  const std::int64_t huge = std::int64_t{1} << 62;
  const std::vector<std::int64_t> refused[] = {{},     {3},       {-2},
                                               {2, 0}, {huge, 4}, {huge, huge, huge}};
  for (const std::vector<std::int64_t>& dims : refused) {
    CHECK_THROWS_AS(with_dims(dims), retrograd::IoError);
  }
}

TEST_CASE("graphs nested without end are refused") {
  std::string graph;
  for (int level = 0; level < 400; ++level) {
    std::string attribute, node, outer;
    pbf_writer(attribute).add_message(6, graph);
    pbf_writer(node).add_message(5, attribute);
    pbf_writer(outer).add_message(1, node);
    graph = outer;
  }
  std::string model;
  pbf_writer(model).add_message(7, graph);
  CHECK_THROWS_AS(parse(model, "test.onnx"), retrograd::IoError);
}

TEST_CASE("any cut of a model is refused or read") {
  ModelProto model;
  model.graph.nodes = {{"Relu", "", "r", {"x"}, {"y"}, {}, ""}};
  const std::string bytes = serialise(model);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    try {
      parse(bytes.substr(0, length), "test.onnx");
    } catch (const retrograd::IoError& error) {
      CHECK(std::string_view(error.what()).find("test.onnx") != std::string_view::npos);
    }
  }
}

}  // namespace
