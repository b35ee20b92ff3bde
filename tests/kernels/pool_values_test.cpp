// Pooling against its definition, written as loops.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "pool_rows.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Loops {
  std::vector<double> values;
  std::vector<double> x_grad;  // for a gradient of 1, 2, 3, ...
};

// Calls f(output, inputs, counted) for each window: positions in row-major (N, C, [D,] H, W)
// arrays, those inside the input and how many lie inside the padded input.
template <class F>
void for_each_window(const PoolRow& row, const Tensor& x, const Tensor& y, F&& f) {
  const Depth depth = row.depth.value_or(Depth{.input = 1, .kernel = 1});
  const std::int64_t out_depth = row.depth ? y.size(2) : 1;
  std::size_t at = 0;
  for (std::int64_t plane = 0; plane < x.size(0) * x.size(1); ++plane)
    for (std::int64_t od = 0; od < out_depth; ++od)
      for (std::int64_t oh = 0; oh < y.size(-2); ++oh)
        for (std::int64_t ow = 0; ow < y.size(-1); ++ow) {
          std::vector<std::size_t> inside;
          int counted = 0;
          for (std::int64_t kd = 0; kd < depth.kernel; ++kd)
            for (std::int64_t kh = 0; kh < row.kernel[0]; ++kh)
              for (std::int64_t kw = 0; kw < row.kernel[1]; ++kw) {
                const std::int64_t d = od * depth.stride + kd * depth.dilation - depth.padding;
                const std::int64_t h = oh * row.stride[0] + kh * row.dilation[0] - row.padding[0];
                const std::int64_t w = ow * row.stride[1] + kw * row.dilation[1] - row.padding[1];
                counted += d < depth.input + depth.padding && h < row.input[0] + row.padding[0] &&
                           w < row.input[1] + row.padding[1];
                if (d >= 0 && d < depth.input && h >= 0 && h < row.input[0] && w >= 0 &&
                    w < row.input[1]) {
                  const std::int64_t image = plane * depth.input + d;
                  inside.push_back(
                      static_cast<std::size_t>((image * row.input[0] + h) * row.input[1] + w));
                }
              }
          f(at++, inside, counted);
        }
}

Loops max_by_definition(const PoolRow& row, const Tensor& x, const Tensor& y) {
  const auto in = x.to_vector<double>();
  Loops result{{}, std::vector<double>(in.size())};
  for_each_window(row, x, y, [&](std::size_t at, const std::vector<std::size_t>& inside, int) {
    std::size_t winner = inside.front();
    for (const std::size_t i : inside) {
      if (in[i] > in[winner] || (std::isnan(in[i]) && !std::isnan(in[winner]))) {
        winner = i;
      }
    }
    result.values.push_back(in[winner]);
    result.x_grad[winner] += static_cast<double>(at % 8);
  });
  return result;
}

Loops mean_by_definition(const PoolRow& row, const Tensor& x, const Tensor& y, bool with_padding) {
  const auto in = x.to_vector<double>();
  Loops result{{}, std::vector<double>(in.size())};
  for_each_window(
      row, x, y, [&](std::size_t at, const std::vector<std::size_t>& inside, int counted) {
        const double divisor = with_padding ? counted : static_cast<double>(inside.size());
        double sum = 0;
        for (const std::size_t i : inside) {
          sum += in[i];
          result.x_grad[i] += static_cast<double>(at % 8) / divisor;
        }
        result.values.push_back(sum / divisor);
      });
  return result;
}

// at % 8 at output `at`: small enough to add up exactly in bfloat16's eight bits.
Tensor output_grad(const Tensor& y) {
  Tensor grad = rg::empty(y.shape(), {.dtype = rg::float64});
  for (std::int64_t i = 0; i < grad.numel(); ++i) {
    grad.data<double>()[i] = static_cast<double>(i % 8);
  }
  return grad.to(y.dtype());
}

bool same(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  bool result = a.size() == b.size();
  for (std::size_t i = 0; result && i < a.size(); ++i) {
    result = (std::isnan(a[i]) && std::isnan(b[i])) || a[i] == b[i] ||
             std::abs(a[i] - b[i]) <= tolerance * std::abs(b[i]);
  }
  return result;
}

}  // namespace

