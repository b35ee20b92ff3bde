// Whole programs traced, written as data and run again: the same bits, forward and gradients.
#include <doctest/doctest.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/nn_small_lenet.h"

namespace {

using namespace retrograd;
using test::same_bits;
using Program = std::function<Tensor(const Tensor& x)>;

Tensor image(const Shape& shape) {
  Generator generator(5);
  return randn(shape, {}, generator);
}

// Runs `program` under a trace, and its graph on a copy of the input: value, gradients of the input
// and of the parameters. `reset` puts back what the program wrote to.
Graph check_replay(
    const Program& program, const Tensor& input, const std::vector<Tensor>& parameters = {},
    const std::function<void()>& reset = [] {}) {
  const Tensor x = input.clone().set_requires_grad();
  std::optional<Graph> graph;
  Tensor expected;
  {
    const Trace trace;
    expected = program(x);
    graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{expected});
  }
  std::vector<Tensor> leaves = parameters;
  leaves.push_back(x);
  const auto wanted = grad({sum(expected)}, leaves, {.allow_unused = true});
  reset();
  const Tensor again = input.clone().set_requires_grad();
  const Tensor actual = graph->run({again}).at(0);
  CAPTURE(*graph);
  CHECK(same_bits(actual, expected));
  leaves.back() = again;
  const auto found = grad({sum(actual)}, leaves, {.allow_unused = true});
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(found[i].defined());
    CHECK(same_bits(found[i], wanted[i]));
  }
  return *graph;
}

std::vector<Tensor> copies(const nn::Module::NamedTensors& named) {
  std::vector<Tensor> all;
  for (const auto& [name, tensor] : named) {
    all.push_back(tensor.detach().clone());
  }
  return all;
}

struct Residual : nn::Module {
  nn::Conv2d conv1{4, 4, 3, {.padding = 1}};
  nn::BatchNorm2d bn1{4};
  nn::Conv2d conv2{4, 4, 3, {.padding = 1}};
  nn::BatchNorm2d bn2{4};

  nn::Members members() override {
    return {{"conv1", conv1}, {"bn1", bn1}, {"conv2", conv2}, {"bn2", bn2}};
  }
  Tensor forward(const Tensor& x) override { return relu(bn2(conv2(relu(bn1(conv1(x))))) + x); }
};

}  // namespace

TEST_CASE("LeNet's graph gives the same bits, names its parameters and says the way") {
  manual_seed(1);
  test::SmallLeNet net;
  check_replay([&](const Tensor& x) { return net(x); }, image({2, 1, 16, 16}), net.parameters());
  const Tensor x = image({1, 1, 16, 16});
  const Trace trace(net);
  const Graph graph(trace, {x}, {net(x)});
  const GraphStep& first = graph.steps.at(0);
  CHECK(first.op == "conv2d");
  CHECK(first.path == "SmallLeNet.conv1");
  CHECK(to_string(first.where).starts_with("nn_small_lenet.h:"));
  const auto weight = std::get<ValueId>(first.arguments.at(1));
  CHECK(graph.values.at(static_cast<std::size_t>(weight.index)).name == "conv1.weight");
}

TEST_CASE("a residual net's graph gives the same bits and moves its statistics likewise") {
  manual_seed(2);
  Residual net;
  const auto before = copies(net.named_buffers());
  std::vector<Tensor> after;
  const auto reset = [&] {
    after = copies(net.named_buffers());
    std::size_t i = 0;
    for (auto& [name, buffer] : net.named_buffers()) {
      buffer.copy_(before[i++]);
    }
  };
  check_replay([&](const Tensor& x) { return net(x); }, image({2, 4, 5, 5}), net.parameters(),
               reset);
  const auto again = copies(net.named_buffers());
  for (std::size_t i = 0; i < again.size(); ++i) {
    CAPTURE(i);
    CHECK(same_bits(again[i], after[i]));
    CHECK_FALSE(same_bits(again[i], before[i]));
  }
}

TEST_CASE("an LSTM's graph gives the same bits") {
  manual_seed(3);
  nn::LSTM lstm(3, 4, {.num_layers = 2, .bidirectional = true});
  check_replay([&](const Tensor& x) { return lstm(x).output; }, image({5, 2, 3}),
               lstm.parameters());
}

TEST_CASE("attention's graph gives the same bits") {
  manual_seed(4);
  nn::MultiheadAttention attention(8, 2);
  nn::Dropout dropout(0.25);
  check_replay([&](const Tensor& x) { return dropout(attention(x, x, x).output); },
               image({3, 2, 8}), attention.parameters());
}

TEST_CASE("a graph with writes in place, to views too, gives the same bits") {
  check_replay(
      [](const Tensor& x) {
        Tensor y = x * 2.0;
        Tensor row = select(y, 0, 1);
        row.mul_(select(x, 0, 0)).add_(select(x, 0, 0));
        y.sub_(0.5);
        Tensor z = zeros({2, 3});
        select(z, 1, 2).copy_(select(y, 1, 0));
        z.fill_(1).div_(y);
        return exp(y) * z + row;
      },
      image({2, 3}));
}

