// Derivations of entries of Jacobians. Internal.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <retrograd/explain/explain.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

// An entry of the step's matrix, and what is known around it.
struct Cell {
  const JacobianStep& step;
  const ExplainedStation& from;
  const ExplainedStation& to;
  std::int64_t row;
  std::int64_t column;
};

using Formula = std::vector<FormulaPart>;

void append(Formula& formula, std::string text);
FormulaPart element(const ExplainedStation& station, std::int64_t number);
// "Z1", and "Z1 = 0.5" if the value is known.
std::string element_text(const ExplainedStation& station, std::int64_t number);
std::string valued_text(const ExplainedStation& station, std::int64_t number);
// The factor and the element that an entry was recognised as, or its number.
void append_entry(Formula& formula, const JacobianStep& step, std::int64_t row,
                  std::int64_t column);
std::span<const JacobianEntry> entries_of_column(const Cell& cell);
// Z2 = W1 x1 + W2 x2 + W3 x3, and c for what else there is or may be.
Formula sum_formula(const Cell& cell);

// Why the entry is what it is. Throws IndexError if it is out of range.
CellReason why(const Frame& call, const Cell& cell);

// The operators of the step but those of layout.
std::vector<std::string> working_operators(const JacobianStep& step);

}  // namespace retrograd::detail
