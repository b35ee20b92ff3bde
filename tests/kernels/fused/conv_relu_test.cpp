// A convolution and its ReLU in one kernel equal the two, exactly on small integers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <retrograd/ops/kernel_report.h>
#include <retrograd/tensor/loops/instructions.h>

#include "conv_rows.h"
#include "threads_guard.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

rg::ConvOptions<2> options_of(const ConvRow& row) {
  return {.stride = {row.stride[0], row.stride[1]},
          .padding = rg::Padding<2>(row.padding[0], row.padding[1]),
          .dilation = {row.dilation[0], row.dilation[1]},
          .groups = row.groups};
}

Tensor portable(const ConvInputs& inputs, const Tensor& bias, const rg::ConvOptions<2>& options) {
  const rg::ReferenceKernelsGuard guard;
  return rg::conv2d(inputs.x, inputs.weight, bias, options);
}

Tensor relu_of_portable(const ConvInputs& inputs, const rg::ConvOptions<2>& options) {
  return rg::relu(portable(inputs, inputs.bias, options));
}

std::vector<ConvRow> rows_with_relu() {
  std::vector<ConvRow> rows;
  for (const ConvRow& row : conv_rows()) {
    if (!row.depth && !row.one_dimensional && !row.same) {
      rows.push_back(row);
    }
  }
  // 1x1, of which the last pixels fill no tile.
  for (const std::int64_t in : {16, 37, 256}) {
    for (const std::int64_t out : {16, 48, 64, 112}) {
      for (const Pair input : {Pair{8, 8}, Pair{13, 17}}) {
        rows.push_back({.batch = 1,
                        .in = in,
                        .out = out,
                        .input = input,
                        .kernel = {1, 1},
                        .padding = {0, 0}});
      }
    }
  }
  // Small ones of whole vectors of filters, whose rows fill tiles of each width.
  for (std::int64_t width = 9; width <= 27; ++width) {
    rows.push_back({.batch = 2,
                    .in = 5,
                    .out = width % 2 == 0 ? 32 : 16,
                    .input = {9, width},
                    .kernel = {3, 2},
                    .stride = {width % 3 == 0 ? 2 : 1, 1},
                    .padding = {0, 0}});
  }
  // Few channels, at most 8 filters, and rows of 28 results.
  for (std::int64_t filters = 5; filters <= 8; ++filters) {
    rows.push_back({.in = filters - 4,
                    .out = filters,
                    .input = {filters * 4, filters == 6 ? 56 : 28},
                    .kernel = {3, filters == 8 ? 1 : 3},
                    .stride = {filters == 7 ? 2 : 1, 1},
                    .padding = {filters % 2, filters == 8 ? 0 : 1},
                    .dilation = {filters == 5 ? 2 : 1, 1}});
  }
  // Of those, a tall band, a wide line, and one row of results.
  rows.push_back({.in = 2,
                  .out = 6,
                  .input = {130, 28},
                  .kernel = {3, 1},
                  .padding = {0, 0},
                  .dilation = {64, 1}});
  rows.push_back({.in = 2,
                  .out = 6,
                  .input = {3, 156},
                  .kernel = {1, 3},
                  .padding = {0, 0},
                  .dilation = {1, 64}});
  rows.push_back({.in = 3, .out = 8, .input = {1, 56}, .kernel = {1, 7}, .padding = {0, 3}});
  rows.push_back({.in = 3, .out = 8, .input = {17, 28}, .kernel = {1, 7}, .padding = {0, 3}});
  rows.push_back({.in = 4, .out = 5, .input = {1, 28}, .kernel = {7, 3}, .padding = {3, 1}});
  return rows;
}

}  // namespace

TEST_SUITE_BEGIN("exactness");

