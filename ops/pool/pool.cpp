#include <retrograd/ops/pool.h>

#include <retrograd/ops/detail/pool.h>

namespace retrograd {

namespace pooling {

namespace {

Tensor put_back(const Tensor& grad, const Tensor& winners, const PoolShape& shape) {
  const Call call("max_pool_scatter", {});
  return scatter(call, grad, winners, shape);
}

// Reading at the winners' places; putting values there is its adjoint.
Tensor gather(const Tensor& x, const Tensor& winners, const PoolShape& shape) {
  const Call call("max_pool_gather", {});
  return call.record({.output = kernels::max_pool_gather(x, winners, shape),
                      .inputs = {x},
                      .saved = {winners},
                      .backward = [shape](const Backward& b) -> Gradients {
                        return {put_back(b.grad, b.saved(0), shape)};
                      }});
}

Tensor spread(const Tensor& grad, const PoolShape& shape) {
  const Call call("avg_pool_input_grad", {});
  return call.record({.output = kernels::avg_pool_input_grad(grad, shape),
                      .inputs = {grad},
                      .backward = [shape](const Backward& b) -> Gradients {
                        const Call averages("avg_pool", {});
                        return {average(averages, b.grad, shape)};
                      }});
}

Tensor recorded(const Call& call, const Tensor& x, const kernels::Pooled& pooled,
                const PoolShape& shape) {
  return call.record({.output = pooled.values,
                      .inputs = {x},
                      .saved = {pooled.winners},
                      .backward = [shape](const Backward& b) -> Gradients {
                        return {put_back(b.grad, b.saved(0), shape)};
                      }});
}

}  // namespace

Tensor scatter(const Call& call, const Tensor& x, const Tensor& places, const PoolShape& shape) {
  return call.record({.output = kernels::max_pool_scatter(x, places, shape),
                      .inputs = {x},
                      .saved = {places},
                      .backward = [shape](const Backward& b) -> Gradients {
                        return {gather(b.grad, b.saved(0), shape)};
                      }});
}

Tensor largest(const Call& call, const Tensor& x, const PoolShape& shape) {
  const bool winners = grad_enabled() && x.requires_grad();
  return recorded(call, x, kernels::max_pool(x, shape, winners), shape);
}

ValuesAndIndices largest_with_indices(const Call& call, const Tensor& x, const PoolShape& shape) {
  const kernels::Pooled pooled = kernels::max_pool(x, shape, true);
  const Tensor indices = kernels::max_pool_places(pooled.winners, shape);
  return {recorded(call, x, pooled, shape), indices};
}

Tensor average(const Call& call, const Tensor& x, const PoolShape& shape) {
  return call.record(
      {.output = kernels::avg_pool(x, shape),
       .inputs = {x},
       .backward = [shape](const Backward& b) -> Gradients { return {spread(b.grad, shape)}; }});
}

}  // namespace pooling

namespace {

using namespace pooling;

template <std::size_t N>
Tensor max_pool(const Call& call, const Tensor& input, Size<N> kernel,
                const MaxPoolOptions<N>& options) {
  const PoolShape shape = shape_of(call, input, kernel, options);
  return call.result(
      with_batch<N>(input, [&](const Tensor& x) { return largest(call, x, shape); }));
}

template <std::size_t N>
ValuesAndIndices max_pool_with_indices(const Call& call, const Tensor& input, Size<N> kernel,
                                       const MaxPoolOptions<N>& options) {
  return call.result(batched_with_indices<N>(call, input, shape_of(call, input, kernel, options)));
}

template <std::size_t N>
Tensor avg_pool(const Call& call, const Tensor& input, Size<N> kernel,
                const AvgPoolOptions<N>& options) {
  PoolShape shape = shape_of<N>(
      call, input, kernel,
      {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode});
  if (options.divisor_override == 0) {
    fail<ValueError>(call, "divisor_override is 0", {{"input", input}});
  }
  shape.count_include_pad = options.count_include_pad;
  shape.divisor_override = options.divisor_override.value_or(0);
  return call.result(
      with_batch<N>(input, [&](const Tensor& x) { return average(call, x, shape); }));
}

}  // namespace

Tensor max_pool1d(const Tensor& x, Size<1> kernel_size, const MaxPool1dOptions& options,
                  Where where) {
  const Call call("max_pool1d", where, x, kernel_size, options);
  return max_pool(call, x, kernel_size, options);
}
Tensor max_pool2d(const Tensor& x, Size<2> kernel_size, const MaxPool2dOptions& options,
                  Where where) {
  const Call call("max_pool2d", where, x, kernel_size, options);
  return max_pool(call, x, kernel_size, options);
}
Tensor max_pool3d(const Tensor& x, Size<3> kernel_size, const MaxPool3dOptions& options,
                  Where where) {
  const Call call("max_pool3d", where, x, kernel_size, options);
  return max_pool(call, x, kernel_size, options);
}

ValuesAndIndices max_pool1d_with_indices(const Tensor& x, Size<1> kernel_size,
                                         const MaxPool1dOptions& options, Where where) {
  const Call call("max_pool1d_with_indices", where, x, kernel_size, options);
  return max_pool_with_indices(call, x, kernel_size, options);
}
ValuesAndIndices max_pool2d_with_indices(const Tensor& x, Size<2> kernel_size,
                                         const MaxPool2dOptions& options, Where where) {
  const Call call("max_pool2d_with_indices", where, x, kernel_size, options);
  return max_pool_with_indices(call, x, kernel_size, options);
}
ValuesAndIndices max_pool3d_with_indices(const Tensor& x, Size<3> kernel_size,
                                         const MaxPool3dOptions& options, Where where) {
  const Call call("max_pool3d_with_indices", where, x, kernel_size, options);
  return max_pool_with_indices(call, x, kernel_size, options);
}

Tensor avg_pool1d(const Tensor& x, Size<1> kernel_size, const AvgPool1dOptions& options,
                  Where where) {
  const Call call("avg_pool1d", where, x, kernel_size, options);
  return avg_pool(call, x, kernel_size, options);
}
Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size, const AvgPool2dOptions& options,
                  Where where) {
  const Call call("avg_pool2d", where, x, kernel_size, options);
  return avg_pool(call, x, kernel_size, options);
}
Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size, const AvgPool3dOptions& options,
                  Where where) {
  const Call call("avg_pool3d", where, x, kernel_size, options);
  return avg_pool(call, x, kernel_size, options);
}

}  // namespace retrograd
