// Formulas of entries of Jacobians.
#include <algorithm>
#include <cmath>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/why.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace detail {

namespace {

constexpr std::size_t kMostTerms = 8;  // of a sum that is written out

// NaN if it is not known.
double value_of(const ExplainedStation& station, std::int64_t number) {
  if (!station.value.defined()) {
    return std::nan("");
  }
  Dims index;
  for (std::size_t d = station.shape.size(); d-- > 0;) {
    index.insert(0, number % station.shape[d]);
    number /= station.shape[d];
  }
  return station.value.at(index);
}

// " + W3 x3", " - x2" or " + 0.5 x2"
void append_term(Formula& formula, const Cell& cell, const JacobianEntry& entry) {
  const FormulaPart input = element(cell.from, entry.row);
  const auto found = cell.step.names.find(entry.row * cell.step.columns + entry.column);
  const bool is_named = found != cell.step.names.end();
  const bool is_negative = is_named ? found->second.factor < 0 : entry.value < 0;
  const bool is_first = formula.empty() || formula.back().text == " = ";
  append(formula, is_first ? (is_negative ? "-" : "") : is_negative ? " - " : " + ");
  if (is_named) {
    if (const int factor = std::abs(found->second.factor); factor != 1) {
      append(formula, formatted("{} ", factor));
    }
    formula.push_back(input);
    append(formula, " ");
    formula.push_back({found->second.tensor, index_text(found->second.index), true});
  } else {
    if (std::fabs(entry.value) != 1) {
      append(formula, number_text(std::fabs(entry.value)) + " ");
    }
    formula.push_back(input);
  }
}

// Whether the column's terms alone are the element of `to`; unknown counts as no.
bool is_whole_sum(const Cell& cell, std::span<const JacobianEntry> entries) {
  double sum = 0;
  double size = 0;
  for (const JacobianEntry& entry : entries) {
    const double term = entry.value * value_of(cell.from, entry.row);
    sum += term;
    size += std::fabs(term);
  }
  const double eps = cell.to.value.defined() && cell.to.value.dtype() == float64   ? 1e-12
                     : cell.to.value.defined() && cell.to.value.dtype() == float32 ? 1e-5
                                                                                   : 2e-2;
  return std::fabs(sum - value_of(cell.to, cell.column)) <= eps * size;
}

}  // namespace

void append(Formula& formula, std::string text) {
  formula.push_back({std::move(text), {}, false});
}

FormulaPart element(const ExplainedStation& station, std::int64_t number) {
  return {station.name, index_text(element_index(number, station.shape)), true};
}

std::string element_text(const ExplainedStation& station, std::int64_t number) {
  return formula_text({element(station, number)});
}

std::string valued_text(const ExplainedStation& station, std::int64_t number) {
  const double value = value_of(station, number);
  const std::string text = element_text(station, number);
  return std::isnan(value) ? text : formatted("{} = {}", text, number_text(value));
}

void append_entry(Formula& formula, const JacobianStep& step, std::int64_t row,
                  std::int64_t column) {
  const auto found = step.names.find(row * step.columns + column);
  if (found == step.names.end()) {
    append(formula, number_text(step.at(row, column)));
    return;
  }
  if (const std::string factor = factor_text(found->second); !factor.empty()) {
    append(formula, factor);
  }
  formula.push_back({found->second.tensor, index_text(found->second.index), true});
}

std::span<const JacobianEntry> entries_of_column(const Cell& cell) {
  const std::span<const JacobianEntry> all(cell.step.entries);
  const auto found = std::equal_range(
      all.begin(), all.end(), JacobianEntry{0, cell.column, 0},
      [](const JacobianEntry& a, const JacobianEntry& b) { return a.column < b.column; });
  return all.subspan(static_cast<std::size_t>(found.first - all.begin()),
                     static_cast<std::size_t>(found.second - found.first));
}

Formula sum_formula(const Cell& cell) {
  const auto entries = entries_of_column(cell);
  Formula formula{element(cell.to, cell.column)};
  append(formula, " = ");
  std::size_t written = 0;
  bool is_gap = false;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const bool shown = entries.size() <= kMostTerms || i < 2 || i + 1 == entries.size() ||
                       entries[i].row == cell.row;
    if (shown) {
      if (is_gap) {
        append(formula, " + ...");
      }
      append_term(formula, cell, entries[i]);
      ++written;
    }
    is_gap = !shown;
  }
  if (!is_whole_sum(cell, entries)) {
    append(formula, written == 0 ? "c" : " + c");
  } else if (written == 0) {
    append(formula, "0");
  }
  return formula;
}

}  // namespace detail

std::string formula_text(const std::vector<FormulaPart>& parts) {
  std::string text;
  for (const FormulaPart& part : parts) {
    const bool digit =
        part.is_tensor && std::isdigit(static_cast<unsigned char>(part.text.back())) != 0;
    text += part.text;
    text += digit && !part.index.empty() ? detail::formatted("[{}]", part.index) : part.index;
  }
  return text;
}

std::string CellReason::text() const {
  return detail::formatted("{}{}{}{}", words, formula.empty() ? "" : "\n  ", formula_text(formula),
                           derivative.empty() ? "" : "\n  " + formula_text(derivative));
}

}  // namespace retrograd