TEST_CASE("max pooling is its definition, gradient and ties included") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    for (const PoolRow& row : pool_rows()) {
      for (const bool channels_inside : {false, true}) {
        Tensor x = input_of(row, dtype);
        if (channels_inside) {
          x = rg::empty_strided(x.shape(), rg::channels_last_strides(x.shape()), dtype).copy_(x);
        }
        x.set_requires_grad();
        const Tensor y = max_pool(row, x);
        const Loops expected = max_by_definition(row, x, y);
        const Tensor x_grad = rg::grad({y}, {x}, {.grad_outputs = {output_grad(y)}})[0];
        CHECK(y.to_vector<double>() == expected.values);
        CHECK(x_grad.to_vector<double>() == expected.x_grad);
        CHECK(y.is_channels_last());
      }
    }
  }
}

TEST_CASE("the gradient of max_pool2d's gradient reads the winners' places") {
  const PoolRow row{.kernel = {3, 3}, .stride = {2, 2}, .padding = {1, 1}};
  const Tensor x = input_of(row, rg::float64).set_requires_grad();
  const Tensor y = max_pool(row, x);
  const Tensor seed = output_grad(y).set_requires_grad();
  const Tensor x_grad = rg::grad({y}, {x}, {.grad_outputs = {seed}, .create_graph = true})[0];
  // x_grad is linear in the seed; its adjoint applied to x gives the pooled values again.
  const Tensor again = rg::grad({x_grad}, {seed}, {.grad_outputs = {x.detach()}})[0];
  CHECK(equal(again, y.detach()));
}

TEST_CASE("NaN and infinities among many channels") {
  const double special[] = {kNan, kInfinity, -kInfinity, kNan, -kInfinity};
  for (const rg::DType dtype : {rg::float32, rg::float64}) {
    for (const PoolRow& row : pool_rows()) {
      Tensor x = input_of(row, rg::float64);
      for (std::int64_t i = 0; i < x.numel(); i += 3) {
        x.data<double>()[i] = special[i % 5];
      }
      x = x.to(dtype).set_requires_grad();
      const Tensor y = max_pool(row, x);
      const Loops expected = max_by_definition(row, x, y);
      const Tensor x_grad = rg::grad({y}, {x}, {.grad_outputs = {output_grad(y)}})[0];
      CHECK(same(y.to_vector<double>(), expected.values, 0));
      CHECK(x_grad.to_vector<double>() == expected.x_grad);
    }
  }
}

TEST_CASE("NaN wins, minus infinity counts as a value") {
  const Tensor x =
      rg::tensor({{{{-kInfinity, -kInfinity, 1.0, kNan}, {-kInfinity, -kInfinity, kNan, 5.0}}}},
                 {.dtype = rg::float64, .requires_grad = true});
  const Tensor y = rg::max_pool2d(x, 2);
  CHECK(y.at({0, 0, 0, 0}) == -kInfinity);
  CHECK(std::isnan(y.at({0, 0, 0, 1})));
  const Tensor x_grad = rg::grad({rg::sum(y)}, {x})[0];
  CHECK(x_grad.to_vector<double>() == std::vector<double>{1, 0, 0, 1, 0, 0, 0, 0});
}

TEST_CASE("average pooling is its definition") {
  for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
    const double tolerance = dtype == rg::float64 ? 1e-14 : dtype == rg::float32 ? 1e-6 : 8e-3;
    for (const PoolRow& row : pool_rows()) {
      for (const bool with_padding : {true, false}) {
        if (row.dilation != Pair{1, 1} || (row.depth && row.depth->dilation > 1)) {
          continue;
        }
        const Tensor x = input_of(row, dtype).set_requires_grad();
        const Tensor y = avg_pool(row, x, with_padding);
        const Loops expected = mean_by_definition(row, x, y, with_padding);
        const Tensor x_grad = rg::grad({y}, {x}, {.grad_outputs = {output_grad(y)}})[0];
        CHECK(same(y.to_vector<double>(), expected.values, tolerance));
        CHECK(same(x_grad.to_vector<double>(), expected.x_grad, tolerance));
      }
    }
  }
}

TEST_CASE("pooling no images or no channels") {
  for (const rg::Shape& shape : {rg::Shape{0, 3, 4, 4}, rg::Shape{2, 0, 4, 4}}) {
    const Tensor x = rg::zeros(shape, {.requires_grad = true});
    const rg::Shape pooled{shape[0], shape[1], 2, 2};
    CHECK(rg::max_pool2d(x, 2).shape() == pooled);
    CHECK(rg::avg_pool2d(x, 2).shape() == pooled);
    CHECK(rg::grad({rg::sum(rg::max_pool2d(x, 2))}, {x})[0].shape() == shape);
    CHECK(rg::grad({rg::sum(rg::avg_pool2d(x, 2))}, {x})[0].shape() == shape);
  }
}
