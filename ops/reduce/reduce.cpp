#include <retrograd/ops/reduce.h>

#include <algorithm>
#include <cmath>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/reduced.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

using namespace detail;

// What an extreme value that is NaN does with the gradient, as in PyTorch.
enum class NaNGradient { nan, shared };

Tensor extreme(const char* op, bool largest, const Tensor& x, const Dims& dims, bool keepdim,
               NaNGradient of_nan, Where where) {
  check::defined(op, "input", x, where);
  const DimMask reduced = check::dims(op, x, dims, where);
  require_elements(op, x, reduced, where);
  const Tensor kept = largest ? kernels::amax(x, reduced) : kernels::amin(x, reduced);
  const Tensor y = finish(kept, x, reduced, keepdim);
  const Dims summed = reduced_dims(x.shape().size(), reduced);
  return record(
      {.op = op,
       .where = where,
       .output = y,
       .inputs = {x},
       .saved = {x, y},
       .backward = [shape = kept.shape(), summed, of_nan](const Backward& b) -> Gradients {
         const Tensor given = b.saved(0).detach();
         const Tensor best = reshape(b.saved(1).detach(), shape);
         const Tensor equal = given == best;
         const Tensor chosen = of_nan == NaNGradient::shared
                                   ? retrograd::where(best == best, equal, given != given)
                                   : equal;
         const Tensor ties =
             (summed.empty() ? chosen : sum(chosen, summed, true)).to(b.grad.dtype());
         // What equals nothing is NaN, and so are all gradients then.
         const Tensor others = retrograd::where(ties == 0, NAN, 0 * ties);
         return {retrograd::where(chosen, reshape(b.grad, shape) / ties, others)};
       }});
}

// Where the extreme value along `dim` is.
Tensor index_along(const char* op, bool largest, const Tensor& x, std::int64_t dim, bool keepdim,
                   Where where) {
  check::defined(op, "input", x, where);
  const std::size_t d = check::dim(op, x, dim, where);
  if (x.dim() == 0) {
    return zeros({}, {.dtype = int64}, where);
  }
  DimMask reduced{};
  reduced[d] = true;
  require_elements(op, x, reduced, where);
  return finish(largest ? kernels::argmax(x, d) : kernels::argmin(x, d), x, reduced, keepdim);
}

ValuesAndIndices extreme_along(const char* op, bool largest, const Tensor& x, std::int64_t dim,
                               bool keepdim, Where where) {
  const Tensor indices = index_along(op, largest, x, dim, true, where);
  if (x.dim() == 0) {
    return {x.clone(where), reshape(indices, {}, where)};
  }
  const Tensor values = gather(x, dim, indices, where);
  if (keepdim) {
    return {values, indices};
  }
  return {squeeze(values, dim, where), squeeze(indices, dim, where)};
}

Tensor index_of_extreme(const char* op, bool largest, const Tensor& x,
                        std::optional<std::int64_t> dim, bool keepdim, Where where) {
  check::defined(op, "input", x, where);
  if (dim) {
    return index_along(op, largest, x, *dim, keepdim, where);
  }
  require_elements(op, x, check::dims(op, x, {}, where), where);
  const Tensor flat = reshape(x.detach(), {-1}, where);
  const Tensor index = largest ? kernels::argmax(flat, 0) : kernels::argmin(flat, 0);
  return reshape(index, keepdim ? Dims::filled(x.shape().size(), 1) : Shape{}, where);
}

}  // namespace

Tensor sum(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  if (autocast::widens(x)) {
    return sum(widened(x, where), dims, keepdim, where);
  }
  check::defined("sum", "input", x, where);
  const DimMask reduced = check::dims("sum", x, dims, where);
  const Tensor y = finish(kernels::sum(x, reduced), x, reduced, keepdim);
  return record({.op = "sum",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .backward = [reduced, full = x.shape()](const Backward& b) -> Gradients {
                   const Tensor kept = reshape(b.grad, kept_shape(full, reduced));
                   return {expand_operand(kept, full, {})};
                 }});
}

Tensor mean(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::floating("mean", x, where);
  const DimMask reduced = check::dims("mean", x, dims, where);
  const auto count = static_cast<double>(reduced_count(x, reduced));
  const Tensor y = finish(kernels::mean(x, reduced, count, x.dtype()), x, reduced, keepdim);
  return record({.op = "mean",
                 .where = where,
                 .output = y,
                 .inputs = {x},
                 .backward = [count, reduced, full = x.shape()](const Backward& b) -> Gradients {
                   const Tensor kept = reshape(b.grad / count, kept_shape(full, reduced));
                   return {expand_operand(kept, full, {})};
                 }});
}

Tensor amax(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme("amax", true, x, dims, keepdim, NaNGradient::nan, where);
}

Tensor amin(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  return extreme("amin", false, x, dims, keepdim, NaNGradient::nan, where);
}

Tensor max(const Tensor& x, Where where) {
  return extreme("max", true, x, {}, false, NaNGradient::shared, where);
}

Tensor min(const Tensor& x, Where where) {
  return extreme("min", false, x, {}, false, NaNGradient::shared, where);
}

ValuesAndIndices max(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  return extreme_along("max", true, x, dim, keepdim, where);
}

ValuesAndIndices min(const Tensor& x, std::int64_t dim, bool keepdim, Where where) {
  return extreme_along("min", false, x, dim, keepdim, where);
}

Tensor argmax(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where where) {
  return index_of_extreme("argmax", true, x, dim, keepdim, where);
}

Tensor argmin(const Tensor& x, std::optional<std::int64_t> dim, bool keepdim, Where where) {
  return index_of_extreme("argmin", false, x, dim, keepdim, where);
}

Tensor all(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::defined("all", "input", x, where);
  check::dims("all", x, dims, where);
  return sum(eq(x.detach(), 0, where), dims, keepdim, where) == 0;
}

Tensor any(const Tensor& x, const Dims& dims, bool keepdim, Where where) {
  check::defined("any", "input", x, where);
  check::dims("any", x, dims, where);
  return sum(ne(x.detach(), 0, where), dims, keepdim, where) != 0;
}

Tensor sum_to(const Tensor& x, const Shape& shape, Where where) {
  check::defined("sum_to", "input", x, where);
  if (x.shape() == shape) {
    return whole_view("sum_to", x, where);
  }
  const std::size_t extra = x.shape().size() - std::min(shape.size(), x.shape().size());
  bool fits = x.shape().size() >= shape.size();
  Dims dims;
  for (std::size_t d = 0; fits && d < x.shape().size(); ++d) {
    if (d < extra) {
      dims.push_back(static_cast<std::int64_t>(d));
    } else if (shape[d - extra] != x.shape()[d]) {
      fits = shape[d - extra] == 1;
      dims.push_back(static_cast<std::int64_t>(d));
    }
  }
  if (!fits) {
    fail<ShapeError>("sum_to", where, "shape " + to_string(shape) + " does not expand to the input",
                     {{"input", x}});
  }
  return reshape(sum(x, dims, true, where), shape, where);
}

}  // namespace retrograd
