// The messages of onnx.proto as plain data, as far as this library reads and writes them. Internal.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <retrograd/tensor/api.h>

namespace retrograd::onnx::detail {

// TensorProto.DataType; others are refused where a value is needed.
enum class DataType : std::int32_t {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};

struct TensorProto {
  std::string name;
  std::vector<std::int64_t> dims;
  DataType data_type = DataType::undefined;
  std::string raw_data;  // little-endian, whichever field of the file has the values
  std::map<std::string, std::string> external_data = {};  // location, offset, length
};

struct GraphProto;

struct Attribute {
  // AttributeProto.AttributeType
  enum class Type : std::int32_t {
    undefined = 0,
    number = 1,
    integer = 2,
    text = 3,
    tensor = 4,
    graph = 5,
    numbers = 6,
    integers = 7,
    texts = 8,
  };

  std::string name;
  Type type = Type::undefined;
  float f = 0;
  std::int64_t i = 0;
  std::string s;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  std::vector<std::string> strings;
  std::vector<TensorProto> t;  // one, if it is a tensor
  std::vector<GraphProto> g;   // one, if it is a graph
  std::string ref_attr_name;   // in functions: the attribute of the call
};

struct Node {
  std::string op_type;
  std::string domain;  // empty for ai.onnx
  std::string name;
  std::vector<std::string> inputs;  // an empty name: absent
  std::vector<std::string> outputs;
  std::vector<Attribute> attributes;
  std::string doc_string;
};

// A dimension: a length, a name, or neither.
using Dim = std::variant<std::monostate, std::int64_t, std::string>;

struct ValueInfo {
  std::string name;
  DataType elem_type = DataType::undefined;
  std::optional<std::vector<Dim>> shape;
};

struct GraphProto {
  std::string name;
  std::vector<Node> nodes;
  std::vector<TensorProto> initializers;
  std::vector<ValueInfo> inputs;
  std::vector<ValueInfo> outputs;
  std::vector<ValueInfo> value_infos;
};

struct FunctionProto {
  std::string name;
  std::string domain;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<std::string> attributes;  // without default
  std::vector<Attribute> attribute_defaults;
  std::vector<Node> nodes;
  std::map<std::string, std::int64_t> opset_imports;
};

struct ModelProto {
  std::int64_t ir_version = 8;
  std::map<std::string, std::int64_t> opset_imports;  // by domain; empty for ai.onnx
  std::string producer_name;
  std::string producer_version;
  GraphProto graph;
  std::vector<FunctionProto> functions;
  std::map<std::string, std::string> metadata;
};

// Reads a model's bytes. Throws IoError for malformed messages, before memory is taken for what
// they only claim to hold.
RETROGRAD_API ModelProto parse(std::string_view bytes, const std::string& path);
// Reads a tensor's bytes, as files of test data have them.
RETROGRAD_API TensorProto parse_tensor(std::string_view bytes, const std::string& path);
// The model's bytes.
RETROGRAD_API std::string serialise(const ModelProto& model);

}  // namespace retrograd::onnx::detail
