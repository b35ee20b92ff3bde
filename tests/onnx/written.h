// A model written and read as plain data.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/onnx/detail/proto.h>
#include <retrograd/onnx/save.h>

#include "onnx/files.h"

namespace test {

namespace proto = retrograd::onnx::detail;

template <class Model, class Example>
proto::ModelProto written(Model&& model, const Example& example,
                          const retrograd::onnx::SaveOptions& options = {}) {
  const std::string path = temporary("written.onnx");
  retrograd::onnx::save(model, example, path, options);
  const std::string bytes = read_file(path);
  std::filesystem::remove(path);
  return proto::parse(bytes, path);
}

inline std::vector<std::string> operators(const proto::ModelProto& model) {
  std::vector<std::string> found;
  for (const proto::Node& node : model.graph.nodes) {
    found.push_back(node.op_type);
  }
  return found;
}

inline std::vector<std::string> initialisers(const proto::ModelProto& model) {
  std::vector<std::string> found;
  for (const proto::TensorProto& tensor : model.graph.initializers) {
    found.push_back(tensor.name);
  }
  return found;
}

// An attribute of a node, or an empty one.
inline proto::Attribute attribute(const proto::Node& node, const std::string& name) {
  const auto found = std::find_if(node.attributes.begin(), node.attributes.end(),
                                  [&](const proto::Attribute& each) { return each.name == name; });
  return found == node.attributes.end() ? proto::Attribute() : *found;
}

}  // namespace test
