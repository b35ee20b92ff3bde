// The fast convolutions equal the unfolded ones exactly: on small integers every sum is exact in
// float32.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "conv_rows.h"
#include "skip.h"
#include "threads_guard.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

ConvResults run_portable(const ConvRow& row, const ConvInputs& inputs) {
  const rg::ReferenceKernelsGuard guard;
  return run(row, inputs);
}

void check_row(const ConvRow& row, const ConvInputs& inputs) {
  const ConvResults expected = run_portable(row, inputs);
  const ConvResults actual = run(row, inputs);
  INFO(to_string(row));
  CHECK(equal(actual.y, expected.y));
  CHECK(equal(actual.x_grad, expected.x_grad));
  CHECK(equal(actual.weight_grad, expected.weight_grad));
  CHECK(equal(actual.bias_grad, expected.bias_grad));
}

double part_not_zero(const Tensor& x) {
  const auto values = x.to_vector<double>();
  const auto zeros = std::count(values.begin(), values.end(), 0.0);
  return 1 - static_cast<double>(zeros) / static_cast<double>(values.size());
}

// The same values in other memory: dimensions in reverse order, every second element.
Tensor reversed(const Tensor& x) {
  rg::Dims order;
  for (std::int64_t d = x.dim(); d-- > 0;) {
    order.push_back(d);
  }
  return rg::permute(rg::permute(x, order).contiguous(), order);
}
Tensor every_second(const Tensor& x) {
  const Tensor twice = rg::stack({x, x}, x.dim()).contiguous();
  return rg::select(twice, x.dim(), 1);
}

// The same elements in the same strides, from the middle of a larger memory on.
Tensor later(const Tensor& x) {
  const Tensor memory = rg::zeros({x.numel() + 5}, {.dtype = x.dtype()});
  return rg::view_of(memory, x.shape(), x.strides(), 3).copy_(x);
}

}  // namespace

TEST_SUITE_BEGIN("exactness");

TEST_CASE("oneDNN convolutions equal the unfolded ones exactly") {
  const std::vector<ConvRow> rows = conv_rows();
  REQUIRE(rows.size() >= 150);
  long long by_onednn = 0;
  long long by_portable = 0;
  for (const ConvRow& row : rows) {
    const ConvInputs inputs = conv_inputs(row, rg::float32);
    if (inputs.x.numel() >= 100) {
      CHECK(part_not_zero(inputs.x) >= 0.7);
    }
    const ConvResults expected = run_portable(row, inputs);
    const rg::NoDirectKernelsGuard guard;
    const rg::KernelCounts before = rg::kernel_counts();
    const ConvResults actual = run(row, inputs);
    const rg::KernelCounts after = rg::kernel_counts();
    INFO(to_string(row));
    CHECK(equal(actual.y, expected.y));
    CHECK(equal(actual.x_grad, expected.x_grad));
    CHECK(equal(actual.weight_grad, expected.weight_grad));
    CHECK(equal(actual.bias_grad, expected.bias_grad));
    CHECK(after.onednn - before.onednn + after.portable - before.portable == 3);
    CHECK(after.portable - before.portable >= (is_known_bad(row) ? 1 : 0));
    by_onednn += after.onednn - before.onednn;
    by_portable += after.portable - before.portable;
  }
  MESSAGE(rows.size() << " convolutions of three kernels each: oneDNN " << by_onednn
                      << ", unfolded " << by_portable);
  if (rg::onednn_enabled()) {
    CHECK(by_onednn > 9 * by_portable);
  } else {
    CHECK(by_onednn == 0);
  }
}

TEST_CASE("convolutions with few channels equal the unfolded ones exactly") {
  std::vector<ConvRow> rows = conv_rows();
  // Sizes at which the loops for few channels are chosen for more than their small work.
  for (const std::int64_t channels : {1, 2, 3, 5, 8}) {
    for (const std::int64_t width : {4, 13, 28}) {
      for (const std::int64_t batch : {1, 5, 19}) {
        const ConvRow row{
            .batch = batch, .in = channels, .out = 9 - channels, .input = {30, width}};
        rows.push_back(row);
        rows.back().kernel = {5, channels == 8 ? 5 : 3};
        rows.push_back(row);
        rows.back().stride = {2, 3};
        rows.push_back(row);
        rows.back().padding = {0, 2};
        rows.back().dilation = {2, 1};
        rows.push_back(row);
        rows.back().kernel = {2, 1};
        rows.back().padding = {0, 0};
        rows.back().out = 20;
        if (batch == 5 && width > 16) {  // whole vectors of filters and of results
          rows.push_back({batch, channels, 48, row.input, {3, 2}, {1, 1}, {2, 1}});
          rows.push_back({batch, channels, 16, row.input, {2, 4}, {3, 2}, {0, 3}, {2, 1}});
        }
      }
    }
  }
  const rg::KernelCounts before = rg::kernel_counts();
  for (const ConvRow& row : rows) {
    check_row(row, conv_inputs(row, rg::float32));
  }
  const long long direct = rg::kernel_counts().direct - before.direct;
  MESSAGE(direct << " of " << 3 * rows.size() << " kernels by own loops");
  CHECK(direct > static_cast<long long>(rows.size()));
}

