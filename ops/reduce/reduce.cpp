#include <retrograd/ops/reduce.h>

#include <algorithm>
#include <cmath>

#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/reduce/reduce.h>

namespace retrograd {

namespace {

using namespace detail;

// What an extreme value that is NaN does with the gradient, as in PyTorch.
enum class NaNGradient { nan, shared };

Tensor extreme(const Call& call, bool largest, const Tensor& x, const Dims& dims, bool keepdim,
               NaNGradient of_nan) {
  check::defined(call, "input", x);
  const DimMask reduced = check::dims(call, x, dims);
  require_elements(call, x, reduced);
  const Tensor kept = largest ? kernels::amax(x, reduced) : kernels::amin(x, reduced);
  const Tensor y = finish(kept, x, reduced, keepdim);
  const Dims summed = reduced_dims(x.shape().size(), reduced);
  return with_backward(
      call, x, y, {x, y}, [shape = kept.shape(), summed, of_nan](const Backward& b) {
        const Tensor given = b.saved(0).detach();
        const Tensor best = reshape(b.saved(1).detach(), shape);
        const Tensor equal = given == best;
        const Tensor chosen =
            of_nan == NaNGradient::shared ? where(best == best, equal, given != given) : equal;
        const Tensor ties =
            (summed.empty() ? chosen : sum(chosen, summed, true)).to(b.grad.dtype());
        // What equals nothing is NaN, and so are all gradients then.
        const Tensor others = where(ties == 0, NAN, 0 * ties);
        return where(chosen, reshape(b.grad, shape) / ties, others);
      });
}

// Where the extreme value along `dim` is.
Tensor index_along(const Frame& call, bool largest, const Tensor& x, std::int64_t dim,
                   bool keepdim) {
  check::defined(call, "input", x);
  const std::size_t d = check::dim(call, x, dim);
  if (x.dim() == 0) {
    return zeros({}, {.dtype = int64});
  }
  DimMask reduced{};
  reduced[d] = true;
  require_elements(call, x, reduced);
  return finish(largest ? kernels::argmax(x, d) : kernels::argmin(x, d), x, reduced, keepdim);
}

ValuesAndIndices extreme_along(const Call& call, bool largest, const Tensor& x, std::int64_t dim,
                               bool keepdim) {
  const Tensor indices = index_along(call, largest, x, dim, true);
  if (x.dim() == 0) {
    return call.result(ValuesAndIndices{x.clone(), reshape(indices, {})});
  }
  return call.result(values_at(x, dim, indices, keepdim));
}

Tensor index_of_extreme(const Call& call, bool largest, const Tensor& x,
                        std::optional<std::int64_t> dim, bool keepdim) {
  if (dim) {
    return call.result(index_along(call, largest, x, *dim, keepdim));
  }
  check::defined(call, "input", x);
  require_elements(call, x, check::dims(call, x, {}));
  const Tensor flat = reshape(x.detach(), {-1});
  const Tensor index = largest ? kernels::argmax(flat, 0) : kernels::argmin(flat, 0);
  return call.result(reshape(index, keepdim ? Dims::filled(x.shape().size(), 1) : Shape{}));
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("sum", where, Cast::upcast, x, dims, keepdim);
  const auto [input] = call.inputs({{"input", x}});
  const DimMask reduced = check::dims(call, x, dims);
  const Tensor y = finish(kernels::sum(input, reduced), input, reduced, keepdim);
  return with_rule(call, input, y, [reduced, full = x.shape()](const Tensor& g) {
    return expand_operand(reshape(g, kept_shape(full, reduced)), full);
  });
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("mean", where, x, dims, keepdim);
  check::floating(call, x);
  const DimMask reduced = check::dims(call, x, dims);
  const auto count = static_cast<double>(reduced_count(x, reduced));
  const Tensor y = finish(kernels::mean(x, reduced, count, x.dtype()), x, reduced, keepdim);
  return with_rule(call, x, y, [count, reduced, full = x.shape()](const Tensor& g) {
    return expand_operand(reshape(g / count, kept_shape(full, reduced)), full);
  });
}

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme(Call("amax", where, x, dims, keepdim), true, x, dims, keepdim, NaNGradient::nan);
}

Tensor amin(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme(Call("amin", where, x, dims, keepdim), false, x, dims, keepdim, NaNGradient::nan);
}

Tensor max(const Tensor& x, Where where) {
  return extreme(Call("max", where, x), true, x, {}, false, NaNGradient::shared);
}

Tensor min(const Tensor& x, Where where) {
  return extreme(Call("min", where, x), false, x, {}, false, NaNGradient::shared);
}

ValuesAndIndices max(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  return extreme_along(Call("max", where, x, dim, keepdim), true, x, dim, keepdim);
}

ValuesAndIndices min(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  return extreme_along(Call("min", where, x, dim, keepdim), false, x, dim, keepdim);
}

Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where where) {
  return index_of_extreme(Call("argmax", where, x, dim, keepdim), true, x, dim, keepdim);
}

Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where where) {
  return index_of_extreme(Call("argmin", where, x, dim, keepdim), false, x, dim, keepdim);
}

Tensor all(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("all", where, x, dims, keepdim);
  check::defined(call, "input", x);
  check::dims(call, x, dims);
  return call.result(sum(x.detach() == 0, dims, keepdim) == 0);
}

Tensor any(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  const Call call("any", where, x, dims, keepdim);
  check::defined(call, "input", x);
  check::dims(call, x, dims);
  return call.result(sum(x.detach() != 0, dims, keepdim) != 0);
}

Tensor sum_to(const Tensor& x, const Shape& shape, Where where) {
  const Call call("sum_to", where, x, shape);
  check::defined(call, "input", x);
  if (x.shape() == shape) {
    return whole_view(call, x);
  }
  check::require<ShapeError>(call, broadcasts_to(shape, x.shape()), {{"input", x}},
                             "shape {} does not expand to the input [shapes-differ]", shape);
  const std::size_t extra = x.shape().size() - shape.size();
  Dims dims;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (d < extra || shape[d - extra] != x.shape()[d]) {
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  return call.result(reshape(sum(x, dims, true), shape));
}

}  // namespace retrograd
