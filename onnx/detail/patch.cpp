// Other values in a file whose other bytes stay.
#include <cmath>
#include <cstring>

#include <protozero/pbf_writer.hpp>

#include <retrograd/onnx/detail/fields.h>
#include <retrograd/onnx/detail/network_state.h>

namespace retrograd::onnx::detail {

namespace {

using protozero::data_view;
using protozero::pbf_reader;
using protozero::pbf_writer;

std::uint16_t to_half(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  const float magnitude = std::abs(value);
  if (std::isnan(value)) {
    return sign | 0x7e00U;
  }
  if (magnitude >= 65520.0F) {
    return sign | 0x7c00U;
  }
  // nearbyint() rounds ties to even, as the format asks.
  int exponent = 0;
  std::frexp(magnitude, &exponent);
  const int step = std::max(exponent, -13) - 11;
  const auto count = static_cast<std::uint32_t>(std::nearbyint(std::ldexp(magnitude, -step)));
  const std::uint32_t field =
      exponent < -13 ? count : (static_cast<std::uint32_t>(exponent + 14) << 10U) + (count - 1024U);
  return static_cast<std::uint16_t>(sign | (magnitude == 0 ? 0U : field));
}

template <class T>
std::string bytes_of(const std::vector<T>& values) {
  std::string bytes(values.size() * sizeof(T), '\0');
  if (!values.empty()) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
  }
  return bytes;
}

// Values in the type of the file.
std::string encoded(const StoredTensor& stored) {
  const Untraced untraced;
  const Tensor values = stored.tensor.detach();
  switch (stored.type) {
    case DataType::float64: return bytes_of(values.to(DType::float64).to_vector<double>());
    case DataType::bfloat16: return bytes_of(values.to(DType::bfloat16).to_vector<BFloat16>());
    case DataType::float16: {
      std::vector<std::uint16_t> halves;
      for (const float value : values.to(DType::float32).to_vector<float>()) {
        halves.push_back(to_half(value));
      }
      return bytes_of(halves);
    }
    default: return bytes_of(values.to(DType::float32).to_vector<float>());
  }
}

// A field's bytes; the reader stays where it is.
data_view view_of(pbf_reader field) {
  return field.get_view();
}

// Copies a message field by field. `change(tag, field, out)` returns whether it wrote the field.
template <class F>
std::string rewritten(data_view message, F&& change) {
  std::string bytes;
  pbf_writer out(bytes);
  pbf_reader in(message);
  const char* begin = message.data();
  while (in.next()) {
    pbf_reader field = in;
    in.skip();
    const char* const end = in.data().data();
    if (!change(field, out)) {
      bytes.append(begin, end);
    }
    begin = end;
  }
  return bytes;
}

class Patch {
 public:
  Patch(const FileCall& call, std::map<std::string, StoredTensor>& values)
      : call_(call), values_(values) {}

  std::string model(data_view message) {
    return rewritten(message, [&](pbf_reader field, pbf_writer& out) {
      return field.tag() == 7 && put(out, 7, view_of(field), graph(view_of(field)));
    });
  }

 private:
  // Writes a field unless its bytes are the same.
  static bool put(pbf_writer& out, protozero::pbf_tag_type tag, data_view before,
                  const std::string& bytes) {
    if (std::string_view(before.data(), before.size()) == bytes) {
      return false;
    }
    out.add_message(tag, bytes);
    return true;
  }

  std::string graph(data_view message) {
    return rewritten(message, [&](pbf_reader field, pbf_writer& out) {
      if (field.tag() == 5) {
        return put(out, 5, view_of(field), tensor(view_of(field), {}));
      }
      return field.tag() == 1 && put(out, 1, view_of(field), node(view_of(field)));
    });
  }

  std::string node(data_view message) {
    std::string op;
    std::string output;
    pbf_reader in(message);
    while (in.next()) {
      if (in.tag() == 4) {
        op = in.get_string();
      } else if (in.tag() == 2) {
        output = in.get_string();
      } else {
        in.skip();
      }
    }
    if (op != "Constant" || !values_.contains(output)) {
      return std::string(message);
    }
    return rewritten(message, [&](pbf_reader field, pbf_writer& out) {
      return field.tag() == 5 && put(out, 5, view_of(field), attribute(view_of(field), output));
    });
  }

  // value, value_float or value_floats of a Constant.
  std::string attribute(data_view message, const std::string& name) {
    const std::string raw = encoded(values_.at(name));
    bool is_written = false;
    std::string bytes = rewritten(message, [&](pbf_reader field, pbf_writer& out) {
      if (field.tag() == 5) {
        return put(out, 5, view_of(field), tensor(view_of(field), name));
      }
      if (field.tag() == 2 && raw.size() == sizeof(float)) {
        float value = 0;
        std::memcpy(&value, raw.data(), sizeof value);
        out.add_float(2, value);
        return true;
      }
      if (field.tag() == 7) {
        if (!is_written) {
          std::vector<float> values(raw.size() / sizeof(float));
          copy_values(raw, values.data());
          for (const float value : values) {
            out.add_float(7, value);
          }
        }
        is_written = true;
        return true;
      }
      return false;
    });
    values_.erase(name);
    return bytes;
  }

  // `name` is the value's where the tensor is in a node.
  std::string tensor(data_view message, std::string name) {
    if (name.empty()) {
      pbf_reader in(message);
      while (in.next(8)) {
        name = in.get_string();
      }
    }
    const auto value = values_.find(name);
    if (value == values_.end()) {
      return std::string(message);
    }
    const std::string raw = encoded(value->second);
    TensorProto old = read_tensor(Fields(message, call_, 0));
    read_external(old, call_);
    const bool stays = old.raw_data == raw;
    std::string bytes = rewritten(message, [&](pbf_reader field, pbf_writer& /*out*/) {
      constexpr protozero::pbf_tag_type of_values[] = {4, 5, 6, 7, 9, 10, 11, 13, 14};
      const bool is_value = std::ranges::find(of_values, field.tag()) != std::end(of_values);
      return is_value && !stays;  // left out
    });
    if (!stays) {
      pbf_writer(bytes).add_bytes(9, raw);
    }
    values_.erase(name);
    return bytes;
  }

  const FileCall& call_;
  std::map<std::string, StoredTensor>& values_;
};

}  // namespace

std::string with_values(const std::string& bytes, const std::string& path,
                        std::map<std::string, StoredTensor>& values) {
  const FileCall call("save", path, {});
  return Patch(call, values).model(data_view(bytes));
}

}  // namespace retrograd::onnx::detail
