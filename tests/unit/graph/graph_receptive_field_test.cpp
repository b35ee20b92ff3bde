// How much of the input an element sees: against the gradient of one element, and in summaries.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include <retrograd/graph/receptive_field.h>
#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using rg::Tensor;

namespace {

struct LeNet : nn::Module {
  nn::Conv2d conv1{1, 6, 5};
  nn::MaxPool2d pool1{2};
  nn::Conv2d conv2{6, 16, 5};
  nn::MaxPool2d pool2{2};
  nn::Linear fc{256, 10};
  nn::Members members() override {
    return {{"conv1", conv1}, {"pool1", pool1}, {"conv2", conv2}, {"pool2", pool2}, {"fc", fc}};
  }
  Tensor forward(const Tensor& x) override {
    return fc(rg::flatten(pool2(rg::relu(conv2(pool1(rg::relu(conv1(x)))))), 1));
  }
};

rg::ReceptiveFields last_fields(const std::function<Tensor(const Tensor&)>& f, const Tensor& x) {
  const rg::Trace trace;
  const Tensor y = f(x);
  const rg::Graph graph(trace, {x}, {y});
  return rg::receptive_fields(graph)
      .at(static_cast<std::size_t>(graph.outputs[0].index))
      .value_or(rg::ReceptiveFields());
}

// The length of the part of x, along its last dimension, that the middle of f(x) depends on.
std::int64_t seen_length(const std::function<Tensor(const Tensor&)>& f, std::int64_t length) {
  const Tensor x = rg::ones({1, 1, length}, {.dtype = rg::float64, .requires_grad = true});
  const Tensor y = f(x);
  const Tensor row = rg::reshape(y, {-1});
  const Tensor grad = rg::grad({rg::select(row, 0, row.numel() / 2)}, {x})[0];
  const std::vector<double> g = grad.to_vector<double>();
  std::int64_t first = length;
  std::int64_t last = -1;
  for (std::int64_t i = 0; i < length; ++i) {
    if (g[static_cast<std::size_t>(i)] != 0) {
      first = std::min(first, i);
      last = i;
    }
  }
  return last - first + 1;
}

}  // namespace

TEST_CASE("receptive_fields: as far as the gradient of one element reaches") {
  const Tensor three = rg::ones({1, 1, 3}, {.dtype = rg::float64});
  const Tensor four = rg::ones({1, 1, 4}, {.dtype = rg::float64});
  const std::vector<std::function<Tensor(const Tensor&)>> programs{
      [&](const Tensor& x) { return rg::conv1d(x, three); },
      [&](const Tensor& x) { return rg::conv1d(x, four, {}, {.stride = 2, .dilation = 3}); },
      [&](const Tensor& x) {
        return rg::conv1d(rg::avg_pool1d(rg::tanh(rg::conv1d(x, four, {}, {.stride = 2})), 3),
                          three, {}, {.padding = 1});
      },
      [&](const Tensor& x) {
        return x + rg::conv1d(rg::conv1d(x, three, {}, {.padding = 1}), three, {}, {.padding = 1});
      },
      [&](const Tensor& x) {
        const Tensor y = rg::avg_pool1d(x, 3, {.stride = 2});
        return rg::lp_pool1d(rg::cat({y, 2 * y}, 1), 2, 2);
      },
  };
  const std::vector<std::int64_t> expected{3, 10, 4 + 2 * 2 + 2 * 6, 5, 3 + 2};
  const Tensor x = rg::ones({1, 1, 64}, {.dtype = rg::float64});
  for (std::size_t i = 0; i < programs.size(); ++i) {
    CAPTURE(i);
    CHECK(last_fields(programs[i], x).at(0).size == expected[i]);
    CHECK(seen_length(programs[i], 64) == expected[i]);
  }
}

TEST_CASE("receptive_fields: norms, comparisons and fused operators are as wide as their inputs") {
  const Tensor three = rg::ones({1, 1, 3});
  const auto block = [&](const Tensor& x) {
    const Tensor y = rg::group_norm(rg::conv1d(x, three, {}, {.padding = 1}), 1);
    const Tensor z = rg::add_relu(x, rg::instance_norm(rg::conv1d(y, three, {}, {.padding = 1})));
    return rg::where(z > 0, rg::erf(z), rg::masked_fill(z, z < 1, 2.0));
  };
  CHECK(last_fields(block, rg::ones({1, 1, 16})).at(0).size == 5);
}

TEST_CASE("receptive_fields: by dimension, and undefined behind what mixes everything") {
  const Tensor x = rg::ones({2, 1, 16, 16});
  const auto pooled = [](const Tensor& y) { return rg::max_pool2d(y, {2, 3}, {.stride = {1, 2}}); };
  CHECK(last_fields(pooled, x) == rg::ReceptiveFields{{2, 1}, {3, 2}});
  CHECK(last_fields([&](const Tensor& y) { return pooled(pooled(y)); }, x) ==
        rg::ReceptiveFields{{3, 1}, {7, 4}});
  const Tensor depthwise = rg::ones({1, 1, 3, 2});
  const auto separable = [&](const Tensor& y) {
    return rg::separable_conv2d_relu(y, depthwise, rg::ones({1, 1, 1, 1}), {}, {},
                                     {.stride = {2, 1}, .dilation = {1, 4}});
  };
  CHECK(last_fields(separable, x) == rg::ReceptiveFields{{3, 2}, {5, 1}});
  CHECK(last_fields([&](const Tensor& y) { return rg::softmax(pooled(y), -1); }, x).empty());
}

TEST_CASE("summary: the receptive fields of LeNet's maps, and what is frozen") {
  LeNet model;
  CHECK(
      model.summary({1, 1, 28, 28}) ==
      "module   kind                output          receptive field  parameters  multiply-adds\n"
      "(model)  LeNet               [1, 10]                                   0              0\n"
      "conv1    Conv2d(1, 6, 5x5)   [1, 6, 24, 24]                5         156         86,400\n"
      "pool1    MaxPool2d(2)        [1, 6, 12, 12]                6           0              0\n"
      "conv2    Conv2d(6, 16, 5x5)  [1, 16, 8, 8]                14       2,416        153,600\n"
      "pool2    MaxPool2d(2)        [1, 16, 4, 4]                16           0              0\n"
      "fc       Linear(256, 10)     [1, 10]                               2,570          2,560\n"
      "total                                                              5,142        242,560\n");
  model.conv1.freeze();
  const std::string text = model.summary({1, 1, 28, 28});
  test::check_contains(text, "parameters  frozen  multiply-adds\n");
  test::check_contains(text, "5         156     156         86,400\n");
  test::check_contains(text, "5,142     156        242,560\nfrozen: conv1.*; ");
  const rg::Trace trace;  // one at a time: the fields are left out
  CHECK(model.summary({1, 1, 28, 28}).find("receptive") == std::string::npos);
}
