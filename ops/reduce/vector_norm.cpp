#include <retrograd/ops/vector_norm.h>

#include <cmath>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>

namespace retrograd {

namespace {

using namespace detail;

// The derivative by x, times `grad`; `norms` and `grad` have the reduced dimensions as 1.
Tensor gradient_of_norm(const Tensor& grad, const Tensor& x, const Tensor& norms, double p,
                        const Dims& dims) {
  if (p == 0) {
    return zeros(x.shape(), {.dtype = x.dtype()});
  }
  if (p == 1) {
    return sign(x) * grad;
  }
  if (std::isinf(p)) {
    const Tensor hit = abs(x.detach()) == norms.detach();
    const Tensor hits = hit.to(grad.dtype());
    const Tensor count = dims.empty() ? hits : sum(hits, dims, true);
    return sign(x) * (where(hit, grad, 0.0) / count);
  }
  const Tensor none = norms.detach() == 0;
  const Tensor safe = where(none, 1.0, norms);
  if (p == 2) {
    return x * where(none, 0.0, grad / safe);
  }
  // sign(x) |x|^(p-1), where a zero counts as 0 for p < 1 too.
  const Tensor zero = x.detach() == 0;
  const Tensor powers = p < 2 ? sign(x) * where(zero, 0.0, pow(abs(where(zero, 1.0, x)), p - 1))
                              : x * pow(abs(x), p - 2);
  return powers * where(none, 0.0, grad / pow(safe, p - 1));
}

}  // namespace

Tensor norm(const Tensor& x, double p, const Dims& dims, bool keepdim, Where where) {
  const Call call("norm", where, Cast::upcast, x, p, dims, keepdim);
  const auto [input] = call.inputs({{"input", x, floating}});
  const DimMask reduced = check::dims(call, x, dims);
  check::require<ValueError>(call, !std::isnan(p), {{"input", x}}, "p is NaN [value-out-of-range]");
  if (std::isinf(p)) {
    require_elements(call, x, reduced);
  }
  const Tensor kept = kernels::vector_norm(input, p, reduced);
  const Tensor y = finish(kept, input, reduced, keepdim);
  const Dims listed = reduced_dims(x.shape().size(), reduced);
  return with_backward(call, input, y, {input, y},
                       [p, shape = kept.shape(), listed](const Backward& b) {
                         return gradient_of_norm(reshape(b.grad, shape), b.saved(0),
                                                 reshape(b.saved(1), shape), p, listed);
                       });
}

}  // namespace retrograd
