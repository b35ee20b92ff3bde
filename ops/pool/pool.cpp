#include <retrograd/ops/pool.h>

#include <retrograd/ops/detail/pool.h>
#include <retrograd/ops/detail/unary.h>

namespace retrograd {

namespace pooling {

namespace {

Tensor spread(const Tensor& grad, const PoolGeometry& geometry) {
  const Call call("avg_pool_input_grad", {});
  return with_rule(
      call, grad, kernels::avg_pool_input_grad(grad, geometry),
      [geometry](const Tensor& g) { return average(Call("avg_pool", {}), g, geometry); });
}

Tensor record_max_pool(const Call& call, const Tensor& x, const kernels::Pooled& pooled,
                       const PoolGeometry& geometry) {
  return with_rule(call, x, pooled.values, pooled.winners,
                   [geometry](const Tensor& g, const Tensor& winners) {
                     return scatter(Call("max_pool_scatter", {}), g, winners, geometry);
                   });
}

// Reading at the winners' positions; putting values there is its adjoint.
Tensor gather(const Tensor& x, const Tensor& winners, const PoolGeometry& geometry) {
  const Call call("max_pool_gather", {});
  return record_max_pool(call, x, {kernels::max_pool_gather(x, winners, geometry), winners},
                         geometry);
}

}  // namespace

Tensor scatter(const Call& call, const Tensor& x, const Tensor& positions,
               const PoolGeometry& geometry) {
  return with_rule(
      call, x, kernels::max_pool_scatter(x, positions, geometry), positions,
      [geometry](const Tensor& g, const Tensor& winners) { return gather(g, winners, geometry); });
}

Tensor max_pool(const Call& call, const Tensor& x, const PoolGeometry& geometry) {
  const bool winners = grad_enabled() && x.requires_grad();
  return record_max_pool(call, x, kernels::max_pool(x, geometry, winners), geometry);
}

ValuesAndIndices max_pool_with_indices(const Call& call, const Tensor& x,
                                       const PoolGeometry& geometry) {
  const kernels::Pooled pooled = kernels::max_pool(x, geometry, true);
  const Tensor indices = kernels::max_pool_positions(pooled.winners, geometry);
  return {record_max_pool(call, x, pooled, geometry), indices};
}

Tensor average(const Call& call, const Tensor& x, const PoolGeometry& geometry) {
  return with_rule(call, x, kernels::avg_pool(x, geometry),
                   [geometry](const Tensor& g) { return spread(g, geometry); });
}

}  // namespace pooling

namespace {

using namespace pooling;

template <std::size_t N>
Tensor max_pool(const Call& call, const Tensor& input, Size<N> kernel,
                const MaxPoolOptions<N>& options) {
  const PoolGeometry geometry = shape_of(call, input, kernel, options);
  return call.result(
      with_batch<N>(input, [&](const Tensor& x) { return pooling::max_pool(call, x, geometry); }));
}

template <std::size_t N>
ValuesAndIndices max_pool_with_indices(const Call& call, const Tensor& input, Size<N> kernel,
                                       const MaxPoolOptions<N>& options) {
  return call.result(batched_with_indices<N>(call, input, shape_of(call, input, kernel, options)));
}

template <std::size_t N>
Tensor avg_pool(const Call& call, const Tensor& input, Size<N> kernel,
                const AvgPoolOptions<N>& options) {
  PoolGeometry geometry = shape_of<N>(
      call, input, kernel,
      {.stride = options.stride, .padding = options.padding, .ceil_mode = options.ceil_mode});
  check::require<ValueError>(call, options.divisor_override != 0, {{"input", input}},
                             "divisor_override is 0 [value-out-of-range]");
  geometry.count_include_pad = options.count_include_pad;
  geometry.divisor_override = options.divisor_override.value_or(0);
  return call.result(
      with_batch<N>(input, [&](const Tensor& x) { return average(call, x, geometry); }));
}

}  // namespace

Tensor max_pool1d(const Tensor& x, Size<1> kernel_size, const MaxPool1dOptions& options,
                  Where where) {
  return max_pool(Call("max_pool1d", where, x, kernel_size, options), x, kernel_size, options);
}
Tensor max_pool2d(const Tensor& x, Size<2> kernel_size, const MaxPool2dOptions& options,
                  Where where) {
  return max_pool(Call("max_pool2d", where, x, kernel_size, options), x, kernel_size, options);
}
Tensor max_pool3d(const Tensor& x, Size<3> kernel_size, const MaxPool3dOptions& options,
                  Where where) {
  return max_pool(Call("max_pool3d", where, x, kernel_size, options), x, kernel_size, options);
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
  return avg_pool(Call("avg_pool1d", where, x, kernel_size, options), x, kernel_size, options);
}
Tensor avg_pool2d(const Tensor& x, Size<2> kernel_size, const AvgPool2dOptions& options,
                  Where where) {
  return avg_pool(Call("avg_pool2d", where, x, kernel_size, options), x, kernel_size, options);
}
Tensor avg_pool3d(const Tensor& x, Size<3> kernel_size, const AvgPool3dOptions& options,
                  Where where) {
  return avg_pool(Call("avg_pool3d", where, x, kernel_size, options), x, kernel_size, options);
}

}  // namespace retrograd
