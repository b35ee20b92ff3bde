#include <retrograd/ops/pool.h>

#include <retrograd/autograd/record.h>
#include <retrograd/ops/detail/pool.h>

namespace retrograd {

namespace pooling {

namespace {

// Reading at the winners' places; putting values there is its adjoint.
Tensor gather(const Tensor& x, const Tensor& winners, const PoolShape& shape) {
  return record({.op = "max_pool_gather",
                 .where = {},
                 .output = kernels::max_pool_gather(x, winners, shape),
                 .inputs = {x},
                 .saved = {winners},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {scatter("max_pool_scatter", b.grad, b.saved(0), shape, {})};
                 }});
}

Tensor spread(const Tensor& grad, const PoolShape& shape) {
  return record({.op = "avg_pool_input_grad",
                 .where = {},
                 .output = kernels::avg_pool_input_grad(grad, shape),
                 .inputs = {grad},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {average("avg_pool", b.grad, shape, {})};
                 }});
}

Tensor recorded(const char* op, const Tensor& x, const kernels::Pooled& pooled,
                const PoolShape& shape, Where where) {
  return record({.op = op,
                 .where = where,
                 .output = pooled.values,
                 .inputs = {x},
                 .saved = {pooled.winners},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {scatter("max_pool_scatter", b.grad, b.saved(0), shape, {})};
                 }});
}

}  // namespace

Tensor scatter(const char* op, const Tensor& x, const Tensor& places, const PoolShape& shape,
               Where where) {
  return record({.op = op,
                 .where = where,
                 .output = kernels::max_pool_scatter(x, places, shape),
                 .inputs = {x},
                 .saved = {places},
                 .backward = [shape](const Backward& b) -> Gradients {
                   return {gather(b.grad, b.saved(0), shape)};
                 }});
}

Tensor largest(const char* op, const Tensor& x, const PoolShape& shape, Where where) {
  const bool winners = grad_enabled() && x.requires_grad();
  return recorded(op, x, kernels::max_pool(x, shape, winners), shape, where);
}

ValuesAndIndices largest_with_indices(const char* op, const Tensor& x, const PoolShape& shape,
                                      Where where) {
  const kernels::Pooled pooled = kernels::max_pool(x, shape, true);
  const Tensor indices = kernels::max_pool_places(pooled.winners, shape);
  return {recorded(op, x, pooled, shape, where), indices};
}

Tensor average(const char* op, const Tensor& x, const PoolShape& shape, Where where) {
  return record(
      {.op = op,
       .where = where,
       .output = kernels::avg_pool(x, shape),
       .inputs = {x},
       .backward = [shape](const Backward& b) -> Gradients { return {spread(b.grad, shape)}; }});
}

}  // namespace pooling

namespace {

using namespace pooling;

template <std::size_t N>
Tensor max_pool(const char* op, const Tensor& input, Size<N> kernel,
                const MaxPoolOptions<N>& options, Where where) {
  const PoolShape shape = shape_of(op, input, kernel, options, where);
  return with_batch<N>(input, where, [&](const Tensor& x) { return largest(op, x, shape, where); });
}

template <std::size_t N>
ValuesAndIndices max_pool_with_indices(const char* op, const Tensor& input, Size<N> kernel,
                                       const MaxPoolOptions<N>& options, Where where) {
  const PoolShape shape = shape_of(op, input, kernel, options, where);
  return batched_with_indices<N>(op, input, shape, where);
}

template <std::size_t N>
Tensor avg_pool(const char* op, const Tensor& input, Size<N> kernel,
                const AvgPoolOptions<N>& options, Where where) {
  PoolShape shape = shape_of<N>(
      op, input, kernel,
      {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode},
      where);
  if (options.divisor_override == 0) {
    fail<ValueError>(op, where, "divisor_override is 0", {{"input", input}});
  }
  shape.count_include_pad = options.count_include_pad;
  shape.divisor_override = options.divisor_override.value_or(0);
  return with_batch<N>(input, where, [&](const Tensor& x) { return average(op, x, shape, where); });
}

}  // namespace

Tensor max_pool1d(const Tensor& x, Size<1> kernel_size, const MaxPool1dOptions& options,
                  Where where) {
  return max_pool("max_pool1d", x, kernel_size, options, where);
}
Tensor max_pool2d(const Tensor& x, Size<2> kernel_size, const MaxPool2dOptions& options,
                  Where where) {
  return max_pool("max_pool2d", x, kernel_size, options, where);
}
Tensor max_pool3d(const Tensor& x, Size<3> kernel_size, const MaxPool3dOptions& options,
                  Where where) {
  return max_pool("max_pool3d", x, kernel_size, options, where);
}

ValuesAndIndices max_pool1d_with_indices(const Tensor& x, Size<1> kernel_size,
                                         const MaxPool1dOptions& options, Where where) {
  return max_pool_with_indices("max_pool1d_with_indices", x, kernel_size, options, where);
}
ValuesAndIndices max_pool2d_with_indices(const Tensor& x, Size<2> kernel_size,
                                         const MaxPool2dOptions& options, Where where) {
  return max_pool_with_indices("max_pool2d_with_indices", x, kernel_size, options, where);
}
ValuesAndIndices max_pool3d_with_indices(const Tensor& x, Size<3> kernel_size,
                                         const MaxPool3dOptions& options, Where where) {
  return max_pool_with_indices("max_pool3d_with_indices", x, kernel_size, options, where);
}

Tensor avg_pool1d(const Tensor& x, Size<1> kernel_size, const AvgPool1dOptions& options,
                  Where where) {
  return avg_pool("avg_pool1d", x, kernel_size, options, where);
}
Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size, const AvgPool2dOptions& options,
                  Where where) {
  return avg_pool("avg_pool2d", x, kernel_size, options, where);
}
Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size, const AvgPool3dOptions& options,
                  Where where) {
  return avg_pool("avg_pool3d", x, kernel_size, options, where);
}

}  // namespace retrograd
