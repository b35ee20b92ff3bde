#include <retrograd/explain/detail/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <retrograd/ops/shape.h>

namespace retrograd::detail {

std::string number_text(double value) {
  if (std::isnan(value)) {
    return "nan";  // without a sign
  }
  char text[32];
  std::snprintf(text, sizeof(text), "%.4g", value == 0 ? 0.0 : value);
  return text;
}

std::string size_text(std::int64_t rows, std::int64_t columns, std::string_view times) {
  return std::to_string(rows).append(times) + std::to_string(columns);
}

std::string index_text(const Dims& index) {
  std::string text;
  for (const std::int64_t i : index) {
    text += (text.empty() ? "" : ",") + std::to_string(i);
  }
  return text;
}

std::string factor_text(const NamedElement& element) {
  return element.factor == 1 ? "" : element.factor == -1 ? "-" : std::to_string(element.factor);
}

std::string vector_text(const Tensor& values, std::int64_t most) {
  const Tensor flat = reshape(values.detach(), {values.numel()});
  std::string text;
  for (const double value : slice(flat, 0, 0, most).to_vector<double>()) {
    text += (text.empty() ? "" : ", ") + number_text(value);
  }
  return "[" + text + (flat.numel() > most ? ", ..." : "") + "]";
}

std::string structure_text(const JacobianStep& step) {
  std::string text = name(step.structure);
  if (step.structure == JacobianStructure::sparse) {
    text += ", " + std::to_string(step.entries.size()) + " of " +
            std::to_string(step.rows * step.columns) + " not zero";
  }
  return text;
}

std::string whole_derivative(const Explanation& e) {
  return "d" + e.stations.back().name + "/d" + e.stations.front().name;
}

std::string origin_text(const JacobianStep& step) {
  return step.operators + " at " + to_string(step.where);
}

namespace {

std::string range_text(const ElementRange& range, std::int64_t of) {
  return std::to_string(range.first + 1) + " to " + std::to_string(range.last) + " of " +
         std::to_string(of);
}

}  // namespace

std::string Block::text(const JacobianStep& step) const {
  return "rows " + range_text(rows, step.rows) + ", columns " + range_text(columns, step.columns);
}

Block block_of(const Explanation& e, const JacobianStep& step) {
  const ElementRange rows = e.stations[step.from].shown;
  const ElementRange columns = e.stations[step.to].shown;
  return {rows, columns, rows.size() == step.rows && columns.size() == step.columns};
}

std::string escaped(std::string_view text,
                    const std::vector<std::pair<char, const char*>>& special) {
  std::string result;
  for (const char c : text) {
    const auto found = std::find_if(special.begin(), special.end(),
                                    [c](const auto& entry) { return entry.first == c; });
    if (found == special.end()) {
      result += c;
    } else {
      result += found->second;
    }
  }
  return result;
}

std::string dot_escaped(std::string_view text) {
  return escaped(text, {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}});
}

}  // namespace retrograd::detail
