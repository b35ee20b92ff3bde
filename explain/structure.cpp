// What kind of matrix a Jacobian is.
#include <retrograd/explain/detail/chain.h>

namespace retrograd {

const char* name(JacobianStructure structure) noexcept {
  switch (structure) {
    case JacobianStructure::zero: return "zero";
    case JacobianStructure::identity: return "identity";
    case JacobianStructure::diagonal: return "diagonal";
    case JacobianStructure::selection: return "selection";
    case JacobianStructure::hankel: return "shifted rows (Hankel)";
    case JacobianStructure::toeplitz: return "banded (Toeplitz)";
    case JacobianStructure::dense: return "dense";
    case JacobianStructure::not_computed: return "too large to show";
  }
  return "unknown";
}

namespace detail {

namespace {

template <class Predicate>
bool every(const Matrix& m, Predicate&& holds) {
  for (std::size_t i = 0; i < m.rows; ++i) {
    for (std::size_t j = 0; j < m.columns; ++j) {
      if (!holds(i, j, m(i, j))) {
        return false;
      }
    }
  }
  return true;
}

bool is_selection(const Matrix& m) {
  for (std::size_t j = 0; j < m.columns; ++j) {
    int ones = 0;
    for (std::size_t i = 0; i < m.rows; ++i) {
      if (m(i, j) != 0 && m(i, j) != 1) {
        return false;
      }
      ones += m(i, j) == 1 ? 1 : 0;
    }
    if (ones > 1) {
      return false;
    }
  }
  return true;
}

}  // namespace

JacobianStructure structure_of(const Matrix& m) {
  if (every(m, [](auto, auto, double v) { return v == 0; })) {
    return JacobianStructure::zero;
  }
  if (m.rows == m.columns &&
      every(m, [](auto i, auto j, double v) { return i == j || v == 0; })) {
    return every(m, [](auto i, auto j, double v) { return v == (i == j ? 1 : 0); })
               ? JacobianStructure::identity
               : JacobianStructure::diagonal;
  }
  if (is_selection(m)) {
    return JacobianStructure::selection;
  }
  if (m.rows > 1 && m.columns > 1) {
    if (every(m, [&](auto i, auto j, double v) {
          return i + 1 == m.rows || j == 0 || v == m(i + 1, j - 1);
        })) {
      return JacobianStructure::hankel;
    }
    if (every(m, [&](auto i, auto j, double v) {
          return i + 1 == m.rows || j + 1 == m.columns || v == m(i + 1, j + 1);
        })) {
      return JacobianStructure::toeplitz;
    }
  }
  return JacobianStructure::dense;
}

}  // namespace detail

}  // namespace retrograd
