// Unpooling, and the pool of p-norms.
#include <cmath>

#include <retrograd/ops/detail/pool.h>
#include <retrograd/ops/internal/operator.h>

namespace retrograd {

namespace {

using namespace pooling;

template <std::size_t N>
using AvgPool = Tensor (*)(const Tensor& x, Size<N> kernel, const AvgPoolOptions<N>&, Where);

template <std::size_t N>
Tensor lp_pool(const Call& call, AvgPool<N> avg_pool, const Tensor& x, double norm_type,
               Size<N> kernel, const LPPoolOptions<N>& options) {
  // for its checks
  shape_of<N>(call, x, kernel, {.stride = options.stride, .ceil_mode = options.ceil_mode});
  check::require<ValueError>(
      call, norm_type > 0 && std::isfinite(norm_type), {{"input", x}},
      "norm_type is {}; a finite number above 0 is needed [value-out-of-range]", norm_type);
  double size = 1;
  for (const std::int64_t length : kernel) {
    size *= static_cast<double>(length);
  }
  const Tensor powers = pow(x, norm_type);
  const Tensor sums =
      avg_pool(powers, kernel, {.stride = options.stride, .ceil_mode = options.ceil_mode}, {}) *
      size;
  // The root's slope at 0 is infinite.
  const Tensor is_zero = sums.detach() == 0.0;
  return call.result(where(is_zero, 0.0, pow(where(is_zero, 1.0, sums), 1 / norm_type)));
}

template <std::size_t N>
PoolGeometry shape_to_fill(const Frame& call, const Tensor& x, const Tensor& indices,
                           Size<N> kernel, const MaxUnpoolOptions<N>& options) {
  check_input<N>(call, x);
  check::dtype(call, "indices", indices, int64);
  check::same_shape(call, "input", x, "indices", indices);
  PoolGeometry s = input_shape<N>(x);
  s.output = s.input;
  const Size<N> stride = options.stride.value_or(kernel);
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t d = 3 - N + i;
    const std::int64_t padding = options.padding[i];
    const auto [least, most] = std::minmax({kernel[i], stride[i]});
    check::require<ValueError>(
        call, least >= 1 && padding >= 0 && std::max({most, padding, s.output[d]}) <= kLargestSize,
        {{"input", x}, {"indices", indices}},
        "kernel {}, stride {}, padding {} in spatial dimension {}; kernel and stride must be at "
        "least 1, padding at least 0, and all below 2^31 [value-out-of-range]",
        kernel[i], stride[i], padding, i);
    const std::int64_t usual = (s.output[d] - 1) * stride[i] - 2 * padding + kernel[i];
    const std::int64_t first = std::max<std::int64_t>(usual - stride[i] + 1, 1);
    const std::int64_t last = usual + stride[i] - 1;
    s.input[d] = options.output_size.value_or(usual)[i];
    check::require<ShapeError>(call, s.input[d] >= first && s.input[d] <= last,
                               {{"input", x}, {"indices", indices}},
                               "output size {} in spatial dimension {}; a pool of such windows "
                               "comes from {} to {} [size-unexpected]",
                               s.input[d], i, first, last);
  }
  return s;
}

template <std::size_t N>
Tensor max_unpool(const Call& call, const Tensor& input, const Tensor& indices, Size<N> kernel,
                  const MaxUnpoolOptions<N>& options) {
  const PoolGeometry geometry = shape_to_fill(call, input, indices, kernel, options);
  const std::int64_t positions =
      check::numel(call, {geometry.input[0], geometry.input[1], geometry.input[2]}, input.dtype());
  if (indices.numel() > 0) {
    const auto [least, most] = kernels::index_range(indices);
    check::require<IndexError>(
        call, least >= 0 && most < positions, {{"input", input}, {"indices", indices}},
        "index {} is out of range for an output of {} positions [index-out-of-range]",
        least < 0 ? least : most, positions);
  }
  return call.result(with_batch<N>(input, [&](const Tensor& x) {
    const Tensor at = x.dim() == input.dim() ? indices : unsqueeze(indices, 0);
    const Tensor stands = kernels::last_of_equals(at, positions);
    return scatter(call, where(stands, x, 0.0), at, geometry);
  }));
}

}  // namespace

Tensor lp_pool1d(const Tensor& x, double norm_type, Size<1> kernel_size,
                 const LPPoolOptions<1>& options, Where where) {
  const Call call("lp_pool1d", where, x, norm_type, kernel_size, options);
  return lp_pool<1>(call, avg_pool1d, x, norm_type, kernel_size, options);
}
Tensor lp_pool2d(const Tensor& x, double norm_type, Size<2> kernel_size,
                 const LPPoolOptions<2>& options, Where where) {
  const Call call("lp_pool2d", where, x, norm_type, kernel_size, options);
  return lp_pool<2>(call, avg_pool2d, x, norm_type, kernel_size, options);
}

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, Size<1> kernel_size,
                    const MaxUnpoolOptions<1>& options, Where where) {
  const Call call("max_unpool1d", where, x, indices, kernel_size, options);
  return max_unpool(call, x, indices, kernel_size, options);
}
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, Size<2> kernel_size,
                    const MaxUnpoolOptions<2>& options, Where where) {
  const Call call("max_unpool2d", where, x, indices, kernel_size, options);
  return max_unpool(call, x, indices, kernel_size, options);
}
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, Size<3> kernel_size,
                    const MaxUnpoolOptions<3>& options, Where where) {
  const Call call("max_unpool3d", where, x, indices, kernel_size, options);
  return max_unpool(call, x, indices, kernel_size, options);
}

}  // namespace retrograd
