// Convolutions with unshared filters: patches of the input, and one product of matrices for each
// output position.
#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/internal/autocast.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/shape.h>
#include <retrograd/ops/unfold.h>

namespace retrograd {

namespace {

using namespace convolving;

// Output sizes, from the sizes of input and kernel. Throws ShapeError where the weight has others.
template <std::size_t N>
Shape checked_output(const char* op, const Tensor& x, const Tensor& weight,
                     const LocallyConnectedOptions<N>& options, Where where) {
  Shape output;
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t padded = x.shape()[x.shape().size() - N + d] + 2 * options.padding[d];
    const std::int64_t kernel = weight.shape()[N + 2 + d];
    const std::int64_t span = options.dilation[d] * (kernel - 1) + 1;
    if (kernel < 1 || span > padded) {
      fail<ShapeError>(op, where,
                       "the kernel spans " + std::to_string(span) + " but the padded input only " +
                           std::to_string(padded) + " in spatial dimension " + std::to_string(d),
                       {{"input", x}, {"weight", weight}});
    }
    output.push_back((padded - span) / options.stride[d] + 1);
    if (output[d] != weight.shape()[d]) {
      fail<ShapeError>(op, where,
                       "the output has " + std::to_string(output[d]) +
                           " places in spatial dimension " + std::to_string(d) +
                           " but weight has filters for " + std::to_string(weight.shape()[d]),
                       {{"input", x}, {"weight", weight}});
    }
  }
  return output;
}

template <std::size_t N>
void check_tensors(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                   Where where) {
  check_ranks<N>(op, x, weight, static_cast<std::int64_t>(2 * N + 2), where);
  const std::int64_t channels = x.size(-1 - static_cast<std::int64_t>(N));
  if (channels != weight.shape()[N + 1]) {
    fail<ShapeError>(op, where,
                     "input has " + std::to_string(channels) + " channels but weight expects " +
                         std::to_string(weight.shape()[N + 1]) + " (weight.size(" +
                         std::to_string(N + 1) + "))",
                     {{"input", x}, {"weight", weight}});
  }
  if (bias.defined()) {
    check::same_dtype(op, "input", x, "bias", bias, where);
    Shape expected{weight.shape()[N]};
    for (std::size_t d = 0; d < N; ++d) {
      expected.push_back(weight.shape()[d]);
    }
    if (bias.shape() != expected) {
      fail<ShapeError>(op, where, "bias must have the shape " + to_string(expected),
                       {{"weight", weight}, {"bias", bias}});
    }
  }
}

// The windows of x (N, C, spatial...) as columns (N, C taps, outputs).
template <std::size_t N>
Tensor patches(const Tensor& x, const Shape& kernel, const LocallyConnectedOptions<N>& options,
               Where where) {
  if constexpr (N == 1) {
    return unfold(unsqueeze(x, 2, where), {1, kernel[0]},
                  {.dilation = {1, options.dilation[0]},
                   .padding = {0, options.padding[0]},
                   .stride = {1, options.stride[0]}},
                  where);
  } else {
    return unfold(
        x, {kernel[0], kernel[1]},
        {.dilation = options.dilation, .padding = options.padding, .stride = options.stride},
        where);
  }
}

template <std::size_t N>
Tensor locally_connected(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias,
                         const LocallyConnectedOptions<N>& options, Where where) {
  if (autocast::applies(x, weight, bias)) {
    const detail::AutocastOff off;  // what is widened below stays so
    return locally_connected(op, autocast::lowered(x, where), autocast::lowered(weight, where),
                             autocast::lowered(bias, where), options, where);
  }
  check::floating(op, x, where);
  check::defined(op, "weight", weight, where);
  check_options<N>(op, x, weight, options, where);
  check_tensors<N>(op, x, weight, bias, where);
  const Shape output = checked_output(op, x, weight, options, where);
  if (x.dtype() == bfloat16) {  // the sum is rounded once
    const Tensor wide_bias = bias.defined() ? bias.to(float32, where) : bias;
    const Tensor y = locally_connected(op, x.to(float32, where), weight.to(float32, where),
                                       wide_bias, options, where);
    return y.to(bfloat16, where);
  }
  const bool batched = x.dim() == static_cast<std::int64_t>(N + 2);
  const Tensor input = batched ? x : unsqueeze(x, 0, where);
  Shape kernel;
  std::int64_t places = 1;
  std::int64_t inputs = input.shape()[1];
  for (std::size_t d = 0; d < N; ++d) {
    kernel.push_back(weight.shape()[N + 2 + d]);
    places *= output[d];
    inputs *= kernel[d];
  }
  const std::int64_t batch = input.shape()[0];
  const std::int64_t filters = weight.shape()[N];
  // (places, N, inputs) . (places, inputs, O)
  const Tensor seen = permute(patches(input, kernel, options, where), {2, 0, 1}, where);
  const Tensor by_place = reshape(weight, {places, filters, inputs}, where);
  const Tensor product = matmul(seen, transpose(by_place, 1, 2, where), where);
  Shape shape{batch, filters};
  for (const std::int64_t size : output) {
    shape.push_back(size);
  }
  Tensor y = reshape(permute(product, {1, 2, 0}, where), shape, where);
  if (bias.defined()) {
    y = add(y, bias, where);
  }
  return batched ? y : squeeze(y, 0, where);
}

}  // namespace

Tensor locally_connected1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const LocallyConnectedOptions<1>& options, Where where) {
  return locally_connected("locally_connected1d", x, weight, bias, options, where);
}

Tensor locally_connected2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const LocallyConnectedOptions<2>& options, Where where) {
  return locally_connected("locally_connected2d", x, weight, bias, options, where);
}

}  // namespace retrograd
