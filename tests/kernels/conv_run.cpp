#include "conv_rows.h"

#include <random>

namespace kernel_tests {

namespace rg = retrograd;

std::int64_t output_size(const ConvRow& row, std::size_t d) {
  const std::int64_t span = row.dilation[d] * (row.kernel[d] - 1) + 1;
  return row.same ? row.input[d] : (row.input[d] + 2 * row.padding[d] - span) / row.stride[d] + 1;
}

std::int64_t output_depth(const Depth& d) {
  return (d.input + 2 * d.padding - d.dilation * (d.kernel - 1) - 1) / d.stride + 1;
}

namespace {

// (first, second, the spatial sizes)
rg::Shape shape_of(const ConvRow& row, std::int64_t first, std::int64_t second, std::int64_t depth,
                   Pair spatial) {
  if (row.depth) {
    return {first, second, depth, spatial[0], spatial[1]};
  }
  return row.one_dimensional ? rg::Shape{first, second, spatial[1]}
                             : rg::Shape{first, second, spatial[0], spatial[1]};
}

}  // namespace

Tensor integers(const rg::Shape& shape, rg::DType dtype, unsigned seed) {
  constexpr std::array<float, 9> choices{-2, -2, -1, -1, 0, 1, 1, 2, 2};
  std::mt19937 random(seed);
  Tensor result = rg::empty(shape, {.dtype = rg::float32});
  float* const values = result.data<float>();
  for (std::int64_t i = 0; i < result.numel(); ++i) {
    values[i] = choices[random() % choices.size()];
  }
  return result.to(dtype);
}

ConvInputs conv_inputs(const ConvRow& row, rg::DType dtype) {
  const Pair output{output_size(row, 0), output_size(row, 1)};
  const Depth depth = row.depth.value_or(Depth{});
  const std::int64_t out_depth = row.same ? depth.input : output_depth(depth);
  return {.x = integers(shape_of(row, row.batch, row.in, depth.input, row.input), dtype, 1),
          .weight = integers(shape_of(row, row.out, row.in / row.groups, depth.kernel, row.kernel),
                             dtype, 2),
          .bias = integers({row.out}, dtype, 3),
          .seed = integers(shape_of(row, row.batch, row.out, out_depth, output), dtype, 4)};
}

namespace {

Tensor conv(const ConvRow& row, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto [sh, sw] = row.stride;
  const auto [ph, pw] = row.padding;
  const auto [dh, dw] = row.dilation;
  using rg::Padding;
  if (row.depth) {
    const Depth& d = *row.depth;
    return rg::conv3d(x, weight, bias,
                      {.stride = {d.stride, sh, sw},
                       .padding = row.same ? Padding<3>(rg::same) : Padding<3>(d.padding, ph, pw),
                       .dilation = {d.dilation, dh, dw},
                       .groups = row.groups});
  }
  if (row.one_dimensional) {
    return rg::conv1d(x, weight, bias,
                      {.stride = sw,
                       .padding = row.same ? Padding<1>(rg::same) : Padding<1>(pw),
                       .dilation = dw,
                       .groups = row.groups});
  }
  return rg::conv2d(x, weight, bias,
                    {.stride = {sh, sw},
                     .padding = row.same ? Padding<2>(rg::same) : Padding<2>(ph, pw),
                     .dilation = {dh, dw},
                     .groups = row.groups});
}

}  // namespace

ConvResults run(const ConvRow& row, const ConvInputs& inputs) {
  const auto leaf = [](const Tensor& values) { return values.detach().set_requires_grad(); };
  const Tensor x = leaf(inputs.x);
  const Tensor weight = leaf(inputs.weight);
  const Tensor bias = leaf(inputs.bias);
  const Tensor y = conv(row, x, weight, bias);
  const auto gradients = rg::grad({y}, {x, weight, bias}, {.grad_outputs = {inputs.seed}});
  return {y.detach(), gradients[0], gradients[1], gradients[2]};
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         a.to_vector<double>() == b.to_vector<double>();
}

bool equal(const ConvResults& a, const ConvResults& b) {
  return equal(a.y, b.y) && equal(a.x_grad, b.x_grad) && equal(a.weight_grad, b.weight_grad) &&
         equal(a.bias_grad, b.bias_grad);
}

}  // namespace kernel_tests
