// One Jacobian.
#include <algorithm>
#include <cctype>
#include <utility>

#include <retrograd/explain/detail/format.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd {

double JacobianStep::at(std::int64_t row, std::int64_t column) const {
  const auto found = std::lower_bound(
      entries.begin(), entries.end(), std::pair(column, row),
      [](const JacobianEntry& e, const auto& place) { return std::pair(e.column, e.row) < place; });
  return found != entries.end() && found->column == column && found->row == row ? found->value : 0;
}

Tensor JacobianStep::matrix(Where from_where) const {
  const Frame call("explain", from_where);
  check::require<GraphError>(call, computed(), {},
                             "the Jacobian of {} x {} was not computed: it has too many elements "
                             "[jacobian-too-large]",
                             rows, columns);
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
