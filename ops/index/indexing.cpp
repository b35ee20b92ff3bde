#include <retrograd/ops/indexing.h>

#include <retrograd/ops/detail/indices.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

void Indexed::operator=(const Operand& value) && {  // NOLINT: gives nothing
  if (value.is_tensor()) {
    copy_(indexing::without_front(value.tensor(), shape().size()), where_);
  } else {
    fill_(value.number(), where_);
  }
}

const Tensor& Selection::selected() {
  if (!selected_.defined()) {
    selected_ = index(x_, indices_, where());
  }
  return selected_;
}

void Selection::write(const Operand& value) {
  x_.index_put_(indices_, value, false, where());
}

RowIterator::RowIterator(const Tensor& x, bool at_end, Where where) : x_(x) {
  const Frame call("rows", where);
  check::defined(call, "input", x);
  check::require<ShapeError>(call, x.dim() > 0, {{"input", x}},
                             "a tensor without dimensions has no rows to go through; item() is its "
                             "number [rank-unexpected]");
  row_ = at_end ? x.shape()[0] : 0;
  where_ = call.where();
}

}  // namespace retrograd
