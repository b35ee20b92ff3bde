// Depthwise and 1x1 convolutions in one kernel equal the two, exactly on small integers.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <retrograd/ops/kernel_report.h>
#include <retrograd/tensor/loops/instructions.h>

#include "conv_rows.h"
#include "same_bits.h"
#include "threads_guard.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

struct Separable {
  std::int64_t batch, channels, filters;
  Pair input;
  std::int64_t height = 3;  // of the depthwise filters
  Pair stride{1, 1};
  Pair padding{1, 1};
  std::int64_t down_apart = 1;
};

// Rows that are narrower than a tile and of each rest, channels and filters that fill no vector,
// and shapes that have no common kernel.
std::vector<Separable> separables() {
  std::vector<Separable> all;
  for (const std::int64_t channels : {16, 20, 37, 64, 256}) {
    for (const std::int64_t filters : {16, 48, 112}) {
      all.push_back({2, channels, filters, {8, 8}});
      all.push_back({1, channels, filters, {13, 17}, 3, {2, 2}});
    }
  }
  for (std::int64_t width = 3; width <= 12; ++width) {
    all.push_back({3, 32, 64, {7, width}});
    all.push_back({3, 32, 64, {7, width}, 3, {1, 2}});
  }
  for (const std::int64_t padding : {0, 1, 2}) {
    all.push_back({2, 32, 32, {9, 11}, 3, {1, 1}, {padding, padding}});
    all.push_back({2, 32, 32, {9, 12}, 2, {1, 2}, {0, padding}});
    all.push_back({2, 32, 32, {1, 70}, 1, {1, 1}, {0, padding}});
    all.push_back({2, 32, 32, {10, 70}, 3, {3, 2}, {padding, 1}, 2});
  }
  all.push_back({40, 128, 64, {16, 16}});  // of which a band is not all
  all.push_back({2, 272, 64, {8, 8}});
  all.push_back({2, 32, 40, {8, 8}});
  all.push_back({1, 32, 64, {4, 4}});
  return all;
}

struct Inputs {
  explicit Inputs(const Separable& s) {
    const ConvInputs first = conv_inputs({.batch = s.batch,
                                          .in = s.channels,
                                          .out = s.channels,
                                          .input = s.input,
                                          .kernel = {s.height, 3},
                                          .padding = {2, 2},
                                          .groups = s.channels},
                                         rg::float32);
    const ConvInputs second = conv_inputs(
        {.batch = 1, .in = s.channels, .out = s.filters, .kernel = {1, 1}, .padding = {0, 0}},
        rg::float32);
    x = first.x;
    depthwise = first.weight;
    pointwise = second.weight;
    depthwise_bias = first.bias;
    pointwise_bias = second.bias;
    options = {.stride = {s.stride[0], s.stride[1]},
               .padding = rg::Padding<2>(s.padding[0], s.padding[1]),
               .dilation = {s.down_apart, 1}};
  }

  Tensor in_one() const {
    return rg::separable_conv2d_relu(x, depthwise, pointwise, depthwise_bias, pointwise_bias,
                                     options);
  }
  Tensor in_two() const {
    rg::ConvOptions<2> first = options;
    first.groups = x.size(1);
    return rg::conv2d_relu(rg::conv2d_relu(x, depthwise, depthwise_bias, first), pointwise,
                           pointwise_bias);
  }

  Tensor x, depthwise, pointwise, depthwise_bias, pointwise_bias;
  rg::ConvOptions<2> options;
};

Tensor portable(const Inputs& inputs) {
  const rg::ReferenceKernelsGuard guard;
  return inputs.in_two();
}

bool runs_in_one(const Inputs& inputs) {
  rg::start_kernel_report();
  inputs.in_one();
  rg::stop_kernel_report();
  const std::vector<rg::KernelReportEntry> entries = rg::kernel_report().entries;
  return std::any_of(entries.begin(), entries.end(), [](const rg::KernelReportEntry& entry) {
    return entry.implementation == "separable";
  });
}

}  // namespace

TEST_SUITE_BEGIN("exactness");

TEST_CASE("separable convolutions equal the unfolded ones exactly") {
  int in_one = 0;
  for (const Separable& s : separables()) {
    Inputs inputs(s);
    INFO(s.channels, " to ", s.filters, " channels, ", s.input[0], " x ", s.input[1], " padding ",
         s.padding[0], ", ", s.padding[1], " stride ", s.stride[0], ", ", s.stride[1]);
    const Tensor expected = portable(inputs);
    CHECK(equal(inputs.in_one(), expected));
    in_one += runs_in_one(inputs) ? 1 : 0;
    inputs.x = rg::permute(rg::permute(inputs.x, {0, 2, 3, 1}).contiguous(), {0, 3, 1, 2});
    CHECK(equal(inputs.in_one(), expected));
    inputs.depthwise_bias = inputs.pointwise_bias = Tensor();
    CHECK(equal(inputs.in_one(), portable(inputs)));
  }
  if (rg::detail::best_instructions() == rg::detail::Instructions::avx512) {
    CHECK(in_one >= 40);
  }
}

TEST_CASE("separable convolutions of numbers equal the two, on all threads") {
  for (const Separable& s :
       {Separable{6, 48, 48, {33, 32}}, Separable{5, 64, 80, {31, 30}, 3, {2, 2}},
        Separable{1, 256, 256, {8, 8}}}) {
    Inputs inputs(s);
    inputs.x = rg::randn(inputs.x.shape());
    const Tensor expected = inputs.in_two();
    for (const int n : {1, 2, 5}) {
      const test::Threads threads(n);
      CHECK(test::same_bits(inputs.in_one(), expected));
    }
  }
}

TEST_CASE("separable convolutions keep NaN where its window is") {
  Inputs inputs({2, 32, 48, {12, 13}});
  for (const auto& [h, w] : {Pair{0, 0}, Pair{5, 8}, Pair{11, 12}}) {
    inputs.x = rg::zeros(inputs.x.shape());
    inputs.x(1, 3, h, w) = NAN;
    const Tensor expected = inputs.in_two();
    const Tensor actual = inputs.in_one();
    CHECK(rg::any(rg::isnan(expected)).item<bool>());
    CHECK(equal(rg::where(rg::isnan(actual), -1.0, actual),
                rg::where(rg::isnan(expected), -1.0, expected)));
  }
}

TEST_SUITE_END();
