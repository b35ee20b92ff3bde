#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

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
        "module   kind               output          receptive field  parameters  multiply-adds\n"
        "(model)  Sequential(5)      [8, 10]                                   0              0\n"
        "0        Conv2d(1, 6, 5x5)  [8, 6, 28, 28]                5         156        940,800\n"
        "1        ReLU()             [8, 6, 28, 28]                5           0              0\n"
        "2        MaxPool2d(2)       [8, 6, 14, 14]                6           0              0\n"
        "3        Flatten(1, -1)     [8, 1176]                                 0              0\n"
        "4        Linear(1176, 10)   [8, 10]                              11,770         94,080\n"
        "total                                                            11,926      1,034,880\n");
}

TEST_CASE("summary: counts parameters, not buffers, in groups of three digits") {
  WithBuffer model;
  CHECK(model.summary({1, 2}) ==
        "module   kind        output  parameters  multiply-adds\n"
        "(model)  WithBuffer  [1, 2]           2              0\n"
        "total                                 2              0\n");
  nn::Linear large(1000, 1000);
  test::check_contains(large.summary({1, 1000}), " 1,001,000      1,000,000\n");
}

TEST_CASE(
    "summary: multiplications of convolutions by groups and kernel, of several calls together") {
  CHECK(nn::Conv2d(8, 6, {3, 5}, {.groups = 2}).multiply_adds({{1, 8, 9, 9}}, {1, 6, 7, 5}) ==
        6 * 7 * 5 * 4 * 15);
  CHECK(nn::Conv1d(4, 6, 3).multiply_adds({{4, 9}}, {6, 7}) == 6 * 7 * 4 * 3);
  CHECK(nn::Linear(5, 3).multiply_adds({{2, 7, 5}}, {2, 7, 3}) == 2 * 7 * 3 * 5);
  CHECK(nn::Linear(5, 3).multiply_adds({{0, 5}}, {0, 3}) == 0);
  struct Twice : nn::Module {
    nn::Linear inner{4, 4};
    nn::Members members() override { return {{"inner", inner}}; }
    rg::Tensor forward(const rg::Tensor& x) override { return inner(inner(x)); }
    std::int64_t multiply_adds(const std::vector<rg::Shape>& inputs,
                               const rg::Shape&) const override {
      return 1000 * inputs.at(0)[0];
    }
  };
  Twice model;
  CHECK(model.summary({2, 4}) ==
        "module   kind          output  parameters  multiply-adds\n"
        "(model)  Twice         [2, 4]           0          2,000\n"
        "inner    Linear(4, 4)  [2, 4]          20             64\n"
        "total                                  20          2,064\n");
}

TEST_CASE("summary: names frozen parameters, and modules that have no others") {
  nn::Sequential model{nn::Linear(2, 2), nn::Sequential(nn::Linear(2, 2), nn::Linear(2, 1)),
                       WithBuffer()};
  const auto last_line = [&] {
    const std::string text = model.summary({1, 2});
    return text.substr(text.rfind('\n', text.size() - 2) + 1);
  };
  test::check_contains(last_line(), "total ");
  model.at<nn::Linear>(0).bias.set_requires_grad(false);
  model[1].freeze();
  CHECK(last_line() == "frozen: 0.bias, 1.*; unfreeze() trains them\n");
  model[1].children()[0]->unfreeze();
  CHECK(last_line() == "frozen: 0.bias, 1.1.*; unfreeze() trains them\n");
  model.freeze();
  CHECK(last_line() == "frozen: all parameters; unfreeze() trains them\n");
  model.unfreeze();
  test::check_contains(last_line(), "total ");
}

TEST_CASE("summary: a module of two inputs reports its calls itself") {
  struct Product : nn::Module {
    rg::Tensor operator()(const rg::Tensor& a, const rg::Tensor& b) {
      const rg::Tensor c = rg::matmul(a, b);
      report_call({a, b}, c);
      return c;
    }
    std::int64_t multiply_adds(const std::vector<rg::Shape>& inputs,
                               const rg::Shape& output) const override {
      return output[0] * output[1] * inputs.at(1)[0];
    }
  };
  struct Gram : nn::Module {
    Product product;
    nn::Members members() override { return {{"product", product}}; }
    rg::Tensor forward(const rg::Tensor& x) override { return product(x, rg::transpose(x, 0, 1)); }
  };
  Gram model;
  test::check_contains(model.summary({3, 5}),
                       "product  Product  [3, 3]           0             45");
}

TEST_CASE("summary: the trial call is one of evaluation, and each module's mode stays") {
  struct Mode : nn::Module {
    int evaluated = 0;
    rg::Tensor forward(const rg::Tensor& x) override {
      CHECK_FALSE(is_training());
      ++evaluated;
      return rg::matmul(x, x);
    }
  };
  nn::Sequential model{Mode(), nn::Sequential(Mode(), nn::ReLU())};
  auto& inner = model.at<nn::Sequential>(1);
  inner.at<Mode>(0).eval();
  model.summary({2, 2});
  CHECK(model.at<Mode>(0).evaluated == 1);
  CHECK(model.is_training());
  CHECK(model[0].is_training());
  CHECK(inner.is_training());
  CHECK_FALSE(inner[0].is_training());
  CHECK(inner[1].is_training());
  CHECK_THROWS_AS(model.summary({2, 3}), rg::ShapeError);
  CHECK(model[0].is_training());
  CHECK_FALSE(inner[0].is_training());
}

TEST_CASE("summary_for: an input of one's own") {
  struct Count : nn::Module {
    rg::Tensor forward(const rg::Tensor& x) override {
      CHECK(x.dtype() == rg::int64);
      return rg::sum(x);
    }
  };
  Count model;
  test::check_contains(model.summary_for(rg::arange(4)), "(model)  Count  []");
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
