// What text, LaTeX, HTML and DOT have in common. Internal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <retrograd/explain/explain.h>

namespace retrograd::detail {

// Four significant digits, never "-0".
std::string number_text(double value);
// "3x5"
std::string size_text(std::int64_t rows, std::int64_t columns, std::string_view times = "x");
// Where an element stands, from 1, dimensions of length 1 left out.
Dims element_index(std::int64_t element, const Shape& shape);
// "2,3"
std::string index_text(const Dims& index);
// "2", "-", "": what stands before a named element
std::string factor_text(const NamedElement& element);
// "[1, 2, 3]"; of more than `most` elements the first ones and "...".
std::string vector_text(const Tensor& values, std::int64_t most,
                        std::string (*text_of)(double) = number_text);
// "sparse, 12 of 40 not zero"
std::string structure_text(const JacobianStep& step);
// "dloss/dw"
std::string whole_derivative(const Explanation& e);
// "dZ1/dw"
std::string derivative_text(const ExplainedStation& of, const ExplainedStation& by);
// "reshape, conv1d at net.cpp:12"
std::string origin_text(const JacobianStep& step);

// Whether the chain rule is written as a recurrence: there are many paths, or long ones.
bool is_recurrence_shorter(const Explanation& e);
// "  (for 3 stations: h1, h2, h3)", or "" for a single one.
std::string repeats_text(const Explanation& e, const RecurrenceLine& line);
// "3 equal parts, tanh_2 to tanh_4: the first one is shown"
std::string group_text(const Explanation& e, const StationGroup& group);
// The stations whose operators need not be shown again: those of the second and later parts.
std::vector<bool> repeated_stations(const Explanation& e);

struct Block {
  ElementRange rows;
  ElementRange columns;
  bool whole;

  bool empty() const { return rows.size() == 0 || columns.size() == 0; }
  // "rows 1 to 4 of 10, columns 1 to 5 of 5"
  std::string text(const JacobianStep& step) const;
};
// The part of a matrix that is shown.
Block block_of(const Explanation& e, const JacobianStep& step);

// `text` with each character of `special` replaced by what stands beside it.
std::string escaped(std::string_view text,
                    const std::vector<std::pair<char, const char*>>& special);
// A string of JSON, in quotes, which may stand in a script of a page.
std::string json_quoted(std::string_view text);
// For a string in quotes in a DOT file.
std::string dot_escaped(std::string_view text);

}  // namespace retrograd::detail
