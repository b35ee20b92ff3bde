// Each pass alone: the steps that are left, and the values that they give.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"
#include "unit/graph_changes.h"

namespace {

using namespace retrograd;
using test::difference;
using test::numbers;
using test::same_bits;
using test::steps_of;
using Program = std::function<Tensor(const Tensor& x)>;

Graph traced(const Program& program, const Tensor& x) {
  const Trace trace;
  const Tensor y = program(x);
  return Graph(trace, {x}, {y});
}

struct Norm {
  Tensor mean = numbers({6}, 1);
  Tensor var = rand_var();
  Tensor weight = numbers({6}, 3);
  Tensor bias = numbers({6}, 4);

  static Tensor rand_var() {
    Generator generator(2);
    return rand({6}, {}, generator) + 0.5;
  }
  Tensor operator()(const Tensor& x, bool relu = false, bool training = false) const {
    return (relu ? batch_norm_relu : batch_norm)(x, mean, var, weight, bias,
                                                 {.training = training, .eps = 1e-3}, {});
  }
};

}  // namespace

TEST_CASE("dead steps go, with the constants that only they used; writes stay") {
  const Tensor used = numbers({3});
  const Tensor unused = numbers({3}, 6);
  const Tensor x = numbers({3}, 7);
  Tensor count = zeros({3});
  Graph graph = traced(
      [&](const Tensor& in) {
        sin(exp(in) * unused);
        count.add_(in);
        return in + used;
      },
      x);
  CHECK(drop_dead_steps(graph) == 3);
  CHECK(steps_of(graph) == "add_ add");
  for (const GraphValue& value : graph.values) {
    CHECK(value.constant.impl_or_null() != unused.impl_or_null());
  }
  CHECK(same_bits(graph.run({x})[0], x + used));
}

TEST_CASE("steps that return their input go") {
  const Tensor x = numbers({2, 3});
  Graph graph = traced(
      [](const Tensor& in) {
        Tensor y = reshape(in, {2, 3}).to(float32).contiguous();
        y = dropout(expand(flatten(y, 1), {2, 3}), 0.5, false);
        y = alpha_dropout(view(y, {2, 3}), 0.5, false);
        return stochastic_depth(dropout1d(y, 0.1, false), 0.5, StochasticDepthMode::row, false);
      },
      x);
  CHECK(graph.steps.size() == 10);
  CHECK(drop_noops(graph) == 10);
  CHECK(steps_of(graph) == "");
  CHECK(graph.run({x})[0].impl_or_null() == x.impl_or_null());

  Graph needed = traced(
      [](const Tensor& in) {
        const Tensor y = transpose(in, 0, 1).contiguous().to(float64);
        return dropout(reshape(y, {2, 3}), 0.5, true);
      },
      x);
  CHECK(drop_noops(needed) == 0);
  CHECK(steps_of(needed) == "transpose contiguous to reshape dropout");
}

TEST_CASE("graphs that write in place keep their steps") {
  const Tensor x = numbers({2, 3});
  const Tensor weight = numbers({2, 3}, 6);
  Graph graph = traced(
      [&](const Tensor& in) {
        Tensor y = reshape(in * 1.0, {2, 3});
        y.add_(exp(weight));
        return relu(y + y);
      },
      x);
  const std::string before = steps_of(graph);
  const Tensor expected = graph.run({x})[0];
  CHECK(drop_noops(graph) + fold_constants(graph) + fold_batch_norms(graph) + fuse_relus(graph) ==
        0);
  CHECK(steps_of(graph) == before);
  CHECK(same_bits(graph.run({x})[0], expected));
}

TEST_CASE("norms that move no statistics have no effect") {
  const Tensor x = numbers({2, 6, 4});
  Graph graph = traced(
      [&](const Tensor& in) {
        const Tensor y = instance_norm(reshape(in, {2, 6, 4}));
        return relu(batch_norm(y, {}, {}, {}, {}, {.training = true}));
      },
      x);
  const Tensor expected = graph.run({x})[0];
  optimize(graph);
  CHECK(steps_of(graph) == "instance_norm batch_norm_relu");
  CHECK(same_bits(graph.run({x})[0], expected));
}

TEST_CASE("steps of constants alone are run once, except those that draw numbers") {
  const Tensor weight = numbers({2, 3}).set_requires_grad();
  const Tensor x = numbers({3}, 6);
  Graph graph = traced(
      [&](const Tensor& in) {
        const std::vector<Tensor> rows = unbind(weight * 2.0);
        return in * narrow(cat({rows[0], rows[1]}), 0, 0, 3) + rand({3}) + arange(3);
      },
      x);
  const Tensor expected = graph.run({x})[0];
  CHECK(fold_constants(graph) == 5);
  CHECK(steps_of(graph) == "rand mul add add");
  const Tensor found = graph.run({x})[0];
  CHECK(same_bits(found, expected));
  CHECK_FALSE(found.requires_grad());

  Graph refused = traced([](const Tensor& in) { return in + exp(ones({2})); }, ones({2}));
  std::get<std::vector<std::int64_t>>(refused.steps[0].arguments[0])[0] = -1;
  CHECK(fold_constants(refused) == 0);
  CHECK_THROWS_AS(refused.run({ones({2})}), Error);
}

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

TEST_CASE("ReLU is merged into the step before, with the same bits") {
  const Norm norm;
  const Tensor x = numbers({2, 6, 4});
  const Tensor w = numbers({6, 6, 1}, 6);
  const Tensor square = numbers({4, 4}, 7);
  const std::vector<std::pair<Program, std::string>> programs = {
      {[&](const Tensor& in) { return relu(conv1d(in, w)); }, "conv1d_relu"},
      {[&](const Tensor& in) { return relu(conv2d(in, unsqueeze(w, 3))); },
       "unsqueeze conv2d_relu"},
      {[&](const Tensor& in) { return relu(linear(in, square)); }, "linear_relu"},
      {[&](const Tensor& in) { return relu(norm(in)); }, "batch_norm_relu"},
      {[&](const Tensor& in) { return relu(in + w[0]); }, "index add_relu"},
      {[&](const Tensor& in) { return relu(in + 1.0); }, "add relu"},
      {[&](const Tensor& in) { return relu(in + arange(4)); }, "arange add_relu"},
      {[&](const Tensor& in) { return relu((in > 0).to(int64) + arange(4)); },
       "arange gt to add relu"},
      {[&](const Tensor& in) {
         const Tensor y = in + in;
         return relu(y) * y;
       },
       "add relu mul"},
  };
  for (std::size_t i = 0; i < programs.size(); ++i) {
    CAPTURE(i);
    const Tensor input = i == 1 ? unsqueeze(x, 3) : x;
    Graph graph = traced(programs[i].first, input);
    const Tensor expected = graph.run({input})[0];
    fuse_relus(graph);
    CHECK(steps_of(graph) == programs[i].second);
    CHECK(difference(graph.run({input})[0], expected) == 0);
  }
}
