// What a trace cannot tell and a graph cannot run is said, with names and lines.
#include <doctest/doctest.h>

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <retrograd/retrograd.h>

#include "same_bits.h"

namespace {

using namespace retrograd;

// An operator of one's own, with a kernel and an argument that is no tensor.
Tensor cube(const Tensor& x, double factor, Where where = {}) {
  const Call call("test_cube", where, x, factor);
  const Tensor values = x.detach().clone();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    float& value = values.data<float>()[i];
    value = static_cast<float>(factor) * value * value * value;
  }
  return call.record({.output = values,
                      .inputs = {x},
                      .saved = {x},
                      .backward = [factor](const Backward& b) -> Gradients {
                        return {b.grad * (3 * factor) * square(b.saved(0))};
                      }});
}

Tensor forgotten(const Tensor& x, Where where = {}) {
  const Call call("test_forgotten", where, x);
  return call.record({.output = x.detach().clone(),
                      .inputs = {x},
                      .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

Tensor recorded_without_call(const Tensor& x, Where where = {}) {
  return record({.op = "test_recorded",
                 .where = where,
                 .output = x.detach().clone(),
                 .inputs = {x},
                 .backward = [](const Backward& b) -> Gradients { return {b.grad}; }});
}

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an operator of one's own is run again once it is registered") {
  const Tensor x = tensor({1.0, 2.0, 3.0}, {.requires_grad = true});
  const Trace trace;
  const Tensor y = cube(x, 0.5);
  if (!is_operator("test_cube")) {
    const std::string error = error_of([&] { Graph(trace, {x}, {y}); });
    CHECK(has(error, "test_cube (graph_errors_test.cpp:"));
    CHECK(has(error, "register_operator"));
    register_operator<cube>("test_cube");
  }
  const Graph graph(trace, {x}, {y});
  const Tensor z = graph.run({x})[0];
  CHECK(test::same_bits(z, y));
  CHECK(test::same_bits(grad({sum(z)}, {x})[0], grad({sum(y)}, {x})[0]));
}

TEST_CASE("what no function can make again is refused by name and line") {
  const Tensor x = tensor({1.0, 2.0}, {.requires_grad = true});
  {
    const Trace trace;
    const Tensor y = forgotten(x);
    CHECK(has(error_of([&] { Graph(trace, {x}, {y}); }), "test_forgotten (graph_errors_test.cpp:"));
  }
  const Trace trace;
  const Tensor y = recorded_without_call(x);
  CHECK(has(error_of([&] { Graph(trace, {x}, {y}); }), "test_recorded (graph_errors_test.cpp:"));
}

TEST_CASE("names are taken once") {
  CHECK_THROWS_AS(register_operator<cube>("conv2d"), ValueError);
  CHECK(is_operator("conv2d"));
  CHECK_FALSE(is_operator("no_such_operator"));
  CHECK(has(error_of([] { call_operator("no_such_operator", {}); }), "no_such_operator"));
  CHECK(has(error_of([] { register_operator<cube>("conv2d"); }), "[name-taken]"));
  CHECK(has(error_of([] { call_operator("no_such_operator", {}); }), "[function-unknown]"));
  CHECK(has(error_of([] { call_operator("relu", {Scalar(1)}); }), "no 'relu' takes"));
}

TEST_CASE("a write that no entry tells of is noticed") {
  nn::Linear layer(2, 1);
  optim::SGD optimizer(layer.parameters(), {.lr = 0.1});
  const Tensor x = ones({1, 2});
  const Trace trace;
  sum(layer(x)).backward();
  optimizer.step();
  const Tensor y = layer(x);
  const std::string error = error_of([&] { Graph(trace, {x}, {y}); });
  CHECK(has(error, "cannot be run again"));
  CHECK(has(error, "graph_errors_test.cpp:"));
}

TEST_CASE("inputs and outputs must fit") {
  const Tensor x = ones({2});
  std::optional<Graph> graph;
  {
    const Trace trace;
    const Tensor y = x + 1.0;
    graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{y});
    CHECK_THROWS_AS(Graph(trace, {Tensor()}, {y}), GraphError);
    CHECK_THROWS_AS(Graph(trace, {x}, {empty_tensor({1}, float32)}), GraphError);
  }
  CHECK_THROWS_AS(graph->run({}), GraphError);
  CHECK(has(error_of([&] { graph->run({}); }), "0 inputs for a graph of 1"));
  CHECK(has(error_of([&] { graph->run({Tensor()}); }), "[undefined-tensor]"));
  CHECK(has(error_of([&] { graph->run({ones({2}, {.dtype = float64})}); }), "[graph-changed]"));
  CHECK_THROWS_AS(graph->run({ones({2}, {.dtype = float64})}), DTypeError);
  CHECK(graph->run({ones({5})})[0].shape() == Shape{5});
  graph->steps[0].arguments[0] = ValueId{99};
  CHECK_THROWS_AS(graph->run({x}), GraphError);
  CHECK(has(error_of([&] { graph->run({x}); }), "value 99 of"));
}

TEST_CASE("a call that failed is no entry, and one trace lives at a time") {
  const Tensor x = ones({2});
  const Trace trace;
  CHECK_THROWS_AS(Trace(), GraphError);
  CHECK_THROWS_AS(reshape(x, {3}), ShapeError);
  const Tensor y = x * 2.0;
  const Graph graph(trace, {x}, {y});
  CHECK(graph.steps.size() == 1);
}

TEST_CASE("a graph inside a call that has not returned is refused") {
  struct Inside : nn::Module {
    const Trace* trace = nullptr;
    std::string error;
    nn::Members members() override { return {}; }
    Tensor forward(const Tensor& x) override {
      const Tensor y = x * 2.0;
      error = error_of([&] { Graph(*trace, {x}, {y}); });
      return y;
    }
  };
  Inside module;
  const Tensor x = ones({2});
  const Trace trace;
  module.trace = &trace;
  const Tensor y = module(x);
  CHECK(has(module.error, "Inside (graph_errors_test.cpp:"));
  CHECK(has(module.error, "has not returned yet"));
  CHECK(Graph(trace, {x}, {y}).steps.size() == 1);
}

TEST_CASE("errors of a run name the traced line, and a graph prints") {
  const Tensor x = ones({2, 3});
  std::optional<Graph> graph;
  std::string line;
  {
    const Trace trace;
    const Tensor y = reshape(x, {3, 2});
    graph.emplace(trace, std::vector<Tensor>{x}, std::vector<Tensor>{y});
    line = to_string(graph->steps.at(0).where);
  }
  CHECK(has(error_of([&] { graph->run({ones({2, 2})}); }), line));
  std::ostringstream out;
  out << *graph;
  CHECK(out.str() == "%1 = reshape(%0, [3, 2])  (" + line + ")\n");
}

TEST_CASE("a composition is one step, and its inside is in the trace") {
  const Tensor x = ones({2, 3}, {.requires_grad = true});
  const Tensor t = zeros({2, 3});
  const Trace trace;
  const Tensor loss = huber_loss(x, t);
  const Graph graph(trace, {x}, {loss});
  CHECK(graph.steps.size() == 1);
  const TraceEntry& entry = trace.entries().at(0);
  CHECK(entry.name == "huber_loss");
  CHECK(entry.kind == TraceEntry::Kind::composition);
  CHECK(entry.end > 2);
  CHECK(entry.end_node > entry.first_node);
  CHECK(trace.entries().at(1).parent == 0);
}