TEST_CASE("a program that differentiates inside gives the same bits") {
  check_replay(
      [](const Tensor& x) {
        const Tensor y = sum(sin(x) * x);
        const Tensor slope = grad({y}, {x}, {.create_graph = true})[0];
        return slope * slope + x;
      },
      image({4}));
}

TEST_CASE("a backward pass, the gradient it leaves and a leaf made inside are run again") {
  const Tensor input = image({3});
  std::optional<Graph> graph;
  Tensor expected;
  {
    const Trace trace;
    const Tensor leaf = input.detach().set_requires_grad();
    sum(exp(leaf)).backward();
    expected = leaf.grad() * 2.0;
    graph.emplace(trace, std::vector<Tensor>{input}, std::vector<Tensor>{expected});
  }
  CHECK(same_bits(graph->run({input.clone()})[0], expected));
}

TEST_CASE("random numbers are those that were drawn, or fresh ones") {
  const auto program = [](const Tensor& x) {
    Generator own(11);
    return dropout(x, 0.5) + rand({64}) + randn({64}, {}, own);
  };
  manual_seed(6);
  const Tensor x = image({64}).set_requires_grad();
  std::optional<Graph> graph;
  Tensor expected;
  {
    const Trace trace;
    expected = program(x);
    graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{expected});
  }
  const Generator::State before = default_generator().state();
  CHECK(same_bits(graph->run({x})[0], expected));
  CHECK(default_generator().state() == before);
  CHECK_FALSE(same_bits(graph->run({x}, {.fresh_random = true})[0], expected));
  CHECK_FALSE(default_generator().state() == before);
}

TEST_CASE("casts of Autocast are steps before the operator") {
  const Tensor x = image({2, 3});
  const Tensor w = image({4, 3}).set_requires_grad();
  std::optional<Graph> graph;
  Tensor expected;
  {
    const Autocast casting(bfloat16);
    const Trace trace;
    expected = linear(x, w) + linear(x, w);
    graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{expected});
  }
  std::vector<std::string> ops;
  for (const GraphStep& step : graph->steps) {
    ops.push_back(step.op);
  }
  CHECK(ops == std::vector<std::string>{"to", "to", "linear", "to", "to", "linear", "add"});
  const Tensor actual = graph->run({x})[0];
  CHECK(actual.dtype() == bfloat16);
  CHECK(same_bits(actual, expected));
}

TEST_CASE("recording switched off and on inside stays so") {
  const auto program = [](const Tensor& x) {
    Tensor scale;
    {
      const NoGradGuard unrecorded;
      scale = sum(x * x);
    }
    return x / scale;
  };
  check_replay(program, image({3}));
}

TEST_CASE("operators without gradients and creation functions are run again") {
  const Tensor x = image({3, 4});
  const Tensor flags = x > 0.0;
  const std::vector<Program> programs = {
      [](const Tensor& a) { return a == 0.5; },
      [](const Tensor& a) { return a != relu(a); },
      [](const Tensor& a) { return a < 0.25; },
      [](const Tensor& a) { return 0.25 <= a; },
      [](const Tensor& a) { return a > -1; },
      [](const Tensor& a) { return a >= abs(a); },
      [](const Tensor& a) { return isnan(a / 0.0) + isinf(a / 0.0) + isfinite(a); },
      [&](const Tensor& a) { return logical_and(a > 0.0, logical_not(flags)); },
      [&](const Tensor& a) { return logical_or(flags, logical_xor(a < 0.0, flags)); },
      [](const Tensor& a) { return argmax(a, 1, true) + argmin(a) + argsort(a, 0, true); },
      [](const Tensor& a) { return all(a > -9.0, {0}) + any(a > 9.0); },
      [](const Tensor& a) { return sort(a, 1, true).indices + topk(a, 4).indices; },
      [](const Tensor& a) { return max_pool1d_with_indices(unsqueeze(a, 1), 2).indices; },
      [](const Tensor& a) { return nonzero(a > 0.0); },
      [](const Tensor& a) { return one_hot((a > 0.0).to(int64), 3); },
      [](const Tensor& a) {
        return zeros({4}) + ones_like(a) + full({3, 1}, 2) + eye(3, 4);
      },
      [](const Tensor& a) { return a + arange(4) + linspace(0, 1, 4) + zeros_like(a); },
      [](const Tensor& a) { return full_like(a, 3) + rand_like(a) + randn_like(a); },
      [](const Tensor& a) { return a + randint(0, 9, {4}) + randperm(4) + empty_like(a).zero_(); },
      [](const Tensor& a) {
        return a + tensor({1.0, 2.0, 3.0, 4.0});
      },
      [](const Tensor& a) {
        return einsum("ij,kj->ik", {a, a}) + split(a, {1, 3}, 1)[0];
      },
      [](const Tensor& a) {
        return index(a, {{}, tensor({0, 2})}) + meshgrid({arange(3), arange(2)})[0];
      },
  };
  for (std::size_t i = 0; i < programs.size(); ++i) {
    CAPTURE(i);
    std::optional<Graph> graph;
    Tensor expected;
    {
      const Trace trace;
      expected = programs[i](x);
      graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{expected});
    }
    CHECK(same_bits(graph->run({x})[0], expected));
  }
}
