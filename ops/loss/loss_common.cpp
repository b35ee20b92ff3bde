#include <cmath>

#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/loss.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/logical.h>

namespace retrograd::loss {

void check_weight(const Frame& call, const char* name, const Tensor& weight, const Tensor& input) {
  check::require<ShapeError>(call,
                             !weight.defined() || broadcasts_to(weight.shape(), input.shape()),
                             {{"input", input}, {name, weight}},
                             "{} must broadcast to the input's shape [shapes-differ]", name);
}

void require(const Frame& call, bool holds, const char* what, double value, const char* wanted) {
  check::require<ValueError>(call, holds, {}, "{} is {}; it must be {} [value-out-of-range]", what,
                             value, wanted);
}

void require_number(const Frame& call, const char* what, double value) {
  require(call, !std::isnan(value), what, value, "a number");
}

Tensor reduced(const Call& call, const Tensor& losses, Reduction reduction) {
  switch (reduction) {
    case Reduction::none: return call.result(losses);
    case Reduction::mean: return call.result(mean(losses));
    case Reduction::sum: return call.result(sum(losses));
    case Reduction::batchmean: break;
  }
  check::require<ShapeError>(
      call, losses.dim() > 0, {{"losses", losses}},
      "reduction batchmean needs a dimension of the batch [rank-unexpected]");
  return call.result(sum(losses) / losses.shape()[0]);
}

Tensor share_of(const Tensor& share, const Tensor& loss) {
  const Tensor none = logical_and(eq(share.detach(), 0), isinf(loss));
  return share * where(none, 0, loss);
}

Tensor log1p_exp(const Tensor& x) {
  const Call call("log1p_exp", {});
  const Tensor values = x.detach();
  return with_rule(call, x, (relu(values) + log1p(exp(-abs(values)))).detach(), x,
                   [](const Tensor& g, const Tensor& v) { return g * sigmoid(v); });
}

}  // namespace retrograd::loss
