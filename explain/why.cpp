// Why an entry of a Jacobian is what it is.
#include <retrograd/explain/detail/why.h>

#include <algorithm>
#include <cmath>
#include <span>

#include <retrograd/explain/detail/format.h>
#include <retrograd/explain/detail/operators.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace detail {

namespace {

Formula entry_formula(const Cell& cell) {
  Formula formula;
  append_entry(formula, cell.step, cell.row, cell.column);
  return formula;
}

bool is_known_one(const JacobianStep& step, const JacobianEntry& entry) {
  return entry.value == 1 && !step.names.contains(entry.row * step.columns + entry.column);
}

bool is_pool(std::string_view op) {
  return op.starts_with("max_pool") || op.starts_with("adaptive_max_pool") || op == "amax" ||
         op == "amin" || op == "max" || op == "min";
}

void explain_pool(const Cell& cell, std::string_view op, CellReason& reason) {
  const auto entries = entries_of_column(cell);
  const std::string output = element_text(cell.to, cell.column);
  const std::string input = element_text(cell.from, cell.row);
  const char* const which = op.ends_with("min") ? "smallest" : "largest";
  reason.is_derived = true;
  if (entries.size() != 1) {
    reason.words = formatted(
        "{} is the {} element of its window. {} elements share it, each with an equal part of the "
        "derivative.",
        output, which, entries.size());
    return;
  }
  const std::int64_t winner = entries.front().row;
  reason.words =
      formatted("{} is the {} element of its window: the winner is {}. {}", output, which,
                valued_text(cell.from, winner),
                winner == cell.row ? std::string("The whole derivative goes to the winner.")
                                   : formatted("{} is not the winner and gets 0.", input));
  reason.formula = {element(cell.to, cell.column)};
  append(reason.formula, " = ");
  reason.formula.push_back(element(cell.from, winner));
}

void explain_sum(const Cell& cell, const std::vector<std::string>& ops, CellReason& reason) {
  const auto entries = entries_of_column(cell);
  const std::string output = element_text(cell.to, cell.column);
  const std::string input = element_text(cell.from, cell.row);
  const auto own = std::find_if(entries.begin(), entries.end(),
                                [&](const JacobianEntry& e) { return e.row == cell.row; });
  reason.is_derived = true;
  reason.formula = sum_formula(cell);
  const bool has_offset = reason.formula.back().text.ends_with('c');
  if (own == entries.end()) {
    reason.words = formatted("{} is no term of {}.", input, output);
  } else if (ops.empty()) {
    reason.words = formatted("{} is the element {}, moved or repeated.", output, input);
  } else if (ops.size() == 1 && ops[0] == "mean") {
    reason.words = formatted("{} is the mean of {} elements, so each has the derivative 1/{}.",
                             output, entries.size(), entries.size());
  } else if (ops.size() == 1 && ops[0] == "sum") {
    reason.words = formatted("{} is the sum of {} elements, each with the derivative 1.", output,
                             entries.size());
  } else if (is_known_one(cell.step, *own)) {
    reason.words = formatted("{} is a term of {} itself, so the derivative is 1.", input, output);
  } else {
    reason.words = formatted("{} is a sum of {} {} with elements of {}. The factor of {} is {}.",
                             output, entries.size(), entries.size() == 1 ? "term" : "terms",
                             cell.from.name, input, formula_text(entry_formula(cell)));
  }
  if (has_offset) {
    reason.words += formatted(" c does not depend on {}.", cell.from.name);
  }
}

// Whether element i of `to` depends on element i of `from` alone.
bool works_in_place(const Cell& cell) {
  const auto entries = entries_of_column(cell);
  return cell.step.rows == cell.step.columns &&
         cell.step.operators.find("permute") == std::string::npos &&
         std::all_of(entries.begin(), entries.end(),
                     [](const JacobianEntry& e) { return e.row == e.column; });
}

void explain_pointwise(const Cell& cell, const PointwiseRule& rule, CellReason& reason) {
  reason.is_derived = true;
  const std::string output = element_text(cell.to, cell.column);
  if (cell.row != cell.column) {
    reason.words =
        formatted("{} depends on {} alone.", output, element_text(cell.from, cell.column));
    return;
  }
  const auto append_rule = [&](Formula& formula, std::string_view text) {
    std::string word;
    const auto flush = [&] {
      if (word == "x" || word == "y") {
        formula.push_back(word == "x" ? element(cell.from, cell.row)
                                      : element(cell.to, cell.column));
      } else if (!word.empty()) {
        append(formula, word);
      }
      word.clear();
    };
    for (const char c : text) {
      const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
      const bool was_letter =
          !word.empty() && std::isalnum(static_cast<unsigned char>(word.back())) != 0;
      if (is_letter != was_letter) {
        flush();
      }
      word += c;
    }
    flush();
  };
  reason.formula = {element(cell.to, cell.column)};
  append(reason.formula, " = ");
  append_rule(reason.formula, rule.function);
  if (rule.op == "relu") {
    const bool passes = cell.step.at(cell.row, cell.column) != 0;
    reason.words = formatted("{} is {}, so {} is {} and the derivative is {}.",
                             valued_text(cell.from, cell.row), passes ? "positive" : "not positive",
                             output, passes ? "the same" : "0", passes ? 1 : 0);
    return;
  }
  Formula derivative;
  append_rule(derivative, rule.derivative);
  reason.words = formatted("{} works on each element: the derivative is {}, at {}.", rule.op,
                           formula_text(derivative), valued_text(cell.from, cell.row));
}

struct Known {
  std::string_view op;
  const char* words;
};
constexpr Known kKnown[] = {
    {"softmax",
     "softmax makes shares p that sum to 1. dp_i/dz_j is p_i (1 - p_i) where i = j, and "
     "-p_i p_j elsewhere."},
    {"log_softmax",
     "log_softmax is z_i - log(sum of exp(z)). Its derivative by z_j is 1 - p_j "
     "where i = j, and -p_j elsewhere; p = softmax(z)."},
    {"cross_entropy",
     "cross_entropy is -log(p) of the target's class; p = softmax(z). Its "
     "derivative by a score is p - 1 for the target's class and p for others."},
};

void explain_rest(const Cell& cell, const std::vector<std::string>& ops, CellReason& reason) {
  const std::string all = joined(ops, ", ");
  const bool is_named = cell.step.names.contains(cell.row * cell.step.columns + cell.column);
  const auto* const known = std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& k) {
    return std::find(ops.begin(), ops.end(), k.op) != ops.end();
  });
  const bool has_reductions_only =
      known != std::end(kKnown) && std::all_of(ops.begin(), ops.end(), [&](const std::string& op) {
        return op == known->op || op == "sum" || op == "div" || op == "mean";
      });
  reason.is_derived = is_named || has_reductions_only;
  if (has_reductions_only) {
    reason.words = known->words;
    if (ops.size() > 1) {
      reason.words += " The sum over samples is divided by their number.";
    }
  } else if (is_named) {
    reason.words = formatted(
        "The backward pass of {} multiplies by {}, which it saved: distinct values in its place "
        "came out here.",
        all, formula_text(entry_formula(cell)));
  } else {
    reason.words = formatted(
        "The engine has only the number: it comes from a backward pass through {}, and is no "
        "element of a named tensor.",
        all);
  }
}

}  // namespace

