// Batch norms in the weights of the step before: values, names, and where they stay.
#include <doctest/doctest.h>

#include <cstddef>
#include <functional>
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

}  // namespace

TEST_CASE("batch norms fold into convolutions of all kinds") {
  for (const DType dtype : {float32, float64, bfloat16}) {
    CAPTURE(dtype);
    const double bound = dtype == float64 ? 1e-14 : dtype == float32 ? 2e-6 : 0.02;
    Norm norm;
    for (Tensor* each : {&norm.mean, &norm.var, &norm.weight, &norm.bias}) {
      *each = each->to(dtype);
    }
    const Tensor bias = numbers({6}, 8, dtype);
    using Layer = std::function<Tensor(const Tensor& x, const Tensor& weight)>;
    struct Case {
      Layer layer;
      Shape input;
      Shape weight;
    };
    const Case cases[] = {
        {[&](auto& x, auto& w) { return conv1d(x, w, bias); }, {2, 4, 9}, {6, 4, 3}},
        {[&](auto& x, auto& w) { return conv2d(x, w, {}, {.groups = 2}); },
         {2, 4, 7, 6},
         {6, 2, 3, 2}},
        {[&](auto& x, auto& w) { return conv3d(x, w, bias); }, {2, 4, 5, 4, 3}, {6, 4, 2, 2, 2}},
        {[&](auto& x, auto& w) { return conv_transpose1d(x, w, bias, {.stride = 2, .groups = 2}); },
         {2, 4, 9},
         {4, 3, 3}},
        {[&](auto& x, auto& w) { return conv_transpose2d(x, w); }, {2, 4, 7, 6}, {4, 6, 2, 3}},
        {[&](auto& x, auto& w) { return conv_transpose3d(x, w, {}, {.groups = 2}); },
         {2, 4, 5, 4, 3},
         {4, 3, 2, 1, 2}},
        {[&](auto& x, auto& w) { return linear(x, w, bias); }, {5, 9}, {6, 9}},
    };
    for (const Case& one : cases) {
      CAPTURE(one.weight);
      const Tensor x = numbers(one.input, 9, dtype);
      const Tensor weight = numbers(one.weight, 10, dtype);
      Graph graph = traced([&](const Tensor& in) { return norm(one.layer(in, weight)); }, x);
      const Tensor expected = graph.run({x})[0];
      CHECK(fold_batch_norms(graph) == 1);
      CHECK(graph.run({x})[0].dtype() == dtype);
      CHECK(difference(graph.run({x})[0], expected) < bound);
    }
  }
}

TEST_CASE("a folded norm with ReLU leaves it to be fused, and new parameters have names") {
  struct Block : nn::Module {
    nn::Conv2d conv{3, 6, 3, {.bias = false}};
    nn::BatchNorm2d bn{6};
    nn::Members members() override { return {{"conv", conv}, {"bn", bn}}; }
    Tensor forward(const Tensor& x) override { return bn.forward_relu(conv(x)); }
  };
  Block block;
  block.bn.running_mean.copy_(numbers({6}, 1));
  block.eval();
  const Tensor x = numbers({2, 3, 5, 5});
  const Trace trace(block);
  const Tensor expected = block(x);
  Graph graph(trace, {x}, {expected});
  CHECK(fold_batch_norms(graph) == 0);
  CHECK(steps_of(graph) == "conv2d relu");
  CHECK(fuse_relus(graph) == 1);
  CHECK(steps_of(graph) == "conv2d_relu");
  const auto name = [&](std::size_t argument) {
    const auto id = std::get<ValueId>(graph.steps[0].arguments[argument]);
    return graph.values[static_cast<std::size_t>(id.index)].name;
  };
  CHECK(name(1) == "conv.weight");
  CHECK(name(2) == "conv.bias");
  CHECK(difference(graph.run({x})[0], expected) < 2e-6);
}

TEST_CASE("norms stay where they cannot fold") {
  const Norm norm;
  const Tensor x = numbers({6, 6, 8}, 9);
  const Tensor w = numbers({6, 6, 3}, 10);
  const Tensor square = numbers({8, 8}, 11);
  const std::vector<Program> programs = {
      [&](const Tensor& in) { return norm(in); },
      [&](const Tensor& in) { return norm(conv1d_relu(in, w)); },
      [&](const Tensor& in) { return norm(linear(in, square)); },  // channels are not its outputs
      [&](const Tensor& in) { return norm(conv1d(in, narrow(in, 2, 0, 3))); },
      [&](const Tensor& in) {
        const Tensor y = conv1d(in, w);
        return norm(y) + y;
      },
      [&](const Tensor& in) { return norm(conv1d(in[0], w)); },  // one signal, (6, 6)
  };
  for (std::size_t i = 0; i < programs.size(); ++i) {
    CAPTURE(i);
    Graph graph = traced(programs[i], x);
    const std::string before = steps_of(graph);
    const Tensor expected = graph.run({x})[0];
    CHECK(fold_batch_norms(graph) == 0);
    CHECK(steps_of(graph) == before);
    CHECK(same_bits(graph.run({x})[0], expected));
  }
  Graph training = traced([&](const Tensor& in) { return norm(conv1d(in, w), false, true); }, x);
  CHECK(fold_batch_norms(training) == 0);
}

TEST_CASE("statistics of zero variance and a small eps fold as the norm computes") {
  const Tensor x = numbers({2, 3, 4});
  const Tensor w = numbers({2, 3, 2}, 6);
  Graph graph = traced(
      [&](const Tensor& in) {
        return batch_norm(conv1d(in, w), tensor({0.5, -2.0}), zeros({2}), {}, {}, {.eps = 1e-12});
      },
      x);
  const Tensor expected = graph.run({x})[0];
  CHECK(fold_constants(graph) == 1);
  CHECK(fold_batch_norms(graph) == 1);
  CHECK(difference(graph.run({x})[0], expected) < 2e-6);
}
