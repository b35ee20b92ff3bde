#include <doctest/doctest.h>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;

namespace {

nn::Sequential small_net() {
  return nn::Sequential(nn::Conv2d(1, 6, 5, {.padding = 2}), nn::ReLU(), nn::MaxPool2d(2),
                        nn::Flatten(), nn::Linear(1176, 10));
}

// Two numbers are trained, three are not.
struct WithBuffer : nn::Module {
  rg::Tensor weight = rg::ones({2}, {.requires_grad = true});
  rg::Tensor mean = rg::ones({3});
  nn::Members members() override { return {{"weight", weight}, nn::buffer("mean", mean)}; }
  rg::Tensor forward(const rg::Tensor& x) override { return x * weight; }
};

}  // namespace

TEST_CASE("summary: names, kinds, output shapes and counts in columns") {
  nn::Sequential model = small_net();
  CHECK(model.summary({8, 1, 28, 28}) ==
        "module   kind               output          parameters\n"
        "(model)  Sequential(5)      [8, 10]                  0\n"
        "0        Conv2d(1, 6, 5x5)  [8, 6, 28, 28]         156\n"
        "1        ReLU()             [8, 6, 28, 28]           0\n"
        "2        MaxPool2d(2)       [8, 6, 14, 14]           0\n"
        "3        Flatten(1, -1)     [8, 1176]                0\n"
        "4        Linear(1176, 10)   [8, 10]             11,770\n"
        "total                                           11,926\n");
}

TEST_CASE("summary: counts parameters, not buffers, in groups of three digits") {
  WithBuffer model;
  CHECK(model.summary({1, 2}) ==
        "module   kind    output  parameters\n"
        "(model)  Module  [1, 2]           2\n"
        "total                             2\n");
  nn::Linear large(1000, 1000);
  test::check_contains(large.summary({1, 1000}), " 1,001,000\n");
}

TEST_CASE("summary: changes nothing, and works for the model's dtype") {
  nn::Sequential model = small_net();
  model.to(rg::float64);
  model.eval();
  test::check_contains(model.summary({1, 1, 28, 28}), "[1, 6, 14, 14]");
  CHECK_FALSE(model.is_training());
  CHECK_FALSE(model.parameters()[0].grad().defined());
  CHECK(rg::grad_enabled());
}

TEST_CASE("summary: an input that does not fit names the caller's line") {
  nn::Sequential model = small_net();
  CHECK_THROWS_WITH_AS(model.summary({1, 3, 28, 28}), Contains("at nn_summary_test.cpp:"),
                       rg::ShapeError);
}

TEST_CASE("describe: what a layer was made of") {
  CHECK(nn::Conv1d(4, 6, 3, {.groups = 2}).describe() == "Conv1d(4, 6, 3)");
  CHECK(nn::Conv2d(4, 6, {3, 5}).describe() == "Conv2d(4, 6, 3x5)");
  CHECK(nn::Linear(3, 2).describe() == "Linear(3, 2)");
  CHECK(nn::MaxPool2d({2, 3}).describe() == "MaxPool2d(2x3)");
  CHECK(nn::AvgPool2d(2).describe() == "AvgPool2d(2)");
  CHECK(nn::Flatten(1, 2).describe() == "Flatten(1, 2)");
  CHECK(nn::Sequential(nn::Tanh(), nn::Sigmoid()).describe() == "Sequential(2)");
}
