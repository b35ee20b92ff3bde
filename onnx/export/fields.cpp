// Attributes and tensors as messages of ONNX.
#include <retrograd/io/internal/row_major.h>
#include <retrograd/onnx/export/builder.h>

namespace retrograd::onnx::writing {

namespace {

Attribute of_type(const char* name, Attribute::Type type) {
  Attribute attribute;
  attribute.name = name;
  attribute.type = type;
  return attribute;
}

}  // namespace

Attribute with(const char* name, std::int64_t value) {
  Attribute attribute = of_type(name, Attribute::Type::integer);
  attribute.i = value;
  return attribute;
}

Attribute with(const char* name, double value) {
  Attribute attribute = of_type(name, Attribute::Type::number);
  attribute.f = static_cast<float>(value);
  return attribute;
}

Attribute with(const char* name, const char* value) {
  Attribute attribute = of_type(name, Attribute::Type::text);
  attribute.s = value;
  return attribute;
}

Attribute with(const char* name, const Ints& value) {
  Attribute attribute = of_type(name, Attribute::Type::integers);
  attribute.ints = value;
  return attribute;
}

Attribute with(const char* name, const std::vector<std::string>& value) {
  Attribute attribute = of_type(name, Attribute::Type::texts);
  attribute.strings = value;
  return attribute;
}

Ints twice(Ints sizes) {
  const Ints once = sizes;
  sizes.insert(sizes.end(), once.begin(), once.end());
  return sizes;
}

DataType data_type(DType dtype) {
  switch (dtype) {
    case DType::float32: return DataType::float32;
    case DType::float64: return DataType::float64;
    case DType::bfloat16: return DataType::bfloat16;
    case DType::int64: return DataType::int64;
    case DType::uint8: return DataType::uint8;
    case DType::boolean: return DataType::boolean;
  }
  return DataType::undefined;
}

TensorProto proto_of(const Tensor& tensor, const std::string& name) {
  TensorProto proto{.name = name,
                    .dims = {tensor.shape().begin(), tensor.shape().end()},
                    .data_type = data_type(tensor.dtype())};
  retrograd::detail::append_row_major(tensor, [&](const void* bytes, std::size_t count) {
    proto.raw_data.append(static_cast<const char*>(bytes), count);
  });
  return proto;
}

}  // namespace retrograd::onnx::writing
