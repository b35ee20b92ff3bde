// Rows that are affine in each input: a step of 1 is as exact as a small one, and the backward pass
// is the transpose of the forward pass.
#include <doctest/doctest.h>

#include <cmath>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/gradcheck.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

struct Dot {
  double value = 0;
  double magnitude = 0;  // the sum of the absolute products, which rounding is relative to
};

Dot dot_product(const rg::Tensor& a, const rg::Tensor& b) {
  const auto x = a.to_vector<double>();
  const auto y = b.to_vector<double>();
  Dot result;
  for (std::size_t i = 0; i < x.size(); ++i) {
    result.value += x[i] * y[i];
    result.magnitude += std::fabs(x[i] * y[i]);
  }
  return result;
}

rg::Tensor random_like(const rg::Tensor& x, std::uint64_t seed) {
  rg::Generator generator(seed);
  return rg::randn(x.shape(), {.dtype = rg::float64}, generator);
}

// <J v, u> against <v, J^T u>, J being the derivative with respect to one input.
void check_adjoint(const OpCase& row, std::size_t input) {
  Tensors inputs = values_of(row);
  const rg::Tensor v = random_like(inputs[input], 1);
  Tensors moved = inputs;
  moved[input] = inputs[input] + v;
  inputs[input].set_requires_grad();
  const rg::Tensor y = row.function(inputs);
  const rg::Tensor u = random_like(y, 2);
  const rg::Tensor transposed = rg::grad({y}, {inputs[input]}, {.grad_outputs = {u}}).front();
  const rg::NoGradGuard unrecorded;
  const Dot right = dot_product(v, transposed);
  const Dot after = dot_product(row.function(moved), u);
  const Dot before = dot_product(y, u);
  const double scale = right.magnitude + after.magnitude + before.magnitude;
  CHECK(std::fabs(after.value - before.value - right.value) <= 1e-12 * scale);
}

}  // namespace

TEST_CASE("affine operators: finite differences with a step of 1") {
  std::size_t rows = 0;
  for (const OpCase& row : all_cases()) {
    if (row.affine) {
      INFO(row.name());
      ++rows;
      const LaidOutCase laid_out(row, Layout::contiguous);
      const rg::GradcheckResult result =
          rg::gradcheck(laid_out, laid_out.leaves(), {.eps = 1, .atol = 1e-12, .rtol = 1e-12});
      CHECK_MESSAGE(result.passed, result.message);
    }
  }
  MESSAGE(rows << " affine rows");
}

TEST_CASE("affine operators: the backward pass is the transpose of the forward pass") {
  for (const OpCase& row : all_cases()) {
    for (std::size_t i = 0; row.affine && i < row.inputs.size(); ++i) {
      if (row.is_floating(i)) {
        INFO(row.name() << ", input " << i);
        check_adjoint(row, i);
      }
    }
  }
}