TEST_CASE("convolutions with and without ReLU equal the unfolded ones exactly") {
  const std::vector<ConvRow> rows = rows_with_relu();
  REQUIRE(rows.size() >= 100);
  for (const ConvRow& row : rows) {
    const ConvInputs inputs = conv_inputs(row, rg::float32);
    const rg::ConvOptions<2> options = options_of(row);
    INFO(to_string(row));
    for (const Tensor& bias : {inputs.bias, Tensor()}) {
      const Tensor plain = portable(inputs, bias, options);
      const Tensor expected = rg::relu(plain);
      for (const Tensor& x :
           {inputs.x,
            rg::permute(rg::permute(inputs.x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2})}) {
        CHECK(equal(rg::conv2d_relu(x, inputs.weight, bias, options), expected));
        CHECK(equal(rg::conv2d(x, inputs.weight, bias, options), plain));
      }
    }
  }
}

TEST_CASE("convolutions of far pixels do not lay out more than they multiply") {
  const auto runs_in_pairs = [](const ConvRow& row) {
    const ConvInputs inputs = conv_inputs(row, rg::float32);
    rg::start_kernel_report();
    rg::conv2d(inputs.x, inputs.weight, {}, options_of(row));
    rg::stop_kernel_report();
    const std::vector<rg::KernelReportEntry> entries = rg::kernel_report().entries;
    return std::any_of(entries.begin(), entries.end(), [](const rg::KernelReportEntry& entry) {
      return entry.implementation == "pairs";
    });
  };
  const ConvRow far{
      .in = 3, .out = 8, .input = {156, 156}, .padding = {0, 0}, .dilation = {64, 64}};
  CHECK_FALSE(runs_in_pairs(far));
  const ConvRow one_row{.in = 3, .out = 8, .input = {1, 56}, .kernel = {1, 7}, .padding = {0, 3}};
  if (rg::detail::best_instructions() == rg::detail::Instructions::avx512) {
    CHECK(runs_in_pairs(one_row));
  }
}

TEST_CASE("ReLU in the kernel of a convolution keeps NaN") {
  for (const ConvRow& row :
       {ConvRow{.in = 37, .out = 48, .input = {16, 17}, .kernel = {1, 1}, .padding = {0, 0}},
        ConvRow{.in = 3, .out = 32, .input = {30, 29}},
        ConvRow{.in = 6, .out = 16, .input = {9, 11}, .padding = {0, 0}},
        ConvRow{.in = 6, .out = 6, .input = {9, 11}}, ConvRow{.in = 3, .out = 7, .input = {9, 28}},
        ConvRow{.in = 20, .out = 20, .input = {9, 9}, .groups = 20}}) {
    ConvInputs inputs = conv_inputs(row, rg::float32);
    inputs.x(1, 2, 4, 5) = NAN;
    const rg::ConvOptions<2> options = options_of(row);
    const Tensor expected = relu_of_portable(inputs, options);
    const Tensor actual = rg::conv2d_relu(inputs.x, inputs.weight, inputs.bias, options);
    INFO(to_string(row));
    CHECK(rg::any(rg::isnan(expected)).item<bool>());
    CHECK(equal(rg::where(rg::isnan(actual), -1.0, actual),
                rg::where(rg::isnan(expected), -1.0, expected)));
  }
}

TEST_CASE("convolutions with ReLU are alike on all threads") {
  for (const ConvRow& row :
       {ConvRow{.batch = 5,
       .in = 64,
       .out = 80,
       .input = {31, 30},
       .kernel = {1, 1},
       .padding = {0, 0}},
        ConvRow{.batch = 4, .in = 3, .out = 32, .input = {45, 64}},
        ConvRow{.batch = 9, .in = 3, .out = 6, .input = {45, 56}},
        ConvRow{.batch = 6, .in = 48, .out = 48, .input = {33, 32}, .groups = 48}}) {
    ConvInputs inputs = conv_inputs(row, rg::float32);
    inputs.x = rg::randn(inputs.x.shape());
    const auto convolved = [&] {
      return rg::conv2d_relu(inputs.x, inputs.weight, inputs.bias, options_of(row));
    };
    const Tensor expected = convolved();
    for (const int n : {1, 2, 5}) {
      const test::Threads threads(n);
      INFO(to_string(row));
      CHECK(equal(convolved(), expected));
    }
  }
}

TEST_SUITE_END();
