// The matrices of explain, multiplied out, are the gradient of backward, for the rows of the table.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include <retrograd/autograd/backward.h>
#include <retrograd/explain/explain.h>
#include <retrograd/tensor/random.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

constexpr std::int64_t kMostElements = 2000;  // of the largest Jacobian

// Of the largest Jacobian, counted as ExplainOptions::most_elements does.
std::int64_t most_elements(const rg::Explanation& e) {
  std::int64_t most = 0;
  for (const rg::JacobianStep& step : e.steps) {
    most = std::max(most, std::max(step.rows, step.columns) * step.columns);
  }
  return most;
}

// Empty if the matrices give what backward does.
std::string fault(const rg::Explanation& e, const rg::Tensor& gradient) {
  const rg::Tensor expected = rg::reshape(gradient.to(rg::float64), {-1, 1});
  return difference(e.product, expected, {.atol = 1e-12, .rtol = 1e-9, .of_largest = true});
}

// The product for inputs of which one is moved, with the numbers that the row draws for seed 1.
rg::Explanation moved(const OpCase& row, Tensors inputs, std::size_t i, double by) {
  inputs[i] = (inputs[i].detach() * by).set_requires_grad(true);
  rg::manual_seed(1);
  const rg::Tensor output = row.function(inputs);
  return rg::explain(rg::sum(output), inputs[i],
                     {.names = {{"w", inputs[i]}, {"out", output}}, .most_elements = 1 << 20});
}

}  // namespace

TEST_CASE("explain gives the gradient of backward") {
  std::set<std::string> operators;
  std::set<std::string> linear;
  std::size_t graphs = 0;
  std::size_t too_large = 0;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    const Tensors inputs = inputs_of(row, rg::float64);
    const rg::Tensor output = row.function(inputs);
    if (!output.requires_grad() || output.numel() == 0) {
      continue;
    }
    rg::Generator generator(1);
    // Exact in every dtype that the row may pass through.
    const rg::Tensor weights = rg::rand(output.shape(), {.dtype = rg::float64}, generator)
                                   .to(rg::bfloat16)
                                   .to(rg::float64);
    const rg::Tensor loss = rg::sum(output * weights);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const rg::Tensor& input = inputs[i];
      const bool used =
          row.is_floating(i) && input.numel() > 0 &&
          rg::grad({loss}, {input}, {.retain_graph = true, .allow_unused = true})[0].defined();
      if (!used) {
        continue;
      }
      if (input.numel() * output.numel() > kMostElements) {
        ++too_large;
        continue;
      }
      const rg::Explanation each =
          rg::explain(loss, input, {.most_elements = 20 * kMostElements, .fold = false});
      const rg::Explanation whole =
          rg::explain(loss, input, {.names = {{"w", input}, {"out", output}, {"loss", loss}}});
      const rg::Tensor gradient = rg::grad({loss}, {input}, {.retain_graph = true})[0];
      if (most_elements(each) <= 20 * kMostElements) {
        CHECK_MESSAGE(fault(each, gradient).empty(), fault(each, gradient));
      }
      CHECK_MESSAGE(fault(whole, gradient).empty(), fault(whole, gradient));
      if (whole.steps.size() == 2 && whole.steps[0].is_linear) {
        const rg::Explanation one = moved(row, inputs, i, 1.0);
        const rg::Explanation other = moved(row, inputs, i, 0.75);
        CHECK_MESSAGE(difference(other.product, one.product, {.atol = 1e-12, .rtol = 1e-9}).empty(),
                      "not linear");
        linear.insert(row.op);
      }
      operators.insert(row.op);
      ++graphs;
    }
  }
  CHECK(graphs >= 2000);
  CHECK(operators.size() >= 150);
  CHECK(linear.size() >= 30);
  MESSAGE(graphs << " graphs of " << operators.size() << " operators; " << too_large
                 << " more are too large; " << linear.size() << " operators are linear");
}
