#include <algorithm>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/ops/detail/unary.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd {

Tensor tracked_view(const Tensor& x, const Shape& shape, const Strides& strides,
                    std::int64_t offset) {
  Tensor view = detail::view_within(x, shape, strides, offset);
  detail::TensorImpl& source = x.impl();
  detail::TensorImpl& impl = view.impl();
  impl.base = source.base ? source.base : detail::IntrusivePtr<detail::TensorImpl>(&source);
  impl.base_node.store(impl.base->node.get(), std::memory_order_relaxed);
  impl.view_without_grad = !grad_enabled() || source.view_without_grad;
  return view;
}

Tensor whole_view(const Call& call, const Tensor& x) {
  return with_rule(call, x, tracked_view(x, x.shape(), x.strides(), x.impl().offset),
                   [](const Tensor& g) { return g; });
}

Dims inverse(const Dims& order) {
  Dims result = order;
  for (std::size_t i = 0; i < order.size(); ++i) {
    result[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
  }
  return result;
}

Shape leading(const Tensor& x) {
  Shape shape = x.shape();
  shape.resize(shape.size() - 2);
  return shape;
}

bool broadcasts_to(const Shape& shape, const Shape& full) {
  return shape.size() <= full.size() &&
         std::equal(shape.begin(), shape.end(), full.end() - shape.size(),
                    [](std::int64_t own, std::int64_t size) { return own == 1 || own == size; });
}

Tensor expand_operand(const Tensor& x, const Shape& shape) {
  return x.shape() == shape ? x : expand(x, shape);
}

Tensor sum_gradient_to(const Tensor& grad, const Shape& shape) {
  return grad.shape() == shape ? grad : sum_to(grad, shape);
}

// Groups of dimensions that lie evenly in memory can be cut up anew; a new dimension must not
// cross from one group to the next.
std::optional<Strides> reshaped_strides(const Tensor& x, const Shape& shape) {
  if (x.is_contiguous()) {
    return contiguous_strides(shape);
  }
  const Shape& old_shape = x.shape();
  Strides strides = Dims::filled(shape.size(), 1);
  std::size_t to = shape.size();
  std::size_t from = old_shape.size();
  while (from > 0) {
    // one group of the old dimensions, from the last one on
    std::int64_t group = old_shape[from - 1];
    const std::int64_t base = x.strides()[from - 1];
    std::int64_t span = base * group;
    --from;
    while (from > 0 && (old_shape[from - 1] == 1 || x.strides()[from - 1] == span)) {
      group *= old_shape[from - 1];
      span = old_shape[from - 1] == 1 ? span : span * old_shape[from - 1];
      --from;
    }
    std::int64_t step = base;
    std::int64_t filled = 1;
    while (to > 0 && (filled < group || shape[to - 1] == 1)) {
      filled *= shape[to - 1];
      strides[to - 1] = step;
      step *= shape[to - 1];
      --to;
    }
    if (filled != group) {
      return {};
    }
  }
  return strides;
}

}  // namespace retrograd
