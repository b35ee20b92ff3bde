#include <retrograd/ops/mask.h>

#include <algorithm>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/index.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

// The shape that x and the mask broadcast to.
Shape check_mask(const char* op, const Tensor& x, const Tensor& mask, Where where) {
  check::defined(op, "input", x, where);
  check::dtype(op, "mask", mask, boolean, where);
  return broadcast_shapes(op, x.shape(), mask.shape(), where);
}

Tensor flat(const Tensor& x, Where where) {
  return reshape(x, {x.numel()}, where);
}

}  // namespace

Tensor masked_fill(const Tensor& x, const Tensor& mask, const Operand& value, Where where) {
  check_mask("masked_fill", x, mask, where);
  if (!value.is_tensor()) {
    check::value("masked_fill", x, value.number(), where);
    return retrograd::where(mask, full({}, value.number(), {.dtype = x.dtype()}), x, where);
  }
  const Tensor& given = value.tensor();
  check::defined("masked_fill", "value", given, where);
  if (given.dim() != 0) {
    fail<ShapeError>("masked_fill", where, "value must be a number or a tensor without dimensions",
                     {{"input", x}, {"value", given}});
  }
  if (!is_floating(x.dtype()) && is_floating(given.dtype())) {
    fail<DTypeError>("masked_fill", where, "a floating value does not fit the input",
                     {{"input", x}, {"value", given}});
  }
  if (!is_floating(x.dtype())) {
    return masked_fill(x, mask, given.item<std::int64_t>(), where);
  }
  return retrograd::where(mask, given.to(x.dtype(), where), x, where);
}

Tensor masked_select(const Tensor& x, const Tensor& mask, Where where) {
  const Shape shape = check_mask("masked_select", x, mask, where);
  const Tensor places = kernels::nonzero_positions(expand_operand(mask, shape, where));
  return index_select(flat(expand_operand(x, shape, where), where), 0, places, where);
}

Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source, Where where) {
  const Shape shape = check_mask("masked_scatter", x, mask, where);
  check::defined("masked_scatter", "source", source, where);
  check::same_dtype("masked_scatter", "input", x, "source", source, where);
  if (shape != x.shape()) {
    fail<ShapeError>("masked_scatter", where, "the mask does not broadcast to the input",
                     {{"input", x}, {"mask", mask}});
  }
  const Tensor places = kernels::nonzero_positions(expand_operand(mask, shape, where));
  if (source.numel() < places.numel()) {
    fail<ShapeError>(
        "masked_scatter", where,
        "the mask names " + std::to_string(places.numel()) + " elements, more than the source has",
        {{"input", x}, {"mask", mask}, {"source", source}});
  }
  const Tensor used = narrow(flat(source, where), 0, 0, places.numel(), where);
  return reshape(index_copy(flat(x, where), 0, places, used, where), shape, where);
}

Tensor nonzero(const Tensor& x, Where where) {
  check::defined("nonzero", "input", x, where);
  const Tensor places = kernels::nonzero_positions(x);
  const auto rank = static_cast<std::int64_t>(x.shape().size());
  const Tensor out = empty({places.numel(), rank}, {.dtype = int64}, where);
  const auto* const from = places.raw<std::int64_t>();
  auto* const to = out.raw<std::int64_t>();
  for (std::int64_t i = 0; i < places.numel(); ++i) {
    std::int64_t rest = from[i];
    for (std::int64_t d = rank; d-- > 0;) {
      const std::int64_t size = x.shape()[static_cast<std::size_t>(d)];
      to[i * rank + d] = rest % size;
      rest /= size;
    }
  }
  return out;
}

Tensor one_hot(const Tensor& x, std::int64_t num_classes, Where where) {
  check::dtype("one_hot", "input", x, int64, where);
  if (num_classes < -1 || num_classes == 0 || (num_classes == -1 && x.numel() == 0)) {
    fail<ValueError>("one_hot", where,
                     "num_classes " + std::to_string(num_classes) +
                         "; at least 1 is needed, or -1 for an input with elements",
                     {{"input", x}});
  }
  check::rank("one_hot", x.shape().size() + 1, x, where);
  std::int64_t classes = num_classes;
  if (classes == -1) {
    // Negative ones are left to find out of range, and the one that has no successor.
    const std::int64_t largest = kernels::index_range(x).second;
    classes = std::clamp<std::int64_t>(largest, 0, INT64_MAX - 1) + 1;
  }
  check::indices("one_hot", x, x, x.dim(), classes, false, where);
  Shape shape = x.shape();
  shape.push_back(classes);
  return scatter(zeros(shape, {.dtype = int64}, where), -1, unsqueeze(x, -1, where), 1, where);
}

}  // namespace retrograd
