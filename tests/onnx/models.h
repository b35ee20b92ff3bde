// Small models for the tests of ONNX.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/onnx/detail/proto.h>

namespace test {

using namespace retrograd::onnx::detail;  // the messages

inline Attribute integer(const std::string& name, std::int64_t value) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = Attribute::Type::integer;
  attribute.i = value;
  return attribute;
}
inline Attribute integers(const std::string& name, std::vector<std::int64_t> values) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = Attribute::Type::integers;
  attribute.ints = std::move(values);
  return attribute;
}
inline Attribute text(const std::string& name, std::string value) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = Attribute::Type::text;
  attribute.s = std::move(value);
  return attribute;
}
inline Attribute graph(const std::string& name, GraphProto value) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = Attribute::Type::graph;
  attribute.g = {std::move(value)};
  return attribute;
}
inline Attribute tensor(const std::string& name, TensorProto value) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = Attribute::Type::tensor;
  attribute.t = {std::move(value)};
  return attribute;
}

template <class T>
TensorProto values(const std::string& name, std::vector<std::int64_t> dims, DataType type,
                   const std::vector<T>& list) {
  return {name,
          std::move(dims),
          type,
          std::string(reinterpret_cast<const char*>(list.data()), list.size() * sizeof(T)),
          {}};
}
inline TensorProto int64s(const std::string& name, const std::vector<std::int64_t>& list) {
  return values(name, {static_cast<std::int64_t>(list.size())}, DataType::int64, list);
}
inline TensorProto floats(const std::string& name, std::vector<std::int64_t> dims,
                          const std::vector<float>& list) {
  return values(name, std::move(dims), DataType::float32, list);
}

// A model from "x" (2, 3) to "y".
inline ModelProto model_of(std::vector<Node> nodes, std::vector<TensorProto> constants = {}) {
  ModelProto model;
  model.opset_imports = {{"", 17}};
  model.graph.nodes = std::move(nodes);
  model.graph.initializers = std::move(constants);
  model.graph.inputs = {
      {"x", DataType::float32, std::vector<Dim>{std::int64_t{2}, std::int64_t{3}}}};
  model.graph.outputs = {{"y", DataType::float32, std::nullopt}};
  return model;
}

inline Node node(const std::string& op, std::vector<std::string> inputs,
                 std::vector<Attribute> attributes = {}, std::string output = "y") {
  return {op, "", "", std::move(inputs), {std::move(output)}, std::move(attributes), ""};
}

}  // namespace test
