// Large batches run a few samples at a time, where samples do not depend on one another.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>
#include <retrograd/tensor/loops/instructions.h>

#include "same_bits.h"
#include "unit/graph_changes.h"

namespace {

using namespace retrograd;
using test::difference;
using test::Norm;
using test::numbers;
using test::Program;
using test::same_bits;
using test::traced;
using Tensors = std::vector<Tensor>;

constexpr std::int64_t kSamples = 23;  // no multiple of those that run together

Tensor images(std::int64_t count = kSamples) {
  return numbers({count, 6, 64, 80});
}

// How often a convolution runs, and in which kernels.
struct Convolutions {
  std::int64_t calls = 0;
  std::string kernels;
};

template <class F>
Convolutions convolutions_of(const F& run) {
  start_kernel_report();
  run();
  stop_kernel_report();
  Convolutions found;
  for (const KernelReportEntry& entry : kernel_report().entries) {
    if (entry.kernel == "conv") {
      found.calls += entry.calls;
      found.kernels += entry.implementation;
    }
  }
  return found;
}

template <class F>
std::int64_t convolutions(const F& run) {
  return convolutions_of(run).calls;
}

struct Filters {
  Tensor same = numbers({6, 6, 3, 3}, 6);
  Tensor points = numbers({6, 6, 1, 1}, 7);
  Tensor doubled = numbers({6, 6, 2, 2}, 8);
  Tensor scores = numbers({10, 6}, 9);
  Tensor columns = numbers({6, 10}, 9);
  Tensor mixed = numbers({1, 6, 1, 1}, 10);
  Norm norm;
};

}  // namespace

TEST_CASE("samples that do not depend on one another run a few at a time") {
  const Filters f;
  const std::vector<Program> programs = {
      [&](const Tensor& x) { return relu(conv2d(x, f.same, {}, {.padding = 1})); },
      [&](const Tensor& x) {
        const Tensor y = f.norm(conv2d(x, f.points)) + f.mixed;
        const Tensor half = conv_transpose2d(max_pool2d(y, 2), f.doubled, {}, {.stride = 2});
        return cat({half, y * sigmoid(mean(y, {2, 3}, true))}, 1);
      },
      [&](const Tensor& x) {
        const Tensor y = adaptive_avg_pool2d(hardswish(conv2d(x, f.points)), 1);
        return softmax(linear(flatten(y, 1), f.scores), -1);
      },
      [&](const Tensor& x) {
        const Tensor y = avg_pool2d(conv2d(x, f.points), 8);
        return amax(view(reshape(y, {x.size(0), 480}), {x.size(0), 6, 80}), {1});
      },
      [&](const Tensor& x) {
        const Tensor y = interpolate(avg_pool2d(conv2d(x, f.points), 8), {.scale_factor = {2.0}});
        return matmul(mean(y, {3, 2}), f.columns).to(float64);
      },
  };
  const Tensor x = images();
  for (const Program& program : programs) {
    const GraphRunner runner(traced(program, x));
    const Tensor expected = runner.run({{x}})[0];  // recorded, and whole
    const NoGradGuard unrecorded;
    Tensor y;
    CHECK(convolutions([&] { y = runner.run({{x}})[0]; }) > 1);
    CHECK(difference(y, expected) < 1e-6);
    CHECK(y.strides() == expected.strides());
    const Tensor fewer = narrow(x, 0, 0, 1);
    if (&program != &programs[3]) {  // whose reshape knows the number of samples
      CHECK(convolutions([&] { y = runner.run({{fewer}})[0]; }) == 1);
      CHECK(difference(y, program(fewer)) < 1e-6);
    }
  }
}

TEST_CASE("samples that fill the cache alone run in pairs, for the threads") {
  const Filters f;
  const Program program = [&](const Tensor& x) { return relu(conv2d(x, f.points)); };
  const Tensor x = numbers({9, 6, 224, 224});
  const NoGradGuard unrecorded;
  for (const auto& [count, calls] : {std::pair{3, 1}, std::pair{4, 2}, std::pair{9, 3}}) {
    const int samples = count;  // clang 14 captures no structured binding
    CAPTURE(samples);
    const Tensor given = narrow(x, 0, 0, samples);
    const GraphRunner runner(traced(program, given));
    Tensor y;
    CHECK(convolutions([&] { y = runner.run({{given}})[0]; }) == calls);
    CHECK(difference(y, program(given)) < 1e-6);
  }
}

TEST_CASE("samples of networks that do little but convolve run together") {
  const Filters f;
  const Program program = [&](const Tensor& x) {
    const Tensor y = conv2d_relu(conv2d_relu(x, f.same), f.same);
    return mean(conv2d_relu(max_pool2d(y, 2), f.same), {2, 3});
  };
  const Tensor x = images();
  const NoGradGuard unrecorded;
  const GraphRunner runner(traced(program, x));
  Tensor y;
  CHECK(convolutions([&] { y = runner.run({{x}})[0]; }) > 3);  // the pool reads much
  const Program convolved = [&](const Tensor& in) {
    return conv2d_relu(conv2d_relu(in, f.same), f.same);
  };
  const GraphRunner whole(traced(convolved, x));
  CHECK(convolutions([&] { y = whole.run({{x}})[0]; }) == 2);
  CHECK(difference(y, convolved(x)) == 0);
}

