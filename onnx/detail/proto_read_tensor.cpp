#include <retrograd/onnx/detail/fields.h>

namespace retrograd::onnx::detail {

std::pair<std::string, std::string> read_entry(Fields in) {
  std::pair<std::string, std::string> entry;
  while (in.next()) {
    switch (in.tag()) {
      case 1: entry.first = in.text(); break;
      case 2: entry.second = in.text(); break;
      default: in.skip();
    }
  }
  return entry;
}

namespace {

// The values of a tensor before its type is known: fields may come in any order.
struct Typed {
  std::string floats;
  std::vector<std::int64_t> integers;
  std::string doubles;
  bool has_raw = false;
  bool is_external = false;
};

void settle(TensorProto& tensor, Typed& typed, const FileCall& call) {
  if (typed.is_external) {
    tensor.raw_data.clear();
    return;
  }
  tensor.external_data.clear();
  if (!typed.has_raw) {
    if (tensor.data_type == DataType::float32) {
      tensor.raw_data = std::move(typed.floats);
    } else if (tensor.data_type == DataType::float64) {
      tensor.raw_data = std::move(typed.doubles);
    } else {
      const std::size_t size = item_size(tensor.data_type);
      tensor.raw_data.reserve(typed.integers.size() * size);
      for (const std::int64_t value : typed.integers) {
        tensor.raw_data.append(raw_bytes(value).substr(0, size));
      }
    }
  }
  check_sizes(tensor, call);
}

}  // namespace

TensorProto read_tensor(Fields in) {
  TensorProto tensor;
  Typed typed;
  while (in.next()) {
    switch (in.tag()) {
      case 1: in.integers([&](std::int64_t dim) { tensor.dims.push_back(dim); }); break;
      case 2: tensor.data_type = static_cast<DataType>(in.small_integer()); break;
      case 3: in.call().fail("a tensor is stored in segments [file-unsupported]");
      case 4: in.append_fixed(typed.floats, pbf_wire_type::fixed32, 4); break;
      case 5:
      case 7:
      case 11: in.integers([&](std::int64_t one) { typed.integers.push_back(one); }); break;
      case 8: tensor.name = in.text(); break;
      case 9:
        tensor.raw_data = in.text();
        typed.has_raw = true;
        break;
      case 10: in.append_fixed(typed.doubles, pbf_wire_type::fixed64, 8); break;
      case 13: tensor.external_data.insert(read_entry(in.message())); break;
      case 14: typed.is_external = in.integer() == 1; break;
      default: in.skip();
    }
  }
  settle(tensor, typed, in.call());
  return tensor;
}

}  // namespace retrograd::onnx::detail