std::vector<std::string> working_operators(const JacobianStep& step) {
  std::vector<std::string> ops;
  for (std::size_t at = 0; at < step.operators.size();) {
    const std::size_t end = std::min(step.operators.find(", ", at), step.operators.size());
    std::string op = step.operators.substr(at, end - at);
    if (!is_layout(op)) {
      ops.push_back(std::move(op));
    }
    at = end + 2;
  }
  return ops;
}

CellReason why(const Frame& call, const Cell& cell) {
  const JacobianStep& step = cell.step;
  check::require<IndexError>(
      call, 0 <= cell.row && cell.row < step.rows && 0 <= cell.column && cell.column < step.columns,
      {}, "entry ({}, {}) is not within the matrix of {} x {} [index-out-of-range]", cell.row,
      cell.column, step.rows, step.columns);
  CellReason reason;
  reason.derivative = {FormulaPart{"d", {}, false}, element(cell.to, cell.column),
                       FormulaPart{"/d", {}, false}, element(cell.from, cell.row)};
  if (!step.computed_columns.contains(cell.column)) {
    reason.words =
        "This entry was not computed, because the matrix has too many elements. A slice of the "
        "later station selects columns.";
    return reason;
  }
  append(reason.derivative, " = ");
  append_entry(reason.derivative, step, cell.row, cell.column);
  const std::vector<std::string> ops = working_operators(step);
  const PointwiseRule* const rule = ops.size() == 1 ? pointwise_rule(ops[0]) : nullptr;
  if (ops.size() == 1 && is_pool(ops[0]) && !entries_of_column(cell).empty()) {
    explain_pool(cell, ops[0], reason);
  } else if (step.is_linear) {
    explain_sum(cell, ops, reason);
  } else if (rule != nullptr && works_in_place(cell)) {
    explain_pointwise(cell, *rule, reason);
  } else {
    explain_rest(cell, ops, reason);
  }
  return reason;
}

}  // namespace detail

CellReason ExplainedInside::why(const JacobianStep& step, std::int64_t row, std::int64_t column,
                                Where from_where) const {
  const Frame call("explain", from_where);
  return detail::why(call, {step, stations[step.from], stations[step.to], row, column});
}

CellReason Explanation::why(const JacobianStep& step, std::int64_t row, std::int64_t column,
                            Where from_where) const {
  const Frame call("explain", from_where);
  return detail::why(call, {step, source(step), stations[step.to], row, column});
}

}  // namespace retrograd
