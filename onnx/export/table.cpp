#include <retrograd/onnx/export/table.h>

#include <map>

namespace retrograd::onnx::writing {

namespace {

std::map<std::string_view, const Row*> all_rows() {
  std::map<std::string_view, const Row*> rows;
  for (const auto topic :
       {activation_rows(), convolution_rows(), creation_rows(), image_rows(), index_rows(),
        indexing_rows(), linear_rows(), math_rows(), loss_rows(), norm_rows(), padding_rows(),
        pool_rows(), recurrence_rows(), reduction_rows(), shape_rows()}) {
    for (const Row& row : topic) {
      rows.emplace(row.op, &row);
    }
  }
  return rows;
}

}  // namespace

const Row* find_row(std::string_view op) noexcept {
  static const std::map<std::string_view, const Row*> rows = all_rows();
  const auto found = rows.find(op);
  return found == rows.end() ? nullptr : found->second;
}

Value operand(Builder& b, const Step& s, std::size_t i, DType dtype) {
  if (s.is_tensor(i) && !s.has(i)) {
    return {};
  }
  if (s.is_tensor(i)) {
    return b.cast(s.in(i), s.dtype(i), dtype);
  }
  const Scalar first = std::get<Scalar>(s.call().arguments.at(i));
  if (first.kind() == Scalar::Kind::integer) {
    const Count count = s.counts(i).at(0);
    if (!count.is_fixed()) {
      return b.cast(b.node("Squeeze", {b.count(count)}), int64, dtype);
    }
  }
  return b.number(s.scalar(i), dtype);
}

}  // namespace retrograd::onnx::writing
