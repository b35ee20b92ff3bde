#include <retrograd/onnx/detail/raw_values.h>

#include <limits>

#include <retrograd/tensor/internal/printable.h>

namespace retrograd::onnx::detail {

using retrograd::detail::FileCall;
using retrograd::detail::in_quotes;

std::size_t item_size(DataType type) noexcept {
  switch (type) {
    case DataType::uint8:
    case DataType::int8:
    case DataType::boolean: return 1;
    case DataType::uint16:
    case DataType::int16:
    case DataType::float16:
    case DataType::bfloat16: return 2;
    case DataType::float32:
    case DataType::int32:
    case DataType::uint32: return 4;
    case DataType::int64:
    case DataType::float64:
    case DataType::uint64: return 8;
    default: return 0;
  }
}

std::string_view name(DataType type) noexcept {
  constexpr std::string_view names[] = {"UNDEFINED",  "FLOAT",   "UINT8",  "INT8",   "UINT16",
                                        "INT16",      "INT32",   "INT64",  "STRING", "BOOL",
                                        "FLOAT16",    "DOUBLE",  "UINT32", "UINT64", "COMPLEX64",
                                        "COMPLEX128", "BFLOAT16"};
  const auto index = static_cast<std::size_t>(type);
  return index < std::size(names) ? names[index] : "a type of fewer than 16 bits";
}

std::uint64_t element_count(const TensorProto& tensor, const FileCall& call) {
  std::uint64_t count = 1;
  bool is_empty = false;
  bool overflows = false;
  for (const std::int64_t dim : tensor.dims) {
    if (dim < 0) {
      call.fail("tensor {} has a dimension of length {} [file-malformed]", in_quotes(tensor.name),
                dim);
    }
    if (dim == 0) {
      is_empty = true;
    } else {
      constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max() / 8;
      overflows = overflows || count > most / static_cast<std::uint64_t>(dim);
      count = overflows ? count : count * static_cast<std::uint64_t>(dim);
    }
  }
  if (overflows) {
    call.fail("tensor {} is larger than memory can address [too-many-elements]",
              in_quotes(tensor.name));
  }
  return is_empty ? 0 : count;
}

void check_sizes(const TensorProto& tensor, const FileCall& call) {
  const std::uint64_t count = element_count(tensor, call);
  const std::size_t size = item_size(tensor.data_type);
  if (size != 0 && tensor.raw_data.size() != count * size) {
    call.fail("tensor {} of {} has {} elements but {} bytes [file-malformed]",
              in_quotes(tensor.name), name(tensor.data_type), count, tensor.raw_data.size());
  }
}

}  // namespace retrograd::onnx::detail
