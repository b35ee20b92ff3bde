#include <retrograd/ops/variance.h>

#include <algorithm>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>

namespace retrograd {

namespace {

using namespace detail;

struct Spread {
  DimMask reduced;
  Dims dims;  // the same as a list
  double count;
  double divisor;
};

// The gradient of the variance to x; `grad` has the reduced dimensions as 1.
Tensor gradient_of_variance(const Tensor& grad, const Tensor& x, const Spread& spread,
                            bool recorded) {
  const Tensor factor = widened(grad) * (2 / spread.divisor);
  if (!recorded && !spread.dims.empty()) {
    const Tensor centre = kernels::mean(x, spread.reduced, spread.count, widened_dtype(x));
    return kernels::times_difference(factor, x, centre);
  }
  const Tensor wide = widened(x);
  const Tensor centred = wide - (spread.dims.empty() ? wide : mean(wide, spread.dims, true));
  return (factor * centred).to(x.dtype());
}

// The variance, or its root.
Tensor spread_of(const Call& call, const Tensor& x, const Dims& dims, const VarOptions& options,
                 bool root) {
  check::floating(call, x);
  const DimMask reduced = check::dims(call, x, dims);
  const auto count = static_cast<double>(reduced_count(x, reduced));
  const std::int64_t correction = options.correction.value_or(options.unbiased ? 1 : 0);
  check::require<ValueError>(call, correction >= 0, {{"input", x}},
                             "correction is {}; at least 0 is needed [value-out-of-range]",
                             correction);
  const Spread spread{reduced, reduced_dims(x.shape().size(), reduced), count,
                      std::max(count - static_cast<double>(correction), 0.0)};
  const auto kernel = root ? kernels::standard_deviation : kernels::variance;
  const Tensor kept = kernel(x, reduced, count, spread.divisor);
  const Tensor y = finish(kept, x, reduced, options.keepdim);
  return with_backward(
      call, x, y, {x, save_if(root, y)}, [shape = kept.shape(), spread, root](const Backward& b) {
        Tensor grad = b.grad;
        if (root) {
          const Tensor deviation = b.saved(1);
          const Tensor none = deviation.detach() == 0;
          grad = where(none, 0.0, grad / (2 * where(none, 1.0, deviation)));
        }
        return gradient_of_variance(reshape(grad, shape), b.saved(0), spread, b.recorded());
      });
}

}  // namespace

Tensor var(const Tensor& x, const Dims& dims, VarOptions options, Where where) {
  return spread_of(Call("var", where, x, dims, options), x, dims, options, false);
}

Tensor std(const Tensor& x, const Dims& dims, VarOptions options, Where where) {
  return spread_of(Call("std", where, x, dims, options), x, dims, options, true);
}

}  // namespace retrograd
