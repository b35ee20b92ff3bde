// Every choice of which inputs require a gradient, to second order.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/gradcheck.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

// Calls f(subset) for every row of two to four floating inputs and every non-empty set of them.
std::size_t for_each_subset(const std::function<void(const OpCase&, unsigned)>& f) {
  std::size_t subsets = 0;
  for (const OpCase& row : all_cases()) {
    const unsigned count = floating_inputs(row);
    for (unsigned wanted = 1; count >= 2 && count <= 4 && wanted < (1U << count); ++wanted) {
      INFO(row.name() << ", inputs " << wanted);
      f(row, wanted);
      ++subsets;
    }
  }
  return subsets;
}

// Whether the gradients for `seed` depend on anything that requires a gradient.
bool has_second_derivatives(const OpCase& row, const Tensors& inputs, const rg::Tensor& seed) {
  Tensors wanted = inputs;
  std::erase_if(wanted, [](const rg::Tensor& x) { return !x.requires_grad(); });
  const Tensors gradients =
      rg::grad({row.function(inputs)}, wanted, {.grad_outputs = {seed}, .create_graph = true});
  return std::any_of(gradients.begin(), gradients.end(),
                     [](const rg::Tensor& g) { return g.requires_grad(); });
}

}  // namespace

TEST_CASE("inputs that require no gradient get none and change no other's") {
  const std::size_t subsets = for_each_subset([](const OpCase& row, unsigned wanted) {
    const Result all = run(row, rg::float64);
    const Result some = run(row, rg::float64, wanted);
    CHECK(difference(some.value, all.value, {}) == "");
    unsigned floating = 0;
    for (std::size_t i = 0; i < row.inputs.size(); ++i) {
      const bool is_wanted = row.is_floating(i) && ((wanted >> floating++) & 1U) != 0;
      REQUIRE(some.gradients[i].defined() == is_wanted);
      if (is_wanted) {
        CHECK(difference(some.gradients[i], all.gradients[i], {}) == "");
      }
    }
  });
  MESSAGE(subsets << " subsets");
}

TEST_CASE("second derivatives are right for every choice of inputs, and for constant seeds") {
  std::size_t checks = 0;
  for_each_subset([&](const OpCase& row, unsigned wanted) {
    const Tensors inputs = inputs_of(row, rg::float64, wanted);
    rg::Generator generator(1);
    const rg::Tensor seed =
        rg::randn(row.function(inputs).shape(), {.dtype = rg::float64}, generator);
    for (const bool constant : {true, false}) {
      CAPTURE(constant);
      const rg::Tensor v = seed.clone().set_requires_grad(!constant);
      if (has_second_derivatives(row, inputs, v)) {
        const auto result = rg::gradgradcheck(row.function, inputs, {v}, {.eps = row.eps});
        CHECK_MESSAGE(result.passed, result.message);
        ++checks;
      }
    }
  });
  MESSAGE(checks << " checks");
}
