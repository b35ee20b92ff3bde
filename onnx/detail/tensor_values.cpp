#include <cstring>

#include <retrograd/io/internal/half.h>
#include <retrograd/onnx/detail/program.h>
#include <retrograd/onnx/detail/raw_values.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::onnx::detail {

using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;

DType dtype_of(DataType type, DType floating) {
  switch (type) {
    case DataType::float32:
    case DataType::float16: return floating;
    case DataType::float64: return DType::float64;
    case DataType::bfloat16: return DType::bfloat16;
    case DataType::uint8: return DType::uint8;
    case DataType::boolean: return DType::boolean;
    default: return DType::int64;
  }
}

namespace {

// Converts each value as it is copied.
template <class From, class To, class F>
void convert(std::string_view raw, To* to, F&& f) {
  for (std::size_t i = 0; i < raw.size() / sizeof(From); ++i) {
    From value;
    std::memcpy(&value, raw.data() + i * sizeof(From), sizeof(From));
    to[i] = f(value);
  }
}
template <class From>
void to_int64(std::string_view raw, const Tensor& to) {
  convert<From>(raw, to.data<std::int64_t>(),
                [](From value) { return static_cast<std::int64_t>(value); });
}

void fill(const Tensor& to, DataType type, std::string_view raw) {
  switch (type) {
    case DataType::float32: return copy_values(raw, to.data<float>());
    case DataType::float64: return copy_values(raw, to.data<double>());
    case DataType::bfloat16: return copy_values(raw, to.data<BFloat16>());
    case DataType::int64: return copy_values(raw, to.data<std::int64_t>());
    case DataType::uint8: return copy_values(raw, to.data<std::uint8_t>());
    case DataType::float16:
      return convert<std::uint16_t>(raw, to.data<float>(), retrograd::detail::from_half);
    case DataType::boolean:
      return convert<char>(raw, to.data<bool>(), [](char value) { return value != 0; });
    case DataType::int8: return to_int64<std::int8_t>(raw, to);
    case DataType::int16: return to_int64<std::int16_t>(raw, to);
    case DataType::int32: return to_int64<std::int32_t>(raw, to);
    case DataType::uint16: return to_int64<std::uint16_t>(raw, to);
    case DataType::uint32: return to_int64<std::uint32_t>(raw, to);
    default: return to_int64<std::uint64_t>(raw, to);
  }
}

}  // namespace

Tensor to_tensor(const TensorProto& proto, const FileCall& call) {
  if (item_size(proto.data_type) == 0) {
    call.fail("tensor {} is of {}, which is not read [file-unsupported]", in_quotes(proto.name),
              name(proto.data_type));
  }
  if (proto.dims.size() > Dims::capacity) {
    call.fail("tensor {} has {} dimensions, more than 8 [file-unsupported]", in_quotes(proto.name),
              proto.dims.size());
  }
  check_sizes(proto, call);  // values in other files come after the file was read
  Tensor tensor = empty_tensor(Shape(proto.dims), dtype_of(proto.data_type));
  if (tensor.numel() > 0) {
    fill(tensor, proto.data_type, proto.raw_data);
  }
  return tensor;
}

Constant constant_of(const Node& node, const FileCall& call) {
  for (const Attribute& attribute : node.attributes) {
    if (attribute.name == "value" && attribute.t.size() == 1) {
      return {to_tensor(attribute.t[0], call), attribute.t[0].data_type};
    }
    if (attribute.name == "value_float") {
      return {tensor(attribute.f), DataType::float32};
    }
    if (attribute.name == "value_int") {
      return {tensor(attribute.i), DataType::int64};
    }
    if (attribute.name == "value_floats") {
      return {tensor(attribute.floats, {.dtype = DType::float32}), DataType::float32};
    }
    if (attribute.name == "value_ints") {
      return {tensor(attribute.ints, {.dtype = DType::int64}), DataType::int64};
    }
  }
  call.fail("a Constant has neither numbers nor a dense tensor [file-unsupported]");
}

}  // namespace retrograd::onnx::detail