TEST_CASE("several inputs and outputs are cut alike") {
  const Filters f;
  const Tensor x = images();
  const Tensor other = numbers({kSamples, 6}, 3);
  Tensor y;
  Tensor z;
  Graph graph;
  {
    const Trace trace;
    y = conv2d(x, f.same);
    z = mean(y, {2, 3}) - other;
    graph = Graph(trace, {x, other}, {z, y});
  }
  const GraphRunner runner(graph);
  const NoGradGuard unrecorded;
  Tensors found;
  CHECK(convolutions([&] { found = runner.run({{x, other}}); }) > 1);
  CHECK(difference(found[0], z) < 1e-6);
  CHECK(difference(found[1], y) < 1e-6);
}

TEST_CASE("batches stay whole where samples meet, or are recorded") {
  const Filters f;
  const Tensor one_each = numbers({kSamples, 1, 1, 1}, 3);
  const Tensor weights = numbers({kSamples, kSamples}, 4);
  const std::vector<Program> programs = {
      [&](const Tensor& x) { return conv2d(x, f.points) * one_each; },
      [&](const Tensor& x) { return softmax(conv2d(x, f.points), 0); },
      [&](const Tensor& x) { return mean(conv2d(x, f.points), {0}); },
      [&](const Tensor& x) { return sum(conv2d(x, f.points)); },
      [&](const Tensor& x) {
        return cat({conv2d(x, f.points), x}, 0);
      },
      [&](const Tensor& x) { return flip(conv2d(x, f.points), {0}); },
      [&](const Tensor& x) { return f.norm(conv2d(x, f.points), false, true); },
      [&](const Tensor& x) {
        return matmul(weights, mean(conv2d(x, f.points), {2, 3}));
      },
      [&](const Tensor& x) { return reshape(conv2d(x, f.points), {-1}); },
      [&](const Tensor& x) { return conv2d(x, f.points) + rand_like(x); },
  };
  const Tensor x = images();
  for (const Program& program : programs) {
    const Graph graph = traced(program, x);
    const GraphRunner runner(graph);
    const NoGradGuard unrecorded;
    Tensor y;
    CHECK(convolutions([&] { y = runner.run({{x}})[0]; }) == 1);
    CHECK(same_bits(y, graph.run({x})[0]));
  }
  const GraphRunner runner(
      traced([&](const Tensor& in) { return conv2d(in, f.points); }, images()));
  const Tensor given = images().set_requires_grad();
  Tensor y;
  CHECK(convolutions([&] { y = runner.run({{given}})[0]; }) == 1);
  CHECK(same_bits(grad({sum(y)}, {given})[0], grad({sum(conv2d(given, f.points))}, {given})[0]));
}

TEST_CASE("a write to a weight is seen by all kernels that keep a layout of it") {
  struct Case {
    Shape input;
    Shape weight;
    std::int64_t padding;
    std::int64_t groups;
    std::string kernel;  // with AVX-512; none for one of oneDNN's
  };
  const Case cases[] = {{{1, 32, 40, 40}, {32, 32, 3, 3}, 1, 1, "winograd"},
                        {{1, 16, 40, 40}, {16, 16, 3, 3}, 1, 1, "winograd"},
                        {{1, 32, 16, 16}, {32, 32, 1, 1}, 1, 1, ""},
                        {{1, 32, 16, 16}, {32, 32, 1, 1}, 0, 1, "pointwise"},
                        {{1, 3, 40, 40}, {16, 3, 3, 3}, 1, 1, "planes"},
                        {{1, 5, 9, 12}, {16, 5, 3, 3}, 0, 1, "vectors"},
                        {{1, 3, 28, 28}, {6, 3, 3, 3}, 1, 1, "pairs"},
                        {{1, 32, 16, 16}, {32, 1, 3, 3}, 1, 32, "depthwise"},
                        {{1, 3, 16, 16}, {6, 3, 3, 3}, 1, 1, "loops"}};
  for (const Case& each : cases) {
    CAPTURE(each.input);
    CAPTURE(each.weight);
    Tensor weight = numbers(each.weight, 6);
    Tensor bias = numbers({each.weight[0]}, 7);
    const Tensor x = numbers(each.input);
    const Graph graph = traced(
        [&](const Tensor& in) {
          const ConvOptions<2> options{.padding = each.padding, .groups = each.groups};
          return cat({conv2d_relu(in, weight, bias, options), conv2d_relu(in, weight, {}, options)},
                     1);
        },
        x);
    const GraphRunner runner(graph);
    const NoGradGuard unrecorded;
    for (int round = 0; round < 3; ++round) {
      const Tensor expected = graph.run({x})[0];
      CHECK(same_bits(runner.run({{x}})[0], expected));
      CHECK(same_bits(runner.run({{x}})[0], expected));
      (round == 0 ? weight : bias).mul_(-1.5);
    }
    if (!each.kernel.empty() && detail::best_instructions() == detail::Instructions::avx512) {
      CHECK(convolutions_of([&] { runner.run({{x}}); }).kernels == each.kernel);
    }
  }
}

TEST_CASE("a write to a weight is seen by the kernel of two convolutions") {
  Tensor parameters[] = {numbers({32, 1, 3, 3}, 6), numbers({48, 32, 1, 1}, 7), numbers({32}, 8),
                         numbers({48}, 9)};
  const Tensor x = numbers({1, 32, 16, 16});
  const Graph graph = traced(
      [&](const Tensor& in) {
        return separable_conv2d_relu(in, parameters[0], parameters[1], parameters[2], parameters[3],
                                     {.padding = 1});
      },
      x);
  const GraphRunner runner(graph);
  const NoGradGuard unrecorded;
  for (Tensor& parameter : parameters) {
    CHECK(same_bits(runner.run({{x}})[0], graph.run({x})[0]));
    parameter.mul_(-1.5);
  }
  CHECK(same_bits(runner.run({{x}})[0], graph.run({x})[0]));
}
