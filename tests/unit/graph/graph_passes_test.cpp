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
using test::Norm;
using test::numbers;
using test::Program;
using test::same_bits;
using test::steps_of;
using test::traced;

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

TEST_CASE("a graph without its contiguous step takes inputs of other strides") {
  const Tensor x = numbers({2, 3});
  const Tensor turned = transpose(numbers({3, 2}, 6), 0, 1);
  const Program program = [](const Tensor& in) { return view(in.contiguous(), {3, 2}) * 2.0; };
  Graph graph = traced(program, x);
  CHECK(drop_noops(graph) == 1);
  CHECK(same_bits(graph.run({turned})[0], program(turned)));

  Graph last = traced([](const Tensor& in) { return in.contiguous(); }, x);
  CHECK(drop_noops(last) == 0);
  CHECK(last.run({turned})[0].is_contiguous());
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
        const Tensor noise = rand({3});
        return in * narrow(cat({rows[0], rows[1]}), 0, 0, 3) + noise + arange(3);
      },
      x);
  const Tensor expected = graph.run({x})[0];
  CHECK(fold_constants(graph) == 5);
  CHECK(steps_of(graph) == "rand mul add add");
  const Tensor found = graph.run({x})[0];
  CHECK(same_bits(found, expected));
  CHECK_FALSE(found.requires_grad());

  Graph alone = traced([](const Tensor&) { return exp(ones({2}) + 1.0); }, ones({2}));
  CHECK(fold_constants(alone) == 2);
  CHECK(steps_of(alone) == "exp");  // the caller may write to an output
  alone.run({ones({2})})[0].mul_(2);
  CHECK(same_bits(alone.run({ones({2})})[0], exp(ones({2}) + 1.0)));

  const Program seen = [](const Tensor& in) { return exp(ones({4}) + 1.0) * in; };
  const Program viewed = [](const Tensor&) {
    return narrow(reshape(exp(ones({4}) + 1.0), {2, 2}), 0, 0, 1);
  };
  Graph product = traced(seen, ones({4}));
  CHECK(fold_constants(product) == 3);
  Graph views = traced(viewed, ones({4}));
  CHECK(fold_constants(views) == 2);
  CHECK(steps_of(views) == "exp reshape narrow");  // the output is a view of what exp makes
  views.run({ones({4})})[0].mul_(2);
  CHECK(same_bits(views.run({ones({4})})[0], viewed(ones({4}))));

  Graph refused = traced([](const Tensor& in) { return in + exp(ones({2})); }, ones({2}));
  std::get<std::vector<std::int64_t>>(refused.steps[0].arguments[0])[0] = -1;
  CHECK(fold_constants(refused) == 0);
  CHECK_THROWS_AS(refused.run({ones({2})}), Error);
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
      {[&](const Tensor& in) {
         const Tensor counts = arange(4);
         return relu((in > 0).to(int64) + counts);
       },
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

TEST_CASE("depthwise and 1x1 convolutions are merged, with the same bits") {
  const Tensor x = numbers({2, 6, 5, 4});
  const Tensor w = numbers({6, 1, 3, 3}, 6);
  const Tensor v = numbers({4, 6, 1, 1}, 7);
  const Tensor b = numbers({6}, 8);
  const Tensor other = numbers({4}, 9);
  const Conv2dOptions options{.stride = {2, 1}, .padding = 1, .groups = 6};
  const auto depthwise = [&](const Tensor& in) { return conv2d_relu(in, w, b, options); };
  const std::vector<std::pair<Program, std::string>> programs = {
      {[&](const Tensor& in) { return conv2d_relu(depthwise(in), v); }, "separable_conv2d_relu"},
      {[&](const Tensor& in) { return conv2d_relu(conv2d_relu(in, w, {}, options), v, other); },
       "separable_conv2d_relu"},
      {[&](const Tensor& in) { return conv2d(depthwise(in), v); }, "conv2d_relu conv2d"},
      {[&](const Tensor& in) { return conv2d_relu(conv2d(in, w, b, options), v); },
       "conv2d conv2d_relu"},
      {[&](const Tensor& in) { return conv2d_relu(depthwise(in), v, {}, {.stride = 2}); },
       "conv2d_relu conv2d_relu"},
      {[&](const Tensor& in) { return conv2d_relu(depthwise(in), v, {}, {.padding = 1}); },
       "conv2d_relu conv2d_relu"},
      {[&](const Tensor& in) {
         const Tensor y = depthwise(in);
         const Tensor z = conv2d_relu(y, v);
         return z + sum(y);
       },
       "conv2d_relu conv2d_relu sum add"},
  };
  for (const auto& [program, steps] : programs) {
    Graph graph = traced(program, x);
    const Tensor expected = graph.run({x})[0];
    const std::size_t removed = fuse_separable_convs(graph);
    CHECK(removed == (steps == "separable_conv2d_relu" ? 1 : 0));
    CHECK(steps_of(graph) == steps);
    CHECK(same_bits(graph.run({x})[0], expected));
  }
}
