// Transposed convolutions against the gradient of a convolution's input, exactly.
#include <doctest/doctest.h>

#include <cstdint>

#include "conv_rows.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

// What the convolution's windows leave over at the end.
std::int64_t remainder(const ConvRow& row, std::size_t d) {
  return (row.input[d] + 2 * row.padding[d] - row.dilation[d] * (row.kernel[d] - 1) - 1) %
         row.stride[d];
}

// Undoes the shape of a row's convolution.
Tensor transposed(const ConvRow& row, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return rg::conv_transpose2d(x, weight, bias,
                              {.stride = {row.stride[0], row.stride[1]},
                               .padding = {row.padding[0], row.padding[1]},
                               .output_padding = {remainder(row, 0), remainder(row, 1)},
                               .groups = row.groups,
                               .dilation = {row.dilation[0], row.dilation[1]}});
}

template <class F>
void for_each_row(F&& f) {
  int rows = 0;
  for (const ConvRow& row : conv_rows()) {
    if (row.one_dimensional || row.same || row.depth) {
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
    CHECK(equal(y, x_grad + rg::reshape(bias, {1, row.in, 1, 1})));
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