TEST_CASE("weight gradients of large images keep their digits") {
  const Tensor x = rg::full({1, 1, 1024, 1024}, 0.1);
  const Tensor w = rg::zeros({1, 1, 3, 3}, {.requires_grad = true});
  const long long before = rg::kernel_counts().direct;
  rg::conv2d(x, w).backward(rg::ones({1, 1, 1022, 1022}));
  if (rg::kernel_counts().direct == before) {
    test::skip(test::Lacks::hardware,
               "without AVX2 such convolutions are left to oneDNN, whose sums are long");
    return;
  }
  const double expected = 1022 * 1022 * static_cast<double>(0.1F);
  for (const double value : w.grad().to_vector<double>()) {
    CHECK(value == doctest::Approx(expected).epsilon(1e-4));
  }
}

TEST_CASE("gradients that are not finite stay where they belong") {
  const ConvRow row{.batch = 3, .in = 3, .out = 2, .input = {6, 7}};
  ConvInputs inputs = conv_inputs(row, rg::float32);
  rg::select(rg::select(inputs.seed, 0, 1), 0, 1).fill_(INFINITY);
  const ConvResults expected = run_portable(row, inputs);
  const ConvResults actual = run(row, inputs);
  const auto different = [](const Tensor& a, const Tensor& b) {
    const Tensor both_nan = rg::where(a != a, b != b, false);
    return rg::sum(rg::where(both_nan, false, a != b).to(rg::float32)).item<float>();
  };
  CHECK(different(actual.x_grad, expected.x_grad) == 0);
  CHECK(different(actual.weight_grad, expected.weight_grad) == 0);
  CHECK(rg::sum((actual.x_grad != actual.x_grad).to(rg::float32)).item<float>() > 0);
}

TEST_CASE("3x3 convolutions of many channels round as others do, alike on all threads") {
  ConvRow row{.batch = 4, .in = 64, .out = 48, .input = {21, 20}};
  SUBCASE("whole panels") {}
  SUBCASE("one vector of AVX-512") row.in = row.out = 16;
  ConvInputs inputs = conv_inputs(row, rg::float32);
  for (Tensor* const x : {&inputs.x, &inputs.weight, &inputs.bias, &inputs.seed}) {
    *x = rg::randn(x->shape());
  }
  const auto in_double = [&] {
    return run(row, {inputs.x.to(rg::float64), inputs.weight.to(rg::float64),
                     inputs.bias.to(rg::float64), inputs.seed.to(rg::float64)});
  };
  const ConvResults expected = in_double();
  const auto error = [](const Tensor& actual, const Tensor& exact) {
    return rg::max(rg::abs(actual.to(rg::float64) - exact)).item<double>();
  };
  rg::start_kernel_report();
  const ConvResults actual = run(row, inputs);
  rg::stop_kernel_report();
  const auto report = rg::kernel_report();
  const ConvResults other = run_portable(row, inputs);
  CHECK(error(actual.y, expected.y) <= 4 * error(other.y, expected.y));
  CHECK(error(actual.x_grad, expected.x_grad) <= 4 * error(other.x_grad, expected.x_grad));
  CHECK(error(actual.weight_grad, expected.weight_grad) <=
        4 * error(other.weight_grad, expected.weight_grad));
  for (const int n : {1, 2, 5}) {
    const test::Threads threads(n);
    CHECK(equal(run(row, inputs), actual));
  }
  if (std::none_of(report.entries.begin(), report.entries.end(),
                   [](const auto& entry) { return entry.implementation == "winograd"; })) {
    test::skip(test::Lacks::hardware, "without AVX2, oneDNN computes them");
  }
}

