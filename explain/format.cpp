#include <retrograd/explain/detail/format.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::detail {

std::string number_text(double value) {
  if (std::isnan(value)) {
    return "nan";  // without a sign
  }
  return formatted("{:.4g}", value == 0 ? 0.0 : value);
}

std::string size_text(std::int64_t rows, std::int64_t columns, std::string_view times) {
  return formatted("{}{}{}", rows, times, columns);
}

std::string index_text(const Dims& index) {
  return joined(index, ",");
}

std::string factor_text(const NamedElement& element) {
  return element.factor == 1 ? "" : element.factor == -1 ? "-" : formatted("{}", element.factor);
}

std::string vector_text(const Tensor& values, std::int64_t most) {
  const Tensor flat = reshape(values.detach(), {values.numel()});
  std::vector<std::string> texts;
  for (const double value : slice(flat, 0, 0, most).to_vector<double>()) {
    texts.push_back(number_text(value));
  }
  return formatted("[{}{}]", joined(texts, ", "), flat.numel() > most ? ", ..." : "");
}

std::string structure_text(const JacobianStep& step) {
  const char* const structure = name(step.structure);
  return step.structure == JacobianStructure::sparse
             ? formatted("{}, {} of {} not zero", structure, step.entries.size(),
                         step.rows * step.columns)
             : structure;
}

std::string whole_derivative(const Explanation& e) {
  return formatted("d{}/d{}", e.stations.back().name, e.stations.front().name);
}

std::string origin_text(const JacobianStep& step) {
  return formatted("{} at {}", step.operators, to_string(step.where));
}

namespace {

std::string range_text(const ElementRange& range, std::int64_t of) {
  return formatted("{} to {} of {}", range.first + 1, range.last, of);
}

}  // namespace

std::string Block::text(const JacobianStep& step) const {
  return formatted("rows {}, columns {}", range_text(rows, step.rows),
                   range_text(columns, step.columns));
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
