// A prepared graph gives the bits of the program, again and again, from several threads.
#include <doctest/doctest.h>

#include <cstddef>
#include <thread>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/graph_changes.h"
#include "unit/nn_small_lenet.h"

namespace {

using namespace retrograd;
using test::numbers;
using test::same_bits;
using Tensors = std::vector<Tensor>;

}  // namespace

TEST_CASE("a runner gives the program's bits in each run, and its gradients") {
  manual_seed(1);
  test::SmallLeNet net;
  const Tensor x = numbers({2, 1, 16, 16}).set_requires_grad();
  const Trace trace(net);
  const Tensor expected = net(x);
  const GraphRunner runner(Graph(trace, {x}, {expected}));
  const Tensor wanted = grad({sum(expected)}, {x}, {.retain_graph = true})[0];
  for (int again = 0; again < 3; ++again) {
    const Tensor y = runner.run({{x}})[0];
    CHECK(same_bits(y, expected));
    CHECK(same_bits(grad({sum(y)}, {x})[0], wanted));
  }
  CHECK(runner.graph().steps.size() == 12);
}

TEST_CASE("outputs may be inputs, constants, undefined, and the same") {
  const Tensor x = numbers({3});
  const Tensor constant = numbers({2});
  const Trace trace;
  const Tensor y = x * 2.0;
  const Tensor unused = constant + 1.0;
  const GraphRunner runner(Graph(trace, {x}, {x, y, y, Tensor(), unused}));
  Graph with_constant = runner.graph();
  with_constant.outputs.push_back(std::get<ValueId>(with_constant.steps[1].arguments[0]));
  const GraphRunner again(with_constant);
  for (int run = 0; run < 2; ++run) {
    const Tensor other = numbers({3}) + 1.0;
    const Tensors found = again.run({{other}});
    REQUIRE(found.size() == 6);
    CHECK(found[0].impl_or_null() == other.impl_or_null());
    CHECK(same_bits(found[1], other * 2.0));
    CHECK(found[1].impl_or_null() == found[2].impl_or_null());
    CHECK_FALSE(found[3].defined());
    CHECK(same_bits(found[4], unused));
    CHECK(found[5].impl_or_null() == constant.impl_or_null());
  }
}

TEST_CASE("a value that is written in place, and a constant, are what later steps see") {
  const Tensor x = numbers({3});
  Tensor count = zeros({3});
  const Trace trace;
  Tensor y = x * 2.0;
  const Tensor before = y + 1.0;
  y.mul_(x);
  count.add_(y);
  const Tensor z = before * y + count;
  const GraphRunner runner(Graph(trace, {x}, {z, count}));
  const Tensor expected = z.clone();
  count.zero_();
  CHECK(same_bits(runner.run({{x}})[0], expected));
  CHECK(same_bits(count, y));
  const Tensors again = runner.run({{x}});
  CHECK(same_bits(again[0], before * y + y * 2.0));
  CHECK(again[1].impl_or_null() == count.impl_or_null());
}

TEST_CASE("a runner works again after inputs that an operator refuses") {
  nn::Linear layer(3, 2);
  const Tensor x = numbers({2, 3});
  const Trace trace(layer);
  const Tensor expected = layer(x);
  const GraphRunner runner(Graph(trace, {x}, {expected}));
  CHECK(same_bits(runner.run({{x}})[0], expected));
  CHECK_THROWS_AS(runner.run({{ones({2, 4})}}), ShapeError);
  CHECK_THROWS_AS(runner.run({{x, x}}), GraphError);
  CHECK_THROWS_AS(runner.run({{ones({2, 3}, {.dtype = float64})}}), DTypeError);
  CHECK(same_bits(runner.run({{x}})[0], expected));
  Graph wrong = runner.graph();
  wrong.outputs[0] = ValueId{99};
  CHECK_THROWS_AS(GraphRunner{wrong}, GraphError);
  wrong.outputs.clear();
  wrong.inputs[0] = ValueId{-1};
  CHECK_THROWS_AS(GraphRunner{wrong}, GraphError);
}

TEST_CASE("values are freed at their last use, and between runs") {
  constexpr std::int64_t kCount = 1 << 20;
  const Tensor x = ones({kCount});
  Tensor y = x;
  Graph graph;
  {
    const Trace trace;
    for (int i = 0; i < 6; ++i) {
      y = y + 1.0;
    }
    graph = Graph(trace, {x}, {y});
  }
  const GraphRunner runner(graph);
  const NoGradGuard unrecorded;
  runner.run({{x}});
  const std::size_t before = memory::stats().in_use;
  memory::reset_peak();
  { const Tensors found = runner.run({{x}}); }
  CHECK(memory::stats().in_use == before);
  CHECK(memory::stats().peak - before < 3 * sizeof(float) * kCount);
}

TEST_CASE("threads run one runner at once") {
  manual_seed(2);
  test::SmallLeNet net;
  Tensors inputs;
  Tensors expected;
  const NoGradGuard unrecorded;
  for (int i = 0; i < 4; ++i) {
    inputs.push_back(numbers({1, 1, 16, 16}) * (1.0 + i));
    expected.push_back(net(inputs.back()));
  }
  const Trace trace(net);
  const Tensor y = net(inputs[0]);
  const GraphRunner runner(Graph(trace, {inputs[0]}, {y}));
  std::vector<int> same(4, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const NoGradGuard unrecorded_here;
      for (int run = 0; run < 20; ++run) {
        same[t] += same_bits(runner.run({&inputs[t], 1})[0], expected[t]) ? 1 : 0;
      }
    });
  }
  for (std::thread& each : threads) {
    each.join();
  }
  CHECK(same == std::vector<int>(4, 20));
}

TEST_CASE("a runner sees writes to its constants, whatever layouts kernels keep of them") {
  Tensor weight = numbers({32, 16, 3, 3}, 6);
  const Tensor last = numbers({8, 144, 1, 1}, 7);
  const Tensor x = numbers({2, 16, 9, 9});
  Graph graph;
  {
    const Trace trace;
    const Tensor y = conv2d(conv2d(x, weight), reshape(weight, {144, 32, 1, 1}));
    graph = Graph(trace, {x}, {conv2d(y, last)});
  }
  const GraphRunner runner(graph);
  const NoGradGuard unrecorded;
  for (int round = 0; round < 3; ++round) {
    const Tensor expected = graph.run({x})[0];
    CHECK(same_bits(runner.run({{x}})[0], expected));
    CHECK(same_bits(runner.run({{x}})[0], expected));
    const Tensor one = narrow(x, 0, 1, 1);
    CHECK(same_bits(runner.run({{one}})[0], graph.run({one})[0]));
    weight.mul_(1.5);
  }
}

TEST_CASE("a runner that records gradients of weights keeps no layouts of them") {
  Tensor weight = numbers({32, 16, 3, 3}, 6).set_requires_grad();
  const Tensor x = numbers({2, 16, 9, 9});
  Graph graph;
  {
    const Trace trace;
    graph = Graph(trace, {x}, {conv2d(x, weight)});
  }
  const GraphRunner runner(graph);
  runner.run({{x}});
  const std::size_t before = memory::stats().in_use;
  runner.run({{x}});
  CHECK(memory::stats().in_use == before);
  weight.data<float>()[0] = 50.0F;  // moves no version
  CHECK(same_bits(runner.run({{x}})[0], graph.run({x})[0]));
  const NoGradGuard unrecorded;
  runner.run({{x}});
  if (onednn_enabled()) {  // the portable kernel reads weights as they are
    CHECK(memory::stats().in_use > before);
  }
}
