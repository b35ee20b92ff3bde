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

Dims element_index(std::int64_t element, const Shape& shape) {
  Dims index;
  for (std::size_t d = shape.size(); d-- > 0;) {
    if (shape[d] != 1) {
      index.insert(0, element % shape[d] + 1);
    }
    element /= shape[d];
  }
  return index;
}

std::string index_text(const Dims& index) {
  return joined(index, ",");
}

std::string factor_text(const NamedElement& element) {
  return element.factor == 1 ? "" : element.factor == -1 ? "-" : formatted("{}", element.factor);
}

std::string vector_text(const Tensor& values, std::int64_t most, std::string (*text_of)(double)) {
  const Tensor flat = reshape(values.detach(), {values.numel()});
  std::vector<std::string> texts;
  for (const double value : slice(flat, 0, 0, most).to_vector<double>()) {
    texts.push_back(text_of(value));
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

std::string derivative_text(const ExplainedStation& of, const ExplainedStation& by) {
  return formatted("d{}/d{}", of.name, by.name);
}

std::string whole_derivative(const Explanation& e) {
  return derivative_text(e.stations.back(), e.stations.front());
}

std::string origin_text(const JacobianStep& step) {
  return formatted("{} at {}", step.operators, to_string(step.where));
}

bool is_recurrence_shorter(const Explanation& e) {
  constexpr std::size_t kMostPaths = 8;
  constexpr std::size_t kMostFactors = 64;
  std::size_t factors = 0;
  for (const auto& path : e.paths) {
    factors += path.size();
  }
  return !e.all_paths || e.paths.size() > kMostPaths || factors > kMostFactors;
}

std::string repeats_text(const Explanation& e, const RecurrenceLine& line) {
  if (line.repeats == 1) {
    return "";
  }
  const std::string& last = e.stations[line.station + (line.repeats - 1) * line.stride].name;
  return formatted("  (for {} stations: {}, {}{})", line.repeats, e.stations[line.station].name,
                   line.repeats == 2 ? ""
                                     : e.stations[line.station + line.stride].name +
                                           (line.repeats == 3 ? ", " : ", ..., "),
                   last);
}

std::string group_text(const Explanation& e, const StationGroup& group) {
  return formatted("{} equal parts, {} to {}: the first is shown ({})", group.repeats,
                   e.stations[group.first].name, e.stations[group.last - 1].name, group.name);
}

std::vector<bool> repeated_stations(const Explanation& e) {
  std::vector<bool> repeated(e.stations.size());
  for (const StationGroup& group : e.groups) {
    if (group.kind == StationGroup::Kind::repeat) {
      const std::size_t part = (group.last - group.first) / group.repeats;
      std::fill(repeated.begin() + static_cast<std::ptrdiff_t>(group.first + part),
                repeated.begin() + static_cast<std::ptrdiff_t>(group.last), true);
    }
  }
  return repeated;
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

std::string json_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    // "</script>" would end the script
    if (byte < ' ' || c == '"' || c == '\\' || c == '<') {
      result += formatted("\\u{:04x}", static_cast<unsigned>(byte));
    } else {
      result += c;
    }
  }
  return result += '"';
}

std::string dot_escaped(std::string_view text) {
  return escaped(text, {{'"', "\\\""}, {'\\', "\\\\"}, {'\n', "\\n"}});
}

}  // namespace retrograd::detail
