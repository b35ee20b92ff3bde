#include <retrograd/onnx/detail/proto.h>

#include <protozero/pbf_writer.hpp>

namespace retrograd::onnx::detail {

namespace {

using protozero::pbf_writer;

void write(pbf_writer&& out, const GraphProto& graph);

void write(pbf_writer&& out, const TensorProto& tensor) {
  out.add_packed_int64(1, tensor.dims.begin(), tensor.dims.end());
  out.add_int32(2, static_cast<std::int32_t>(tensor.data_type));
  out.add_string(8, tensor.name);
  if (tensor.external_data.empty()) {
    out.add_bytes(9, tensor.raw_data);
    return;
  }
  for (const auto& [key, value] : tensor.external_data) {
    pbf_writer entry(out, 13);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  out.add_enum(14, 1);
}

void write(pbf_writer&& out, const Attribute& attribute) {
  using enum Attribute::Type;
  out.add_string(1, attribute.name);
  if (attribute.type == number) {
    out.add_float(2, attribute.f);
  } else if (attribute.type == integer) {
    out.add_int64(3, attribute.i);
  } else if (attribute.type == text) {
    out.add_bytes(4, attribute.s);
  }
  for (const TensorProto& tensor : attribute.t) {
    write(pbf_writer(out, 5), tensor);
  }
  for (const GraphProto& graph : attribute.g) {
    write(pbf_writer(out, 6), graph);
  }
  for (const float value : attribute.floats) {
    out.add_float(7, value);
  }
  for (const std::int64_t value : attribute.ints) {
    out.add_int64(8, value);
  }
  for (const std::string& value : attribute.strings) {
    out.add_bytes(9, value);
  }
  out.add_enum(20, static_cast<std::int32_t>(attribute.type));
  if (!attribute.ref_attr_name.empty()) {
    out.add_string(21, attribute.ref_attr_name);
  }
}

void write(pbf_writer&& out, const Node& node) {
  for (const std::string& input : node.inputs) {
    out.add_string(1, input);
  }
  for (const std::string& output : node.outputs) {
    out.add_string(2, output);
  }
  if (!node.name.empty()) {
    out.add_string(3, node.name);
  }
  out.add_string(4, node.op_type);
  for (const Attribute& attribute : node.attributes) {
    write(pbf_writer(out, 5), attribute);
  }
  if (!node.doc_string.empty()) {
    out.add_string(6, node.doc_string);
  }
  if (!node.domain.empty()) {
    out.add_string(7, node.domain);
  }
}

void write(pbf_writer&& out, const ValueInfo& value) {
  out.add_string(1, value.name);
  pbf_writer type(out, 2);
  pbf_writer tensor(type, 1);
  tensor.add_enum(1, static_cast<std::int32_t>(value.elem_type));
  if (!value.shape) {
    return;
  }
  // Not pbf_writer's messages within messages: it drops empty ones, which have a meaning here.
  std::string shape;
  for (const Dim& dim : *value.shape) {
    std::string one;
    if (const auto* length = std::get_if<std::int64_t>(&dim)) {
      pbf_writer(one).add_int64(1, *length);
    } else if (const auto* name = std::get_if<std::string>(&dim)) {
      pbf_writer(one).add_string(2, *name);
    }
    pbf_writer(shape).add_message(1, one);
  }
  tensor.add_message(2, shape);
}

void write(pbf_writer&& out, const GraphProto& graph) {
  for (const Node& node : graph.nodes) {
    write(pbf_writer(out, 1), node);
  }
  out.add_string(2, graph.name);
  for (const TensorProto& tensor : graph.initializers) {
    write(pbf_writer(out, 5), tensor);
  }
  for (const ValueInfo& input : graph.inputs) {
    write(pbf_writer(out, 11), input);
  }
  for (const ValueInfo& output : graph.outputs) {
    write(pbf_writer(out, 12), output);
  }
  for (const ValueInfo& value : graph.value_infos) {
    write(pbf_writer(out, 13), value);
  }
}

void write_imports(pbf_writer& out, const std::map<std::string, std::int64_t>& imports,
                   protozero::pbf_tag_type tag) {
  for (const auto& [domain, version] : imports) {
    pbf_writer import(out, tag);
    import.add_string(1, domain);
    import.add_int64(2, version);
  }
}

void write(pbf_writer&& out, const FunctionProto& function) {
  out.add_string(1, function.name);
  for (const std::string& input : function.inputs) {
    out.add_string(4, input);
  }
  for (const std::string& output : function.outputs) {
    out.add_string(5, output);
  }
  for (const std::string& attribute : function.attributes) {
    out.add_string(6, attribute);
  }
  for (const Node& node : function.nodes) {
    write(pbf_writer(out, 7), node);
  }
  write_imports(out, function.opset_imports, 9);
  out.add_string(10, function.domain);
  for (const Attribute& attribute : function.attribute_defaults) {
    write(pbf_writer(out, 11), attribute);
  }
}

}  // namespace

std::string serialise(const ModelProto& model) {
  std::string bytes;
  pbf_writer out(bytes);
  out.add_int64(1, model.ir_version);
  out.add_string(2, model.producer_name);
  out.add_string(3, model.producer_version);
  write(pbf_writer(out, 7), model.graph);
  write_imports(out, model.opset_imports, 8);
  for (const auto& [key, value] : model.metadata) {
    pbf_writer entry(out, 14);
    entry.add_string(1, key);
    entry.add_string(2, value);
  }
  for (const FunctionProto& function : model.functions) {
    write(pbf_writer(out, 25), function);
  }
  return bytes;
}

}  // namespace retrograd::onnx::detail
