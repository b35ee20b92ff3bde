#include <numeric>

#include <retrograd/ops/detail/pool.h>

namespace retrograd {

namespace {

using namespace pooling;

// The longest of the windows from floor(o in / out) to ceil((o + 1) in / out).
std::int64_t largest_window(std::int64_t in, std::int64_t out) {
  if (out == 0) {
    return 1;
  }
  // o * in modulo `out` takes the multiples of gcd(in, out), and a window is longest where it is
  // largest.
  const std::int64_t rest = in % out;
  const std::int64_t largest = out - std::gcd(in, out);
  return in / out + (largest + rest + out - 1) / out;
}

template <std::size_t N>
PoolGeometry shape_for(const Frame& call, const Tensor& x, Size<N> output_size) {
  check_input<N>(call, x);
  PoolGeometry s = input_shape<N>(x);
  s.adaptive = true;
  for (std::size_t i = 0; i < N; ++i) {
    const std::size_t d = 3 - N + i;
    const std::int64_t in = s.input[d];
    const std::int64_t out = output_size[i];
    check::require<ValueError>(call, out >= 0 && out <= kLargestSize, {{"input", x}},
                               "output size {} in spatial dimension {}; at least 0 is needed, and "
                               "below 2^31 [value-out-of-range]",
                               out, i);
    check::require<ShapeError>(call, in != 0, {{"input", x}},
                               "the input has no positions in spatial dimension {} [tensor-empty]",
                               i);
    s.output[d] = out;
    s.kernel[d] = largest_window(in, out);
  }
  return s;
}

template <std::size_t N>
Tensor adaptive(const Call& call, const Tensor& input, Size<N> output_size,
                Tensor (*pool)(const Call&, const Tensor&, const PoolGeometry&)) {
  const PoolGeometry geometry = shape_for(call, input, output_size);
  return call.result(
      with_batch<N>(input, [&](const Tensor& x) { return pool(call, x, geometry); }));
}

// The largest and where they are.
template <std::size_t N>
ValuesAndIndices indexed(const Call& call, const Tensor& input, Size<N> output_size) {
  return call.result(batched_with_indices<N>(call, input, shape_for(call, input, output_size)));
}

}  // namespace

Tensor adaptive_max_pool1d(const Tensor& x, Size<1> output_size, Where where) {
  return adaptive(Call("adaptive_max_pool1d", where, x, output_size), x, output_size, max_pool);
}
Tensor adaptive_max_pool2d(const Tensor& x, Size<2> output_size, Where where) {
  return adaptive(Call("adaptive_max_pool2d", where, x, output_size), x, output_size, max_pool);
}
Tensor adaptive_max_pool3d(const Tensor& x, Size<3> output_size, Where where) {
  return adaptive(Call("adaptive_max_pool3d", where, x, output_size), x, output_size, max_pool);
}

ValuesAndIndices adaptive_max_pool1d_with_indices(const Tensor& x, Size<1> output_size,
                                                  Where where) {
  return indexed(Call("adaptive_max_pool1d_with_indices", where, x, output_size), x, output_size);
}
ValuesAndIndices adaptive_max_pool2d_with_indices(const Tensor& x, Size<2> output_size,
                                                  Where where) {
  return indexed(Call("adaptive_max_pool2d_with_indices", where, x, output_size), x, output_size);
}
ValuesAndIndices adaptive_max_pool3d_with_indices(const Tensor& x, Size<3> output_size,
                                                  Where where) {
  return indexed(Call("adaptive_max_pool3d_with_indices", where, x, output_size), x, output_size);
}

Tensor adaptive_avg_pool1d(const Tensor& x, Size<1> output_size, Where where) {
  return adaptive(Call("adaptive_avg_pool1d", where, x, output_size), x, output_size, average);
}
Tensor adaptive_avg_pool2d(const Tensor& x, Size<2> output_size, Where where) {
  return adaptive(Call("adaptive_avg_pool2d", where, x, output_size), x, output_size, average);
}
Tensor adaptive_avg_pool3d(const Tensor& x, Size<3> output_size, Where where) {
  return adaptive(Call("adaptive_avg_pool3d", where, x, output_size), x, output_size, average);
}

}  // namespace retrograd
