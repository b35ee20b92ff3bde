// Convolutions with unshared filters: patches of the input, and one product of matrices for each
// output position.
#include <span>

#include <retrograd/ops/detail/conv.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/matmul.h>
#include <retrograd/ops/unfold.h>

namespace retrograd {

namespace {

using namespace convolving;

// Throws ShapeError unless the weight has filters for the output of the input's and kernel's sizes.
template <std::size_t N>
void check_output(const Frame& call, const Tensor& x, const Tensor& weight,
                  const LocallyConnectedOptions<N>& options) {
  for (std::size_t d = 0; d < N; ++d) {
    const std::int64_t padded = x.shape()[x.shape().size() - N + d] + 2 * options.padding[d];
    const std::int64_t kernel = weight.shape()[N + 2 + d];
    const std::int64_t span = options.dilation[d] * (kernel - 1) + 1;
    check::require<ShapeError>(
        call, kernel >= 1 && span <= padded, {{"input", x}, {"weight", weight}},
        "the kernel spans {} but the padded input only {} in spatial dimension {} [output-empty]",
        span, padded, d);
    const std::int64_t output = (padded - span) / options.stride[d] + 1;
    check::require<ShapeError>(call, output == weight.shape()[d],
                               {{"input", x}, {"weight", weight}},
                               "the output has {} positions in spatial dimension {} but weight has "
                               "filters for {} [size-unexpected]",
                               output, d, weight.shape()[d]);
  }
}

template <std::size_t N>
void check_tensors(const Frame& call, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const std::int64_t channels = check_ranks<N>(call, x, weight, 2 * N + 2);
  check::require<ShapeError>(
      call, channels == weight.shape()[N + 1], {{"input", x}, {"weight", weight}},
      "input has {} channels but weight expects {} (weight.size({})) [channels-differ]", channels,
      weight.shape()[N + 1], N + 1);
  if (bias.defined()) {
    check::same_dtype(call, "input", x, "bias", bias);
    Shape expected{weight.shape()[N]};
    for (std::size_t d = 0; d < N; ++d) {
      expected.push_back(weight.shape()[d]);
    }
    check::require<ShapeError>(call, bias.shape() == expected, {{"weight", weight}, {"bias", bias}},
                               "bias must have the shape {} [shape-unexpected]", expected);
  }
}

// The windows of x (N, C, spatial...) as columns (N, C taps, outputs).
template <std::size_t N>
Tensor patches(const Tensor& x, const Shape& kernel, const LocallyConnectedOptions<N>& options) {
  // One spatial dimension comes after another of length 1.
  const auto plane = [](const auto& sizes, std::int64_t first) {
    return Size<2>(N == 1 ? first : sizes[0], sizes[N - 1]);
  };
  return unfold(N == 1 ? unsqueeze(x, 2) : x, plane(kernel, 1),
                {.dilation = plane(options.dilation, 1),
                 .padding = plane(options.padding, 0),
                 .stride = plane(options.stride, 1)});
}

template <std::size_t N>
Tensor locally_connected(const Call& call, const Tensor& input, const Tensor& filters,
                         const Tensor& offsets, const LocallyConnectedOptions<N>& options) {
  const auto [x, weight, bias] =
      call.inputs({{"input", input, floating}, {"weight", filters}, {"bias", offsets, optional}});
  check_options<N>(call, x, weight, options);
  check_tensors<N>(call, x, weight, bias);
  check_output(call, x, weight, options);
  // The sum is rounded once.
  const Tensor wide_bias = widened(bias);
  const Tensor wide_weight = widened(weight);
  const Tensor wide_x = widened(x);
  const bool batched = x.dim() == static_cast<std::int64_t>(N + 2);
  const Tensor images = batched ? wide_x : unsqueeze(wide_x, 0);
  const Shape& sizes = weight.shape();  // (output..., O, C, kernel...)
  const Shape kernel(std::span(sizes.begin() + N + 2, N));
  const std::int64_t outputs = sizes[N];
  std::int64_t positions = 1;
  std::int64_t inputs = sizes[N + 1];
  Shape shape{images.shape()[0], outputs};
  for (std::size_t d = 0; d < N; ++d) {
    positions *= sizes[d];
    inputs *= kernel[d];
    shape.push_back(sizes[d]);
  }
  // (positions, N, inputs) . (positions, inputs, O)
  const Tensor seen = permute(patches(images, kernel, options), {2, 0, 1});
  const Tensor by_position = reshape(wide_weight, {positions, outputs, inputs});
  const Tensor product = matmul(seen, transpose(by_position, 1, 2));
  const Tensor sums = reshape(permute(product, {1, 2, 0}), shape);
  const Tensor y = bias.defined() ? sums + wide_bias : sums;
  return call.result((batched ? y : squeeze(y, 0)).to(x.dtype()));
}

}  // namespace

Tensor locally_connected1d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const LocallyConnectedOptions<1>& options, Where where) {
  const Call call("locally_connected1d", where, Cast::downcast, x, weight, bias, options);
  return locally_connected(call, x, weight, bias, options);
}

Tensor locally_connected2d(const Tensor& x, const Tensor& weight, const Tensor& bias,
                           const LocallyConnectedOptions<2>& options, Where where) {
  const Call call("locally_connected2d", where, Cast::downcast, x, weight, bias, options);
  return locally_connected(call, x, weight, bias, options);
}

}  // namespace retrograd
