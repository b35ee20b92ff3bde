// One Jacobian.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <utility>

#include <retrograd/explain/detail/format.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

namespace {

void require_computed(const Frame& call, const JacobianStep& step) {
  check::require<GraphError>(call, step.computed(), {},
                             "the Jacobian of {} x {} was not computed: it has too many elements "
                             "[jacobian-too-large]",
                             step.rows, step.columns);
}

}  // namespace

double JacobianStep::at(std::int64_t row, std::int64_t column) const {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), std::pair(column, row),
      [](const JacobianEntry& e, const auto& place) { return std::pair(e.column, e.row) < place; });
  return found != entries.end() && found->column == column && found->row == row ? found->value : 0;
}

DownsampledMatrix JacobianStep::downsampled(std::int64_t most_rows, std::int64_t most_columns,
                                            Where from_where) const {
  const Frame call("explain", from_where);
  require_computed(call, *this);
  check::require<ValueError>(call, most_rows > 0 && most_columns > 0, {},
                             "{} x {} blocks are too few [value-out-of-range]", most_rows,
                             most_columns);
  const auto divided = [](std::int64_t size, std::int64_t most) {
    return std::max<std::int64_t>(1, size / most + (size % most != 0 ? 1 : 0));
  };
  DownsampledMatrix result;
  result.block_rows = divided(rows, most_rows);
  result.block_columns = divided(columns, most_columns);
  result.rows = rows == 0 ? 0 : divided(rows, result.block_rows);
  result.columns = columns == 0 ? 0 : divided(columns, result.block_columns);
  result.values.resize(static_cast<std::size_t>(result.rows * result.columns));
  for (const JacobianEntry& entry : entries) {
    double& value = result.values[static_cast<std::size_t>(
        entry.row / result.block_rows * result.columns + entry.column / result.block_columns)];
    if (!std::isnan(value) && !(std::fabs(entry.value) <= std::fabs(value))) {
      value = entry.value;
    }
  }
  return result;
}

Tensor JacobianStep::matrix(Where from_where) const {
  const Frame call("explain", from_where);
  require_computed(call, *this);
  Tensor result = zeros({rows, columns}, {.dtype = float64});
  auto* values = result.data<double>();
  for (const JacobianEntry& entry : entries) {
    values[entry.row * columns + entry.column] = entry.value;
  }
  return result;
}

std::string JacobianStep::entry_text(std::int64_t row, std::int64_t column) const {
  const auto found = names.find(row * columns + column);
  if (found == names.end()) {
    return detail::number_text(at(row, column));
  }
  const NamedElement& element = found->second;
  const std::string index = detail::index_text(element.index);
  const bool digit = std::isdigit(static_cast<unsigned char>(element.tensor.back())) != 0;
  return detail::formatted("{}{}{}", detail::factor_text(element), element.tensor,
                           digit && !index.empty() ? detail::formatted("[{}]", index) : index);
}

}  // namespace retrograd
