// Arithmetic of channels in the weights of the step before, and activations of several steps.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/graph_changes.h"

namespace {

using namespace retrograd;
using test::difference;
using test::Norm;
using test::numbers;
using test::Program;
using test::same_bits;
using test::steps_of;
using test::traced;

// The steps that a pass leaves, with the values of before up to rounding.
template <class Pass>
std::string left(const Pass& pass, const Program& program, const Tensor& x) {
  Graph graph = traced(program, x);
  pass(graph);
  for (const Tensor& input : {x, 2.0 * x}) {
    CHECK(difference(graph.run({input})[0], program(input)) < 2e-6);
  }
  return steps_of(graph);
}

}  // namespace

TEST_CASE("factors and summands of channels fold into the step before") {
  const Tensor x = numbers({2, 4, 7, 6});
  const Tensor w = numbers({6, 4, 3, 2}, 6);
  const Tensor turned = numbers({4, 3, 3, 2}, 7);
  const Tensor b = numbers({6}, 8);
  const Tensor channels = abs(numbers({6, 1, 1}, 9)) + 0.5;
  const Tensor one = numbers({1, 1, 1, 1}, 10);
  const Tensor rows = numbers({5}, 11);
  const Tensor matrix = numbers({5, 6}, 12);
  const std::vector<Program> programs = {
      [&](const Tensor& in) { return conv2d(in, w, b) + channels; },
      [&](const Tensor& in) { return channels - conv2d(in, w); },
      [&](const Tensor& in) { return (conv2d(in, w, b) - 0.5) / channels * 0.25 + 3.0; },
      [&](const Tensor& in) { return one + conv2d(in, w, b, {.groups = 1}) * one; },
      [&](const Tensor& in) {
        return 2.0 * conv_transpose2d(in, turned, b, {.groups = 2}) - channels;
      },
  };
  for (const Program& program : programs) {
    const std::string found = left(fold_arithmetic, program, x);
    CHECK_MESSAGE((found == "conv2d" || found == "conv_transpose2d"), found);
  }
  const Program linears = [&](const Tensor& in) { return linear(in, matrix) * rows + rows; };
  CHECK(left(fold_arithmetic, linears, numbers({3, 6})) == "linear");
  CHECK(left(fold_arithmetic, linears, numbers({2, 3, 6})) == "linear");
}

TEST_CASE("arithmetic on both sides of a norm folds, and ReLU merges after it") {
  const Norm norm;
  const Tensor w = numbers({6, 4, 1}, 6);
  const Tensor shift = numbers({6, 1}, 7);
  const Program program = [&](const Tensor& in) {
    return relu(norm(conv1d(in, w) + shift) * 0.5 - shift);
  };
  CHECK(left(optimize, program, numbers({2, 4, 5})) == "conv1d_relu");
}

TEST_CASE("arithmetic stays where it is no matter of channels, or others see the value before") {
  const Tensor x = numbers({2, 4, 5, 5});
  const Tensor w = numbers({6, 4, 1, 1}, 6);
  const Tensor columns = numbers({5}, 7);
  const Tensor taller = numbers({1, 1, 1, 1, 1}, 8);
  const Tensor wide = numbers({6, 1, 1}, 9, float64);
  const std::vector<Program> programs = {
      [&](const Tensor& in) { return conv2d(in, w) + columns; },
      [&](const Tensor& in) { return conv2d(in, w) * taller; },
      [&](const Tensor& in) { return conv2d(in, w) * wide; },
      [&](const Tensor& in) { return 2.0 / conv2d(in, w); },
      [&](const Tensor& in) { return pow(conv2d(in, w), 2.0); },
      [&](const Tensor& in) { return conv2d(in, w) + narrow(in, 1, 0, 1); },
      [&](const Tensor& in) {
        const Tensor y = conv2d(in, w);
        return y * sigmoid(y + 1.0);
      },
      [&](const Tensor& in) { return conv2d(in, in, {}, {.padding = 1}) * 2.0; },
  };
  for (const Program& program : programs) {
    Graph graph = traced(program, x);
    const std::string before = steps_of(graph);
    CHECK(fold_arithmetic(graph) == 0);
    CHECK(steps_of(graph) == before);
    CHECK(same_bits(graph.run({x})[0], program(x)));
  }
}

TEST_CASE("hardsigmoid and hardswish are found in the ways that files write them") {
  const Tensor x = 3.0 * numbers({2, 5, 7});
  const Tensor three = tensor({3.0});
  const Tensor six = tensor({6.0});
  const Tensor sixth = tensor({1.0 / 6});
  const auto limited = [](const Tensor& in) { return clamp(in + 3.0, 0, 6); };
  const std::vector<Program> swishes = {
      [&](const Tensor& in) { return in * clamp(in + three, 0, 6) / six; },
      [&](const Tensor& in) { return limited(in) * in * (1.0 / 6); },
      [&](const Tensor& in) { return in * (relu6(3.0 + in) / 6.0); },
      [&](const Tensor& in) { return (sixth * hardtanh(in + 3.0, 0, 6)) * in; },
      [&](const Tensor& in) { return in * hardsigmoid(in); },
  };
  for (const Program& program : swishes) {
    CHECK(left(fuse_activations, program, x) == "hardswish");
  }
  CHECK(left(
            fuse_activations, [&](const Tensor& in) { return limited(in) / 6.0; }, x) ==
        "hardsigmoid");
}

TEST_CASE("what is nearly a hardswish stays") {
  const Tensor x = numbers({2, 5});
  const Tensor taller = full({1, 1, 1}, 6.0);
  const auto rounded = static_cast<double>(1.0F / 6);
  const std::vector<Program> programs = {
      [&](const Tensor& in) { return in * clamp(in + 3.000001, 0, 6) / 6.0; },
      [&](const Tensor& in) {
        const Tensor wide = in.to(float64);
        return wide * clamp(wide + 3.0, 0, 6) * rounded;
      },
      [&](const Tensor& in) { return in * clamp(in + 3.0, 0, 6) / 6.5; },
      [&](const Tensor& in) { return in * clamp(in + 3.0, 0, 5) / 6.0; },
      [&](const Tensor& in) { return in * clamp(in + 2.0, 0, 6) / 6.0; },
      [&](const Tensor& in) { return in * clamp(in - 3.0, 0, 6) / 6.0; },
      [&](const Tensor& in) { return in * (6.0 / clamp(in + 3.0, 0, 6)); },
      [&](const Tensor& in) { return (in * 2.0) * clamp(in + 3.0, 0, 6) / 6.0; },
      [&](const Tensor& in) { return in * clamp(in + 3.0, 0, 6) / taller; },
  };
  for (const Program& program : programs) {
    Graph graph = traced(program, x);
    const std::string before = steps_of(graph);
    CHECK(fuse_activations(graph) == 0);
    CHECK(steps_of(graph) == before);
  }
}
