#include <doctest/doctest.h>

#include <sstream>
#include <string>

#include <retrograd/retrograd.h>

#include "unit/io_temp_files.h"

namespace rg = retrograd;
namespace nn = rg::nn;
using doctest::Contains;
using rg::Tensor;

namespace {

// The line of this file that an E thrown by f names, in its message and in where().
template <class E, class F>
unsigned line_of(F&& f) {
  try {
    f();
  } catch (const E& error) {
    const unsigned line = error.where().line;
    test::check_contains(error.what(), "at nn_errors_test.cpp:" + std::to_string(line));
    return line;
  }
  FAIL("nothing was thrown");
  return 0;
}

unsigned forward_line = 0;

struct Block : nn::Module {
  nn::Linear inner{3, 2};
  nn::Members members() override { return {{"inner", inner}}; }
  Tensor forward(const Tensor& x) override {
    forward_line = __LINE__ + 1;
    return inner(rg::relu(x));
  }
};

}  // namespace

TEST_CASE("errors: a layer names the line it was called on") {
  const Tensor x = rg::ones({2, 5});
  nn::Linear linear(3, 2);
  CHECK(line_of<rg::ShapeError>([&] { linear(x); }) == __LINE__);
  nn::Conv1d conv1d(1, 2, 3);
  CHECK(line_of<rg::ShapeError>([&] { conv1d(rg::ones({1, 2, 9})); }) == __LINE__);
  nn::Conv2d conv2d(1, 2, 3);
  CHECK(line_of<rg::ShapeError>([&] { conv2d(x); }) == __LINE__);
  nn::MaxPool2d max_pool(2);
  CHECK(line_of<rg::ShapeError>([&] { max_pool(x); }) == __LINE__);
  nn::AvgPool2d avg_pool(2);
  CHECK(line_of<rg::ShapeError>([&] { avg_pool(x); }) == __LINE__);
  nn::Flatten flatten(2);
  CHECK(line_of<rg::IndexError>([&] { flatten(x); }) == __LINE__);
  nn::ReLU relu;
  CHECK(line_of<rg::GraphError>([&] { relu(Tensor()); }) == __LINE__);
  nn::Tanh tanh;
  CHECK(line_of<rg::DTypeError>([&] { tanh(rg::arange(3)); }) == __LINE__);
  nn::Sigmoid sigmoid;
  CHECK(line_of<rg::DTypeError>([&] { sigmoid(rg::arange(3)); }) == __LINE__);
}

TEST_CASE("errors: through Sequential, nested too, the line of the outer call") {
  nn::Sequential model(nn::ReLU(), nn::Sequential(nn::ReLU(), nn::Linear(3, 2)));
  CHECK(line_of<rg::ShapeError>([&] { model(rg::ones({2, 5})); }) == __LINE__);
}

TEST_CASE("errors: in a user's own forward, the line there") {
  Block block;
  CHECK(line_of<rg::ShapeError>([&] { block(rg::ones({2, 5})); }) == forward_line);
  nn::Sequential model{nn::ReLU(), Block()};
  CHECK(line_of<rg::ShapeError>([&] { model(rg::ones({2, 5})); }) == forward_line);
  CHECK(line_of<rg::DTypeError>([&] { block(rg::arange(3)); }) == forward_line);
}

TEST_CASE("errors: a call that threw leaves no line behind for the next one") {
  nn::Linear linear(3, 2);
  CHECK_THROWS_AS(linear(rg::ones({5})), rg::ShapeError);
  CHECK(line_of<rg::ShapeError>([&] { linear(rg::ones({4})); }) == __LINE__);
  CHECK(line_of<rg::DTypeError>([&] { rg::tanh(rg::arange(3)); }) == __LINE__);
}

TEST_CASE("errors: tapes name the line of the call, too") {
  nn::Sequential model(nn::Linear(3, 2));
  const unsigned line = __LINE__ + 1;
  const Tensor y = model(rg::ones({1, 3}));
  std::ostringstream tape;
  rg::print_tape(y, tape);
  test::check_contains(tape.str(), "nn_errors_test.cpp:" + std::to_string(line));
}

TEST_CASE("errors: constructors refuse sizes out of range, with layer, value and line") {
  CHECK_THROWS_WITH_AS(nn::Linear(0, 2),
                       Contains("Linear: in_features is 0; at least 1 is needed   at nn_errors_"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Linear(2, -1), Contains("out_features is -1"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv1d(0, 1, 1), Contains("Conv1d: in_channels is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 0, 1), Contains("Conv2d: out_channels is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 1, {3, 0}), Contains("kernel_size is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 1, 3, {.stride = {1, 0}}), Contains("stride is 0"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 1, 3, {.padding = -1}),
                       Contains("padding is -1; at least 0 is needed   at nn_errors_"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 1, 3, {.dilation = 0}), Contains("dilation is 0"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv1d(1, 1, 3, {.groups = 0}), Contains("groups is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(4, 6, 3, {.groups = 4}),
                       Contains("4 input and 6 output channels do not split into 4 groups"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::Conv2d(1, 1, 3, {.stride = 2, .padding = rg::same}),
                       Contains("padding 'same' needs stride 1, not 2"), rg::ValueError);
}

TEST_CASE("errors: pooling layers refuse windows that cannot be") {
  CHECK_THROWS_WITH_AS(nn::MaxPool2d(0), Contains("MaxPool2d: kernel_size is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::MaxPool2d(2, {.stride = 0}), Contains("stride is 0"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::MaxPool2d(2, {.dilation = 0}), Contains("dilation is 0"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::MaxPool2d(3, {.padding = 2}),
                       Contains("padding 2 is more than half the kernel 3   at nn_errors_test.cpp"),
                       rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::AvgPool2d(-2), Contains("AvgPool2d: kernel_size is -2"), rg::ValueError);
  CHECK_THROWS_WITH_AS(nn::AvgPool2d(2, {.padding = -1}), Contains("padding is -1"),
                       rg::ValueError);
}

TEST_CASE("errors: parameters must be floating") {
  CHECK_THROWS_AS(nn::Linear(2, 2, {.dtype = rg::int64}), rg::DTypeError);
  CHECK_THROWS_AS(nn::Conv2d(1, 1, 1, {.dtype = rg::boolean}), rg::DTypeError);
}

namespace {

struct TwoLayers : rg::nn::Module {
  rg::nn::Linear fc1{72, 10};
  rg::nn::Sequential tail{rg::nn::ReLU(), rg::nn::Linear(4, 2)};
  rg::nn::Members members() override { return {{"fc1", fc1}, {"tail", tail}}; }
  rg::Tensor forward(const rg::Tensor& x) override { return tail(fc1(x)); }
};

// The message up to its line.
std::string beginning(rg::nn::Module& module, const rg::Tensor& x) {
  try {
    module(x);
  } catch (const rg::Error& error) {
    const std::string text = error.what();
    return text.substr(0, text.find("   at "));
  }
  return "nothing was thrown";
}

}  // namespace

TEST_CASE("errors: the modules that run an operator are named, from the outermost one") {
  TwoLayers net;
  CHECK(beginning(net, rg::ones({2, 71})).rfind("TwoLayers.fc1 > linear: input has 71 ", 0) == 0);
  CHECK(beginning(net, rg::ones({2, 72})).rfind("TwoLayers.tail.1 > linear: input has 10 ", 0) ==
        0);
  CHECK(beginning(net.fc1, rg::ones({2, 71})).rfind("linear: input has 71 ", 0) == 0);
}
