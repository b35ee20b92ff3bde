#include <retrograd/onnx/detail/fields.h>

namespace retrograd::onnx::detail {

namespace {

GraphProto read_graph(Fields in);

// Files of before IR 2 may leave out the type.
Attribute::Type type_by_content(const Attribute& attribute) {
  using enum Attribute::Type;
  return !attribute.t.empty()         ? tensor
         : !attribute.g.empty()       ? graph
         : !attribute.floats.empty()  ? numbers
         : !attribute.ints.empty()    ? integers
         : !attribute.strings.empty() ? texts
         : !attribute.s.empty()       ? text
         : attribute.f != 0           ? number
                                      : integer;
}

Attribute read_attribute(Fields in) {
  Attribute attribute;
  while (in.next()) {
    switch (in.tag()) {
      case 1: attribute.name = in.text(); break;
      case 2: attribute.f = in.number(); break;
      case 3: attribute.i = in.integer(); break;
      case 4: attribute.s = in.text(); break;
      case 5: attribute.t.assign(1, read_tensor(in.message())); break;
      case 6: attribute.g.assign(1, read_graph(in.message())); break;
      case 7: {
        std::string raw;
        in.append_fixed(raw, pbf_wire_type::fixed32, 4);
        const std::size_t before = attribute.floats.size();
        attribute.floats.resize(before + raw.size() / 4);
        copy_values(raw, attribute.floats.data() + before);
        break;
      }
      case 8: in.integers([&](std::int64_t one) { attribute.ints.push_back(one); }); break;
      case 9: attribute.strings.push_back(in.text()); break;
      case 20: attribute.type = static_cast<Attribute::Type>(in.small_integer()); break;
      case 21: attribute.ref_attr_name = in.text(); break;
      default: in.skip();
    }
  }
  if (attribute.type == Attribute::Type::undefined && attribute.ref_attr_name.empty()) {
    attribute.type = type_by_content(attribute);
  }
  return attribute;
}

Node read_node(Fields in) {
  Node node;
  while (in.next()) {
    switch (in.tag()) {
      case 1: node.inputs.push_back(in.text()); break;
      case 2: node.outputs.push_back(in.text()); break;
      case 3: node.name = in.text(); break;
      case 4: node.op_type = in.text(); break;
      case 5: node.attributes.push_back(read_attribute(in.message())); break;
      case 6: node.doc_string = in.text(); break;
      case 7: node.domain = in.text(); break;
      default: in.skip();
    }
  }
  // The two names of the standard domain.
  if (node.domain == "ai.onnx") {
    node.domain.clear();
  }
  return node;
}

Dim read_dim(Fields in) {
  Dim dim;
  while (in.next()) {
    switch (in.tag()) {
      case 1: dim = in.integer(); break;
      case 2: dim = in.text(); break;
      default: in.skip();
    }
  }
  return dim;
}

// TypeProto.Tensor
void read_tensor_type(Fields in, ValueInfo& value) {
  while (in.next()) {
    if (in.tag() == 1) {
      value.elem_type = static_cast<DataType>(in.small_integer());
    } else if (in.tag() == 2) {
      value.shape.emplace();
      Fields shape = in.message();
      while (shape.next()) {
        if (shape.tag() == 1) {
          value.shape->push_back(read_dim(shape.message()));
        } else {
          shape.skip();
        }
      }
    } else {
      in.skip();
    }
  }
}

ValueInfo read_value(Fields in) {
  ValueInfo value;
  while (in.next()) {
    if (in.tag() == 1) {
      value.name = in.text();
    } else if (in.tag() == 2) {
      Fields type = in.message();
      while (type.next()) {
        if (type.tag() == 1) {
          read_tensor_type(type.message(), value);
        } else {
          type.skip();
        }
      }
    } else {
      in.skip();
    }
  }
  return value;
}

GraphProto read_graph(Fields in) {
  GraphProto graph;
  while (in.next()) {
    switch (in.tag()) {
      case 1: graph.nodes.push_back(read_node(in.message())); break;
      case 2: graph.name = in.text(); break;
      case 5: graph.initializers.push_back(read_tensor(in.message())); break;
      case 11: graph.inputs.push_back(read_value(in.message())); break;
      case 12: graph.outputs.push_back(read_value(in.message())); break;
      case 13: graph.value_infos.push_back(read_value(in.message())); break;
      case 15: in.call().fail("a constant is sparse [file-unsupported]");
      default: in.skip();
    }
  }
  return graph;
}

void read_import(Fields in, std::map<std::string, std::int64_t>& imports) {
  std::string domain;
  std::int64_t version = 0;
  while (in.next()) {
    switch (in.tag()) {
      case 1: domain = in.text(); break;
      case 2: version = in.integer(); break;
      default: in.skip();
    }
  }
  imports[domain == "ai.onnx" ? "" : domain] = version;
}

FunctionProto read_function(Fields in) {
  FunctionProto function;
  while (in.next()) {
    switch (in.tag()) {
      case 1: function.name = in.text(); break;
      case 4: function.inputs.push_back(in.text()); break;
      case 5: function.outputs.push_back(in.text()); break;
      case 6: function.attributes.push_back(in.text()); break;
      case 7: function.nodes.push_back(read_node(in.message())); break;
      case 9: read_import(in.message(), function.opset_imports); break;
      case 10: function.domain = in.text(); break;
      case 11: function.attribute_defaults.push_back(read_attribute(in.message())); break;
      default: in.skip();
    }
  }
  return function;
}

ModelProto read_model(Fields in) {
  ModelProto model;
  bool has_graph = false;
  while (in.next()) {
    switch (in.tag()) {
      case 1: model.ir_version = in.integer(); break;
      case 2: model.producer_name = in.text(); break;
      case 3: model.producer_version = in.text(); break;
      case 7:
        model.graph = read_graph(in.message());
        has_graph = true;
        break;
      case 8: read_import(in.message(), model.opset_imports); break;
      case 14: model.metadata.insert(read_entry(in.message())); break;
      case 25: model.functions.push_back(read_function(in.message())); break;
      default: in.skip();
    }
  }
  if (!has_graph) {
    in.call().fail("the file has no graph [file-malformed]");
  }
  return model;
}

}  // namespace

namespace {

template <class F>
auto read_bytes(std::string_view bytes, const std::string& path, F&& read) {
  const FileCall call("onnx::load", path, {});
  try {
    return read(Fields(protozero::data_view(bytes.data(), bytes.size()), call, 0));
  } catch (const protozero::exception& error) {
    call.fail("the file is no ONNX model, or damaged: {} [file-malformed]",
              std::string_view(error.what()));
  }
}

}  // namespace

ModelProto parse(std::string_view bytes, const std::string& path) {
  return read_bytes(bytes, path, read_model);
}

TensorProto parse_tensor(std::string_view bytes, const std::string& path) {
  return read_bytes(bytes, path, read_tensor);
}

}  // namespace retrograd::onnx::detail
