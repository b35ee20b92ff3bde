// Every row traced, written as data and run again: the same bits, forward and gradients.
#include <doctest/doctest.h>

#include <optional>
#include <set>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/backward.h>
#include <retrograd/graph/graph.h>

#include "gradient/run_case.h"
#include "same_bits.h"

namespace {

using namespace op_cases;

using test::same_bits;

// The gradients of the inputs that have one, for a seed of the output's shape.
Tensors gradients(const rg::Tensor& y, const Tensors& inputs) {
  const Tensors leaves = leaves_of(inputs);
  if (leaves.empty() || !y.requires_grad()) {
    return {};
  }
  rg::Generator generator(7);
  const rg::Tensor seed = rg::rand(y.shape(), {.dtype = rg::float64}, generator).to(y.dtype());
  return rg::grad({y}, leaves, {.grad_outputs = {seed}, .allow_unused = true});
}

// How a row is run again.
struct Setting {
  rg::DType dtype;
  bool recorded;
  bool autocasts;
};

void check(const OpCase& row, Setting setting) {
  std::optional<rg::Graph> graph;
  const Tensors inputs = inputs_of(row, setting.dtype, setting.recorded ? ~0U : 0U);
  rg::Tensor expected;
  {
    const rg::Autocast casting(rg::bfloat16, setting.autocasts);
    const rg::Trace trace;
    expected = row.function(inputs);
    graph.emplace(trace, inputs, Tensors{expected});
  }
  std::set<std::string> ops;
  for (const rg::GraphStep& step : graph->steps) {
    ops.insert(step.op);
  }
  CAPTURE(*graph);
  if (!setting.autocasts) {  // where it casts inside an operator, that is what it is made of
    CHECK(ops.contains(row.op));
  }
  const Tensors again = inputs_of(row, setting.dtype, setting.recorded ? ~0U : 0U);
  const rg::Tensor actual = graph->run(again).at(0);
  CHECK(same_bits(actual, expected));
  CHECK(actual.requires_grad() == expected.requires_grad());
  const Tensors wanted = gradients(expected, inputs);
  const Tensors found = gradients(actual, again);
  REQUIRE(found.size() == wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i);
    CHECK(same_bits(found[i], wanted[i]));
  }
}

void check_all(Setting setting) {
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    check(row, setting);
  }
  MESSAGE(all_cases().size() << " rows");
}

}  // namespace

TEST_CASE("a traced row run again gives the same bits in float64") {
  check_all({rg::float64, true, false});
}

TEST_CASE("a traced row run again gives the same bits in float32, unrecorded") {
  check_all({rg::float32, false, false});
}

TEST_CASE("a traced row run again gives the same bits in bfloat16") {
  check_all({rg::bfloat16, true, false});
}

TEST_CASE("a traced row run again gives the same bits under Autocast") {
  check_all({rg::float32, true, true});
}
