// A program as JSON: {"values", "steps", "leaves", "names", "output", "input", "loss",
// "gradient"}.
#include <cmath>
#include <cstring>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/program.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/number.h>

namespace retrograd::detail {

namespace {

constexpr std::int64_t kMostTexts = 64;  // more elements are bytes in base64

std::string number(double value) {
  return std::isfinite(value) ? text(Scalar(value))
         : std::isnan(value)  ? "\"NaN\""
         : value > 0          ? "\"Infinity\""
                              : "\"-Infinity\"";
}

// The texts of all, with commas.
template <class List, class F>
std::string list(const List& all, F&& text_of) {
  std::string result = "[";
  for (const auto& each : all) {
    result += (result.size() > 1 ? "," : "") + text_of(each);
  }
  return result += ']';
}

std::string integer(std::int64_t value) {
  return formatted("{}", value);
}

std::string base64(const std::vector<float>& values) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  const auto byte = [&](std::size_t i) {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U;
  };
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const unsigned word = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const bool padded = i + digit > bytes.size();
      result += padded ? '=' : kDigits[word >> (18U - 6U * digit) & 63U];
    }
  }
  return result;
}

// Numbers, or float32 in base64 where there are many: float64 keeps its numbers.
std::string elements_text(const Tensor& tensor) {
  if (tensor.numel() > kMostTexts && tensor.dtype() != float64) {
    return '"' + base64(tensor.detach().to(float32).to_vector<float>()) + '"';
  }
  return list(tensor.detach().to(float64).to_vector<double>(), number);
}

std::string id_text(ValueId id) {
  return integer(id.index);
}

struct ArgumentText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(const Scalar& value) const {
    switch (value.kind()) {
      case Scalar::Kind::boolean: return value.to<bool>() ? "true" : "false";
      case Scalar::Kind::integer: return formatted("{{\"i\":{}}}", value.to<std::int64_t>());
      default: return formatted("{{\"d\":{}}}", number(value.to<double>()));
    }
  }
  std::string operator()(const std::string& value) const { return json_quoted(value); }
  std::string operator()(const std::vector<std::int64_t>& all) const {
    return "{\"is\":" + list(all, integer) + '}';
  }
  std::string operator()(const std::vector<double>& all) const {
    return "{\"ds\":" + list(all, number) + '}';
  }
  std::string operator()(ValueId id) const { return "{\"v\":" + id_text(id) + '}'; }
  std::string operator()(const std::vector<ValueId>& all) const {
    return "{\"vs\":" + list(all, id_text) + '}';
  }
  template <class T>
  std::string operator()(const T&) const {
    return "null";  // a graph has no tensors
  }
};

std::string step_text(const GraphStep& step) {
  std::string result = formatted(
      "{{\"op\":{},\"path\":{},\"at\":{},\"a\":{},\"o\":{}", json_quoted(step.op),
      json_quoted(step.path), json_quoted(to_string(step.where)),
      list(step.arguments, [](const Argument& each) { return std::visit(ArgumentText{}, each); }),
      list(step.outputs, id_text));
  if (step.switches_recording) {
    result += ",\"switches\":true";
  }
  if (step.random) {
    const auto [seed, position] = *step.random;
    result += formatted(",\"random\":[{},{},{},{}]", seed & 0xffffffffU, seed >> 32U,
                        position & 0xffffffffU, position >> 32U);
  }
  return result += '}';
}

}  // namespace

std::string json(const Program& program, const Tensor& gradient) {
  const auto value_text = [](const GraphValue& value) {
    return formatted("{{\"d\":{},\"s\":{}}}", static_cast<int>(value.dtype),
                     list(value.shape, integer));
  };
  const auto leaf_text = [](const ProgramLeaf& leaf) {
    return formatted("{{\"id\":{},\"trained\":{},\"v\":{}}}", leaf.id.index, leaf.is_trained,
                     elements_text(leaf.tensor));
  };
  const auto name_text = [](const std::pair<std::string, ValueId>& name) {
    return formatted("[{},{}]", json_quoted(name.first), name.second.index);
  };
  return formatted(
      "{{\"values\":{},\n\"steps\":{},\n\"leaves\":{},\n\"names\":{},\n\"output\":{},\"input\":{},"
      "\"loss\":{},\"gradient\":{}}}",
      list(program.graph.values, value_text), list(program.graph.steps, step_text),
      list(program.leaves, leaf_text), list(program.names, name_text), program.output.index,
      program.input.index, number(program.loss), elements_text(gradient));
}

}  // namespace retrograd::detail
