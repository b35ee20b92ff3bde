#include <retrograd/ops/mask.h>

#include <algorithm>

#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/kernels/index/index.h>

namespace retrograd {

namespace {

// The shape that x and the mask broadcast to.
Shape check_mask(const Frame& call, const Tensor& x, const Tensor& mask) {
  check::defined(call, "input", x);
  check::dtype(call, "mask", mask, boolean);
  return check::broadcast(call, {{"input", x}, {"mask", mask}});
}

Tensor flat(const Tensor& x) {
  return reshape(x, {x.numel()});
}

Tensor fill_masked(const Call& call, const Tensor& x, const Tensor& mask, Scalar value) {
  check::value(call, x, value);
  return call.result(where(mask, full({}, value, {.dtype = x.dtype()}), x));
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value, Where where) {
  const Call call("masked_fill", where, x, mask, value);
  check_mask(call, x, mask);
  if (!value.is_tensor()) {
    return fill_masked(call, x, mask, value.number());
  }
  const Tensor& given = value.tensor();
  check::defined(call, "value", given);
  check::require<ShapeError>(
      call, given.dim() == 0, {{"input", x}, {"value", given}},
      "value must be a number or a tensor without dimensions [rank-unexpected]");
  check::require<DTypeError>(call, is_floating(x.dtype()) || !is_floating(given.dtype()),
                             {{"input", x}, {"value", given}},
                             "a floating value does not fit the input [floating-into-integers]");
  if (!is_floating(x.dtype())) {
    return fill_masked(call, x, mask, given.item<std::int64_t>());
  }
  return call.result(retrograd::where(mask, given.to(x.dtype()), x));
}

Tensor masked_select(const Tensor& x, const Tensor& mask, Where where) {
  const Call call("masked_select", where, x, mask);
  const Shape shape = check_mask(call, x, mask);
  const Tensor positions = kernels::nonzero_positions(expand_operand(mask, shape));
  return call.result(index_select(flat(expand_operand(x, shape)), 0, positions));
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source, Where where) {
  const Call call("masked_scatter", where, x, mask, source);
  const Shape shape = check_mask(call, x, mask);
  call.inputs({{"input", x}, {"source", source, like_first}});
  check::require<ShapeError>(call, shape == x.shape(), {{"input", x}, {"mask", mask}},
                             "the mask does not broadcast to the input [shapes-differ]");
  const Tensor positions = kernels::nonzero_positions(expand_operand(mask, shape));
  check::require<ShapeError>(
      call, source.numel() >= positions.numel(), {{"input", x}, {"mask", mask}, {"source", source}},
      "the mask names {} elements, more than the source has [count-mismatch]", positions.numel());
  const Tensor used = narrow(flat(source), 0, 0, positions.numel());
  return call.result(reshape(index_copy(flat(x), 0, positions, used), shape));
}

Tensor nonzero(const Tensor& x, Where where) {
  const Call call("nonzero", where, x);
  check::defined(call, "input", x);
  const Tensor positions = kernels::nonzero_positions(x);
  const auto rank = static_cast<std::int64_t>(x.shape().size());
  const Tensor out = empty({positions.numel(), rank}, {.dtype = int64});
  const auto* const from = positions.raw<std::int64_t>();
  auto* const to = out.raw<std::int64_t>();
  for (std::int64_t i = 0; i < positions.numel(); ++i) {
    std::int64_t rest = from[i];
    for (std::int64_t d = rank; d-- > 0;) {
      const std::int64_t size = x.shape()[static_cast<std::size_t>(d)];
      to[i * rank + d] = rest % size;
      rest /= size;
    }
  }
  return call.result(out);
}

Tensor one_hot(const Tensor& x, std::int64_t num_classes, Where where) {
  const Call call("one_hot", where, x, num_classes);
  check::dtype(call, "input", x, int64);
  check::require<ValueError>(
      call, num_classes >= 1 || (num_classes == -1 && x.numel() > 0), {{"input", x}},
      "num_classes {}; at least 1 is needed, or -1 for an input with elements [value-out-of-range]",
      num_classes);
  check::rank(call, x.shape().size() + 1, x);
  std::int64_t classes = num_classes;
  if (classes == -1) {
    // Negative ones are left to find out of range, and the one that has no successor.
    const std::int64_t largest = kernels::index_range(x).second;
    classes = std::clamp<std::int64_t>(largest, 0, INT64_MAX - 1) + 1;
  }
  check::indices(call, x, x, x.dim(), classes, false);
  Shape shape = x.shape();
  shape.push_back(classes);
  return call.result(scatter(zeros(shape, {.dtype = int64}), -1, unsqueeze(x, -1), 1));
}

}  // namespace retrograd
