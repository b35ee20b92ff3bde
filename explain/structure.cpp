// What kind of matrix a Jacobian is.
#include <retrograd/explain/detail/chain.h>

#include <algorithm>
#include <map>

namespace retrograd {

const char* name(JacobianStructure structure) noexcept {
  switch (structure) {
    case JacobianStructure::not_computed: return "not computed";
    case JacobianStructure::zero: return "zero";
    case JacobianStructure::identity: return "identity";
    case JacobianStructure::diagonal: return "diagonal";
    case JacobianStructure::selection: return "selection";
    case JacobianStructure::toeplitz: return "banded (Toeplitz)";
    case JacobianStructure::block_toeplitz: return "block Toeplitz";
    case JacobianStructure::hankel: return "shifted rows (Hankel)";
    case JacobianStructure::block_hankel: return "block Hankel";
    case JacobianStructure::sparse: return "sparse";
    case JacobianStructure::dense: return "dense";
  }
  return "unknown";
}

namespace detail {

namespace {

using Entries = std::vector<JacobianEntry>;

Shape without_ones(const Shape& shape) {
  Shape result;
  for (const std::int64_t size : shape) {
    if (size != 1) {
      result.push_back(size);
    }
  }
  return result;
}

// At most a single one in each column, and nothing else. Entries come column by column.
bool is_selection(const Entries& entries) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].value != 1 || (i > 0 && entries[i].column == entries[i - 1].column)) {
      return false;
    }
  }
  return true;
}

// How many pairs of i in [0, a) and j in [0, b) have j + sign * i = at.
std::int64_t pairs(std::int64_t a, std::int64_t b, int sign, std::int64_t at) {
  const std::int64_t low = sign > 0 ? at - (a - 1) : at;
  const std::int64_t high = sign > 0 ? at : at + (a - 1);
  return std::min(high, b - 1) - std::max(low, std::int64_t{0}) + 1;
}

// Whether an entry depends on column index + sign * row index alone, in every dimension: all
// entries of one such sum are equal, and there are as many as there can be.
bool depends_on_sum(const Entries& entries, const Shape& from, const Shape& to, int sign) {
  struct Group {
    double value;
    std::int64_t expected;
    std::int64_t count;
  };
  std::map<std::int64_t, Group> groups;
  for (const JacobianEntry& entry : entries) {
    std::int64_t row = entry.row;
    std::int64_t column = entry.column;
    std::int64_t key = 0;
    std::int64_t expected = 1;
    for (std::size_t d = from.size(); d-- > 0;) {
      const std::int64_t sum = column % to[d] + sign * (row % from[d]);
      key = key * (from[d] + to[d]) + sum + (sign < 0 ? from[d] - 1 : 0);
      expected *= pairs(from[d], to[d], sign, sum);
      row /= from[d];
      column /= to[d];
    }
    Group& group = groups.try_emplace(key, Group{entry.value, expected, 0}).first->second;
    ++group.count;
    if (group.value != entry.value) {
      return false;
    }
  }
  return std::all_of(groups.begin(), groups.end(),
                     [](const auto& g) { return g.second.count == g.second.expected; });
}

}  // namespace

JacobianStructure structure_of(const Entries& entries, const Shape& from_shape,
                               const Shape& to_shape) {
  using enum JacobianStructure;
  const std::int64_t rows = elements(from_shape);
  const std::int64_t columns = elements(to_shape);
  if (entries.empty()) {
    return zero;
  }
  if (rows == columns && std::all_of(entries.begin(), entries.end(),
                                     [](const JacobianEntry& e) { return e.row == e.column; })) {
    const bool ones = std::all_of(entries.begin(), entries.end(),
                                  [](const JacobianEntry& e) { return e.value == 1; });
    return ones && static_cast<std::int64_t>(entries.size()) == rows ? identity : diagonal;
  }
  if (is_selection(entries)) {
    return selection;
  }
  const Shape from = without_ones(from_shape);
  const Shape to = without_ones(to_shape);
  if (!from.empty() && from.size() == to.size()) {
    const bool line = from.size() == 1;
    if (depends_on_sum(entries, from, to, -1)) {
      return line ? toeplitz : block_toeplitz;
    }
    if (depends_on_sum(entries, from, to, 1)) {
      return line ? hankel : block_hankel;
    }
  }
  return 2 * static_cast<std::int64_t>(entries.size()) <= rows * columns ? sparse : dense;
}

}  // namespace detail

}  // namespace retrograd
