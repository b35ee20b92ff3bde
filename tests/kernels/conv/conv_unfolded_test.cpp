// Unfolded convolution against its definition, written as loops.
#include <doctest/doctest.h>

#include <vector>

#include "conv_rows.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

// All four results of a convolution over two or three dimensions in float64.
struct Loops {
  std::vector<double> y;
  std::vector<double> x_grad;
  std::vector<double> weight_grad;
  std::vector<double> bias_grad;
};

Loops by_definition(const ConvRow& row, const ConvInputs& inputs) {
  const auto x = inputs.x.to_vector<double>();
  const auto w = inputs.weight.to_vector<double>();
  const auto b = inputs.bias.to_vector<double>();
  const auto g = inputs.seed.to_vector<double>();
  const Depth depth = row.depth.value_or(Depth{.input = 1, .kernel = 1});
  const std::int64_t out_d = output_depth(depth);
  const std::int64_t out_h = output_size(row, 0);
  const std::int64_t out_w = output_size(row, 1);
  const std::int64_t in = row.in / row.groups;
  const std::int64_t out = row.out / row.groups;
  Loops r{std::vector<double>(g.size()), std::vector<double>(x.size()),
          std::vector<double>(w.size()), std::vector<double>(b.size())};
  std::size_t at = 0;
  for (std::int64_t n = 0; n < row.batch; ++n)
    for (std::int64_t o = 0; o < row.out; ++o)
      for (std::int64_t od = 0; od < out_d; ++od)
        for (std::int64_t oh = 0; oh < out_h; ++oh)
          for (std::int64_t ow = 0; ow < out_w; ++ow, ++at) {
            r.y[at] = b[static_cast<std::size_t>(o)];
            r.bias_grad[static_cast<std::size_t>(o)] += g[at];
            for (std::int64_t c = 0; c < in; ++c)
              for (std::int64_t kd = 0; kd < depth.kernel; ++kd)
                for (std::int64_t kh = 0; kh < row.kernel[0]; ++kh)
                  for (std::int64_t kw = 0; kw < row.kernel[1]; ++kw) {
                    const std::int64_t d = od * depth.stride + kd * depth.dilation - depth.padding;
                    const std::int64_t h =
                        oh * row.stride[0] + kh * row.dilation[0] - row.padding[0];
                    const std::int64_t v =
                        ow * row.stride[1] + kw * row.dilation[1] - row.padding[1];
                    if (d < 0 || d >= depth.input || h < 0 || h >= row.input[0] || v < 0 ||
                        v >= row.input[1]) {
                      continue;
                    }
                    const std::int64_t plane = (n * row.in + o / out * in + c) * depth.input + d;
                    const auto x_at =
                        static_cast<std::size_t>((plane * row.input[0] + h) * row.input[1] + v);
                    const std::int64_t taps = (o * in + c) * depth.kernel + kd;
                    const auto w_at =
                        static_cast<std::size_t>((taps * row.kernel[0] + kh) * row.kernel[1] + kw);
                    r.y[at] += w[w_at] * x[x_at];
                    r.x_grad[x_at] += w[w_at] * g[at];
                    r.weight_grad[w_at] += x[x_at] * g[at];
                  }
          }
  return r;
}

}  // namespace

TEST_CASE("unfolded convolution is the definition") {
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    for (const ConvRow& row : conv_rows()) {
      if (row.one_dimensional || row.same || row.in * row.out > 600) {
        continue;
      }
      const rg::ReferenceKernelsGuard guard;
      const ConvInputs inputs = conv_inputs(row, dtype);
      const Loops expected = by_definition(row, inputs);
      const ConvResults actual = run(row, inputs);
      INFO(to_string(row));
      CHECK(actual.y.to_vector<double>() == expected.y);
      CHECK(actual.x_grad.to_vector<double>() == expected.x_grad);
      CHECK(actual.weight_grad.to_vector<double>() == expected.weight_grad);
      CHECK(actual.bias_grad.to_vector<double>() == expected.bias_grad);
    }
  }
}

TEST_CASE("activations come back channels-last, weight gradients row-major") {
  const ConvRow row{.in = 6, .out = 9};
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const ConvResults results = run(row, conv_inputs(row, dtype));
    CHECK(results.y.is_channels_last());
    CHECK(results.x_grad.is_channels_last());
    CHECK(results.weight_grad.is_contiguous());
  }
}

TEST_CASE("sizes of zero") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const Tensor bias = integers({4}, dtype, 1).set_requires_grad();
    SUBCASE("no images") {
      const Tensor x = rg::zeros({0, 3, 5, 5}, {.dtype = dtype, .requires_grad = true});
      const Tensor w = integers({4, 3, 3, 3}, dtype, 2).set_requires_grad();
      const Tensor y = rg::conv2d(x, w, bias);
      CHECK(y.shape() == rg::Shape{0, 4, 3, 3});
      const auto gradients = rg::grad({rg::sum(y)}, {x, w, bias});
      CHECK(gradients[0].shape() == x.shape());
      CHECK(equal(gradients[1], rg::zeros(w.shape(), {.dtype = dtype})));
      CHECK(equal(gradients[2], rg::zeros({4}, {.dtype = dtype})));
    }
    SUBCASE("no channels") {
      const Tensor x = rg::zeros({2, 0, 5, 5}, {.dtype = dtype, .requires_grad = true});
      const Tensor w = rg::zeros({4, 0, 3, 3}, {.dtype = dtype, .requires_grad = true});
      const Tensor y = rg::conv2d(x, w, bias);
      CHECK(equal(y, rg::expand(rg::reshape(bias, {1, 4, 1, 1}), {2, 4, 3, 3})));
      const auto gradients = rg::grad({rg::sum(y)}, {x, w});
      CHECK(gradients[0].shape() == x.shape());
      CHECK(gradients[1].shape() == w.shape());
    }
  }
}
