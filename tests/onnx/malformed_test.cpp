// Files that are refused when they are loaded: each with the code of its message.
#include <doctest/doctest.h>

#include <protozero/pbf_writer.hpp>

#include <onnx/files.h>
#include <onnx/refused.h>
#include <retrograd/onnx/load.h>
#include <retrograd/tensor/error.h>

namespace {

namespace rg = retrograd;
using namespace test;
using protozero::pbf_writer;

// A whole model's bytes, with this initialiser.
template <class F>
std::string with_tensor(F&& write) {
  std::string graph;
  {
    pbf_writer out(graph);
    pbf_writer copy(out, 1);
    copy.add_string(1, "w");
    copy.add_string(2, "y");
    copy.add_string(4, "Identity");
  }
  {
    pbf_writer out(graph);
    pbf_writer tensor(out, 5);
    write(tensor);
  }
  {
    pbf_writer out(graph);
    pbf_writer output(out, 12);
    output.add_string(1, "y");
  }
  ModelProto model = model_of({});
  std::string bytes = serialise(model);
  pbf_writer(bytes).add_message(7, graph);
  return bytes;
}

std::string with_dims(const std::vector<std::int64_t>& dims, int type, std::size_t bytes) {
  return with_tensor([&](pbf_writer& out) {
    out.add_packed_int64(1, dims.begin(), dims.end());
    out.add_int32(2, type);
    out.add_string(8, "w");
    out.add_bytes(9, std::string(bytes, '\0'));
  });
}

std::string with_graph(const std::string& graph) {
  std::string bytes;
  pbf_writer(bytes).add_message(7, graph);
  return bytes;
}

FunctionProto function(const std::string& name, std::vector<Node> nodes) {
  FunctionProto made;
  made.name = name;
  made.domain = "local";
  made.inputs = {"a"};
  made.outputs = {"b"};
  made.nodes = std::move(nodes);
  made.opset_imports = {{"", 17}, {"local", 1}};
  return made;
}

Node call(const std::string& name, const std::string& input, const std::string& output) {
  Node made = node(name, {input}, {}, output);
  made.domain = "local";
  return made;
}

std::string recursive_function() {
  ModelProto model = model_of({call("f", "x", "y")});
  model.functions = {function("f", {call("f", "a", "b")})};
  return serialise(model);
}

// Each function calls the one before twice.
std::string exponential_functions() {
  ModelProto model = model_of({call("f29", "x", "y")});
  model.functions = {function("f0", {node("Relu", {"a"}, {}, "b")})};
  for (int i = 1; i < 30; ++i) {
    const std::string inner = "f" + std::to_string(i - 1);
    model.functions.push_back(
        function("f" + std::to_string(i), {call(inner, "a", "c"), call(inner, "c", "b")}));
  }
  return serialise(model);
}

std::string with_opset(std::int64_t version) {
  ModelProto model = model_of({node("Relu", {"x"})});
  model.opset_imports = {{"", version}};
  return serialise(model);
}

template <class F>
std::string changed(F&& change) {
  ModelProto model = model_of({node("Relu", {"x"})});
  change(model);
  return serialise(model);
}

std::string nested(int levels) {
  std::string graph;
  for (int level = 0; level < levels; ++level) {
    std::string attribute, inner, outer;
    pbf_writer(attribute).add_message(6, graph);
    pbf_writer(inner).add_message(5, attribute);
    pbf_writer(outer).add_message(1, inner);
    graph = outer;
  }
  return with_graph(graph);
}

// A field of the model with a wire type that it has not.
std::string wrong_wire(protozero::pbf_tag_type tag, char wire, const std::string& rest) {
  return std::string(1, static_cast<char>((tag << 3U) | static_cast<unsigned char>(wire))) + rest;
}

std::vector<Malformed> bytes_and_fields() {
  const std::int64_t huge = std::int64_t{1} << 62;
  return {
      {"an empty file", "", "file-malformed"},
      {"text", "this is no model", "file-malformed"},
      {"zeros", std::string(64, '\0'), "file-malformed"},
      {"all bits", std::string(64, '\xff'), "file-malformed"},
      {"a varint without end", "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
       "file-malformed"},
      {"a length behind the end", "\x3a\x7f", "file-malformed"},
      {"a length of 2^63", std::string("\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 10),
       "file-malformed"},
      {"the graph as a number", wrong_wire(7, 0, "\x01"), "file-malformed"},
      {"the version as text",
       wrong_wire(1, 2,
                  "\x01"
                  "a"),
       "file-malformed"},
      {"the producer as 4 bytes", wrong_wire(2, 5, "abcd"), "file-malformed"},
      {"a group", wrong_wire(7, 3, ""), "file-malformed"},
      {"tag 0", std::string("\0\0", 2), "file-malformed"},
      {"no graph",
       [] {
         std::string bytes;
         pbf_writer(bytes).add_int64(1, 8);
         return bytes;
       }(),
       "file-malformed"},
      {"graphs 100 deep", nested(100), "file-malformed"},
      {"graphs 4000 deep", nested(4000), "file-malformed"},
      {"a cut model", serialise(model_of({node("Relu", {"x"})})).substr(0, 20), "file-malformed"},
      {"too few bytes", with_dims({3}, 1, 8), "file-malformed"},
      {"too many bytes", with_dims({1}, 1, 8), "file-malformed"},
      {"a scalar of two", with_dims({}, 1, 8), "file-malformed"},
      {"a negative length", with_dims({-1}, 1, 8), "file-malformed"},
      {"two negative lengths", with_dims({-1, -2}, 1, 8), "file-malformed"},
      {"2^62 elements", with_dims({huge}, 1, 8), "too-many-elements"},
      {"a product that overflows", with_dims({huge, 4}, 1, 8), "too-many-elements"},
      {"a product that becomes 0", with_dims({huge, huge}, 1, 0), "too-many-elements"},
      {"a gigabyte that is not there", with_dims({1 << 28}, 1, 16), "file-malformed"},
      {"nine dimensions", with_dims({1, 1, 1, 1, 1, 1, 1, 1, 2}, 1, 8), "file-unsupported"},
      {"int64 of half the bytes", with_dims({2}, 7, 8), "file-malformed"},
      {"float16 of odd bytes", with_dims({2}, 10, 3), "file-malformed"},
      {"booleans of too few bytes", with_dims({4}, 9, 3), "file-malformed"},
      {"complex numbers", with_dims({1}, 14, 8), "file-unsupported"},
      {"8-bit floats", with_dims({8}, 17, 8), "file-unsupported"},
      {"an unknown type", with_dims({2}, 99, 8), "file-unsupported"},
      {"no type", with_dims({2}, 0, 8), "file-unsupported"},
      {"text in a tensor", with_tensor([](pbf_writer& out) {
         out.add_int32(2, 8);
         out.add_string(8, "w");
         out.add_bytes(6, "text");
       }),
       "file-unsupported"},
      {"a type beyond 32 bits", with_tensor([](pbf_writer& out) { out.add_int64(2, 1LL << 40); }),
       "file-malformed"},
      {"packed floats of 5 bytes", with_tensor([](pbf_writer& out) { out.add_bytes(4, "12345"); }),
       "file-malformed"},
      {"packed doubles of 7 bytes",
       with_tensor([](pbf_writer& out) { out.add_bytes(10, "1234567"); }), "file-malformed"},
      {"a packed varint that is cut",
       with_tensor([](pbf_writer& out) { out.add_bytes(7, "\xff"); }), "file-malformed"},
      {"float_data too short", with_tensor([](pbf_writer& out) {
         out.add_int64(1, 5);
         out.add_int32(2, 1);
         out.add_float(4, 1.0F);
       }),
       "file-malformed"},
      {"a tensor in segments", with_tensor([](pbf_writer& out) { out.add_bytes(3, ""); }),
       "file-unsupported"},
      {"a sparse constant", with_graph("\x7a\x01\x00"), "file-unsupported"},
  };
}

std::vector<Malformed> graphs() {
  return {
      {"operator set 6", with_opset(6), "file-unsupported"},
      {"operator set 23", with_opset(23), "file-unsupported"},
      {"operator set -1", with_opset(-1), "file-unsupported"},
      {"no operator set", changed([](ModelProto& m) { m.opset_imports.clear(); }),
       "file-unsupported"},
      {"no output", changed([](ModelProto& m) { m.graph.outputs.clear(); }), "file-malformed"},
      {"an output that no node makes",
       changed([](ModelProto& m) { m.graph.outputs[0].name = "z"; }), "file-malformed"},
      {"an input that is not there",
       changed([](ModelProto& m) { m.graph.nodes[0].inputs = {"z"}; }), "file-malformed"},
      {"a node that reads itself", changed([](ModelProto& m) { m.graph.nodes[0].inputs = {"y"}; }),
       "file-malformed"},
      {"nodes in the wrong order", changed([](ModelProto& m) {
         m.graph.nodes = {node("Relu", {"t"}), node("Relu", {"x"}, {}, "t")};
       }),
       "file-malformed"},
      {"a value made twice",
       changed([](ModelProto& m) { m.graph.nodes.push_back(m.graph.nodes[0]); }), "file-malformed"},
      {"an input made again", changed([](ModelProto& m) {
         m.graph.nodes = {node("Relu", {"x"}, {}, "x"), node("Relu", {"x"})};
       }),
       "file-malformed"},
      {"a constant made twice",
       serialise(
           model_of({node("Add", {"x", "w"})}, {floats("w", {1}, {1}), floats("w", {1}, {2})})),
       "file-malformed"},
      {"an unknown operator", changed([](ModelProto& m) { m.graph.nodes[0].op_type = "Einmal"; }),
       "onnx-operator"},
      {"an unknown domain", changed([](ModelProto& m) { m.graph.nodes[0].domain = "other"; }),
       "onnx-operator"},
      {"no operator", changed([](ModelProto& m) { m.graph.nodes[0].op_type = ""; }),
       "onnx-operator"},
      {"a Constant without value",
       changed([](ModelProto& m) { m.graph.nodes = {node("Constant", {})}; }), "file-unsupported"},
      {"a Constant of two outputs", changed([](ModelProto& m) {
         Node constant = node("Constant", {}, {tensor("value", floats("", {1}, {1}))});
         constant.outputs.push_back("z");
         m.graph.nodes = {constant};
       }),
       "file-malformed"},
      {"a function that calls itself", recursive_function(), "file-malformed"},
      {"functions of 2^29 nodes", exponential_functions(), "file-malformed"},
  };
}

TEST_CASE("malformed bytes and fields are refused") {
  const std::string path = folder() + "/model.onnx";
  for (const Malformed& one : bytes_and_fields()) {
    check_refused(one, path);
  }
}

TEST_CASE("malformed graphs are refused") {
  const std::string path = folder() + "/model.onnx";
  for (const Malformed& one : graphs()) {
    check_refused(one, path);
  }
}

TEST_CASE("unknown operators are listed all at once, with counts") {
  const std::string path = folder() + "/model.onnx";
  Node other = node("Zwei", {"b"});
  other.domain = "far";
  GraphProto body;
  body.nodes = {node("Eins", {"x"}, {}, "inner")};
  body.outputs = {{"inner", DataType::float32, std::nullopt}};
  write_file(path,
             serialise(model_of(
                 {node("Eins", {"x"}, {}, "a"),
                  node("If", {"a"}, {graph("then_branch", body), graph("else_branch", body)}, "b"),
                  other})));
  std::string message;
  try {
    rg::onnx::load(path);
  } catch (const rg::IoError& error) {
    message = error.what();
  }
  CHECK(message.find("Eins (3 times), far.Zwei (1 times)") != std::string::npos);
}

}  // namespace
