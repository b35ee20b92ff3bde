#include <algorithm>
#include <sstream>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/logical.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::loss {

void check_floating_like(const char* op, const char* name, const Tensor& x, const Tensor& input,
                         Where where) {
  check::defined(op, name, x, where);
  check::same_dtype(op, "input", input, name, x, where);
}

void check_pair(const char* op, const Tensor& input, const Tensor& target, Where where) {
  check::floating(op, input, where);
  check_floating_like(op, "target", target, input, where);
  check::same_shape(op, "input", input, "target", target, where);
}

void check_weight(const char* op, const char* name, const Tensor& weight, const Tensor& input,
                  Where where) {
  if (!weight.defined()) {
    return;
  }
  check::same_dtype(op, "input", input, name, weight, where);
  bool fits = weight.dim() <= input.dim();
  for (std::size_t d = 0; fits && d < weight.shape().size(); ++d) {
    const std::int64_t size = weight.shape()[d];
    fits = size == 1 || size == input.shape()[input.shape().size() - weight.shape().size() + d];
  }
  if (!fits) {
    fail<ShapeError>(op, where, std::string(name) + " must broadcast to the input's shape",
                     {{"input", input}, {name, weight}});
  }
}

void require(const char* op, bool holds, const char* what, double value, const char* wanted,
             Where where) {
  if (!holds) {
    std::ostringstream text;
    text << what << " is " << value << "; it must be " << wanted;
    fail<ValueError>(op, where, text.str());
  }
}

Tensor reduced(const char* op, const Tensor& losses, Reduction reduction, DType dtype,
               Where where) {
  Tensor result = losses;
  switch (reduction) {
    case Reduction::none: break;
    case Reduction::mean: result = mean(losses, {}, false, where); break;
    case Reduction::sum: result = sum(losses, {}, false, where); break;
    case Reduction::batchmean:
      if (losses.dim() == 0) {
        fail<ShapeError>(op, where, "reduction batchmean needs a dimension of the batch",
                         {{"losses", losses}});
      }
      result = div(sum(losses, {}, false, where), losses.shape()[0], where);
      break;
  }
  return result.to(dtype, where);
}

Tensor share_of(const Tensor& share, const Tensor& loss, Where where) {
  const Tensor none = logical_and(eq(share.detach(), 0, where), isinf(loss, where), where);
  return mul(share, retrograd::where(none, 0, loss, where), where);
}

Tensor log1p_exp(const Tensor& x, Where where) {
  const Tensor values = x.detach();
  const Tensor y = (relu(values) + log1p(exp(-abs(values)))).detach();
  return record(
      {.op = "log1p_exp",
       .where = where,
       .output = y,
       .inputs = {x},
       .saved = {x},
       .backward = [](const Backward& b) -> Gradients { return {b.grad * sigmoid(b.saved(0))}; }});
}

}  // namespace retrograd::loss