TEST_CASE("NaN in a pixel is in the results whose window it lies in, and in no other") {
  ConvRow row{.batch = 3, .in = 32, .out = 24, .input = {16, 17}};
  SUBCASE("panels") {}
  SUBCASE("one vector of AVX-512") row.in = row.out = 16;
  SUBCASE("depthwise") row.in = row.out = row.groups = 20;
  ConvInputs inputs = conv_inputs(row, rg::float32);
  for (const auto& [h, w] : {Pair{0, 0}, Pair{5, 8}, Pair{6, 7}, Pair{15, 16}}) {
    inputs.x = rg::zeros(inputs.x.shape());
    inputs.x(1, 3, h, w) = NAN;
    const Tensor y = run(row, inputs).y;
    const ConvResults expected = run_portable(row, inputs);
    CHECK(rg::all(rg::isnan(y) == rg::isnan(expected.y)).item<bool>());
    const Tensor positive =
        rg::conv2d_relu(inputs.x, inputs.weight, inputs.bias, {.padding = 1, .groups = row.groups});
    CHECK(equal(rg::where(rg::isnan(positive), -1.0, positive),
                rg::where(rg::isnan(y), -1.0, rg::relu(y))));
  }
}

TEST_CASE("convolutions of tensors that are not contiguous are exact") {
  const std::vector<ConvRow> rows = conv_rows();
  for (std::size_t i = 0; i < rows.size(); i += 7) {
    const ConvRow& row = rows[i];
    const ConvInputs plain = conv_inputs(row, rg::float32);
    const ConvResults expected = run_portable(row, plain);
    INFO(to_string(row));
    for (const auto& layout : {reversed, every_second}) {
      const ConvInputs other{.x = layout(plain.x),
                             .weight = layout(plain.weight),
                             .bias = every_second(plain.bias),
                             .seed = layout(plain.seed)};
      CHECK(equal(run(row, other), expected));
      CHECK(equal(run_portable(row, other), expected));
      const rg::NoDirectKernelsGuard guard;
      CHECK(equal(run(row, other), expected));
    }
  }
}

TEST_CASE("convolutions of dense tensors that begin within their memory are exact") {
  for (const ConvRow& row : conv_rows()) {
    const ConvInputs plain = conv_inputs(row, rg::float32);
    INFO(to_string(row));
    const ConvInputs other{later(plain.x), later(plain.weight), later(plain.bias),
                           later(plain.seed)};
    const ConvResults expected = run_portable(row, plain);
    CHECK(equal(run(row, other), expected));
    const rg::NoDirectKernelsGuard guard;
    CHECK(equal(run(row, other), expected));
  }
}

TEST_CASE("convolutions of an expanded input are exact") {
  const ConvRow row{.batch = 3, .in = 8, .out = 4};
  ConvInputs inputs = conv_inputs(row, rg::float32);
  const Tensor one = rg::slice(inputs.x, 0, 0, 1);
  inputs.x = rg::expand(one, {3, 8, 8, 8});
  check_row(row, inputs);
}

TEST_CASE("bfloat16 gradients do not depend on what memory held before") {
  for (const Pair input : {Pair{5, 12}, Pair{6, 10}, Pair{3, 5}}) {
    const ConvRow row{.in = 11, .out = 25, .input = input, .kernel = {1, 1}, .padding = {0, 0}};
    const ConvInputs inputs = conv_inputs(row, rg::bfloat16);
    const ConvResults expected = run_portable(row, inputs);
    for (std::int64_t size = 16; size < 20000; size *= 2) {
      rg::full({size}, NAN, {.dtype = rg::bfloat16});
      rg::full({size}, NAN, {.dtype = rg::bfloat16});
    }
    INFO(to_string(row));
    CHECK(equal(run(row, inputs), expected));
  }
}

TEST_CASE("bfloat16 convolutions equal the unfolded ones after one rounding") {
  for (const ConvRow& row : conv_rows()) {
    check_row(row, conv_inputs(row, rg::bfloat16));
  }
}

TEST_CASE("bfloat16 convolutions by AMX equal the unfolded ones after one rounding") {
  std::string used;
  for (const ConvRow& row : tiled_rows()) {
    const ConvInputs inputs = conv_inputs(row, rg::bfloat16);
    rg::start_kernel_report();
    run(row, inputs);
    rg::stop_kernel_report();
    for (const rg::KernelReportEntry& entry : rg::kernel_report().entries) {
      used += entry.implementation + " ";
    }
    check_row(row, inputs);
  }
  if (used.find("amx") == std::string::npos) {
    test::skip(test::Lacks::hardware, "a processor with AMX; these were used: " + used);
    return;
  }
  CHECK(used.find("AMX ") != std::string::npos);  // the library's own, for weight gradients
}

TEST_SUITE_END();
