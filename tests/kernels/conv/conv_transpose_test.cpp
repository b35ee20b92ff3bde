// Transposed convolutions against the gradient of a convolution's input, exactly.
#include <doctest/doctest.h>

#include <cstdint>

#include "conv_rows.h"
#include "reference_checks.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

// What the convolution's windows leave over at the end.
std::int64_t remainder(std::int64_t input, std::int64_t kernel, std::int64_t stride,
                       std::int64_t padding, std::int64_t dilation) {
  return (input + 2 * padding - dilation * (kernel - 1) - 1) % stride;
}
std::int64_t remainder(const ConvRow& row, std::size_t d) {
  return remainder(row.input[d], row.kernel[d], row.stride[d], row.padding[d], row.dilation[d]);
}

// Undoes the shape of a row's convolution.
Tensor transposed(const ConvRow& row, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const auto [sh, sw] = row.stride;
  const auto [ph, pw] = row.padding;
  const auto [dh, dw] = row.dilation;
  if (row.depth) {
    const Depth& d = *row.depth;
    const std::int64_t rest = remainder(d.input, d.kernel, d.stride, d.padding, d.dilation);
    return rg::conv_transpose3d(x, weight, bias,
                                {.stride = {d.stride, sh, sw},
                                 .padding = {d.padding, ph, pw},
                                 .output_padding = {rest, remainder(row, 0), remainder(row, 1)},
                                 .groups = row.groups,
                                 .dilation = {d.dilation, dh, dw}});
  }
  if (row.one_dimensional) {
    return rg::conv_transpose1d(x, weight, bias,
                                {.stride = sw,
                                 .padding = pw,
                                 .output_padding = remainder(row, 1),
                                 .groups = row.groups,
                                 .dilation = dw});
  }
  return rg::conv_transpose2d(x, weight, bias,
                              {.stride = {sh, sw},
                               .padding = {ph, pw},
                               .output_padding = {remainder(row, 0), remainder(row, 1)},
                               .groups = row.groups,
                               .dilation = {dh, dw}});
}

template <class F>
void for_each_row(F&& f) {
  int rows = 0;
  for (const ConvRow& row : conv_rows()) {
    if (row.same) {
      continue;
    }
    INFO(to_string(row));
    f(row);
    ++rows;
  }
  REQUIRE(rows > 100);
}

}  // namespace

TEST_SUITE_BEGIN("exactness");

TEST_CASE("a transposed convolution is the gradient of a convolution's input, and a bias") {
  for_each_row([](const ConvRow& row) {
    const ConvInputs inputs = conv_inputs(row, rg::float32);
    const Tensor bias = integers({row.in}, rg::float32, 5);
    const Tensor x_grad = run(row, inputs).x_grad;
    const Tensor y = transposed(row, inputs.seed, inputs.weight, bias);
    CHECK(equal(transposed(row, inputs.seed, inputs.weight, {}), x_grad));
    rg::Shape by_channel = rg::Dims::filled(y.shape().size(), 1);
    by_channel[1] = row.in;
    CHECK(equal(y, x_grad + rg::reshape(bias, by_channel)));
    CHECK(y.is_channels_last());
  });
}

TEST_CASE("transposed convolutions in bfloat16 are rounded once, after the bias") {
  for_each_row([](const ConvRow& row) {
    const ConvInputs inputs = conv_inputs(row, rg::bfloat16);
    const Tensor bias = integers({row.in}, rg::bfloat16, 5);
    const Tensor wide = transposed(row, inputs.seed.to(rg::float32), inputs.weight.to(rg::float32),
                                   bias.to(rg::float32));
    CHECK(equal(transposed(row, inputs.seed, inputs.weight, bias), wide.to(rg::bfloat16)));
    const rg::ReferenceKernelsGuard guard;
    CHECK(equal(transposed(row, inputs.seed, inputs.weight, bias), wide.to(rg::bfloat16)));
  });
}

TEST_SUITE_END();

TEST_CASE("transposed convolutions equal the reference exactly") {
  long long comparisons = 0;
  for_each_row([&](const ConvRow& row) {
    for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
      const ConvInputs inputs = conv_inputs(row, dtype);
      const Tensor bias = integers({row.in}, dtype, 5);
      const auto run = [&] { return transposed(row, inputs.seed, inputs.weight, bias); };
      const Tensor expected = by_reference(1, run);
      CHECK(equal(run(), expected));
      const rg::ReferenceKernelsGuard portable;
      CHECK(equal(run(), expected));
      comparisons += 2;
    }
  });
  MESSAGE(comparisons << " exact comparisons of transposed convolutions with references");
}
