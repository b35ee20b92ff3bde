// Why an entry of a Jacobian is what it is.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>

#include <retrograd/retrograd.h>

#include "unit/explain_nets.h"

namespace rg = retrograd;
using rg::Tensor;

namespace {

const rg::TensorOptions kWanted{.dtype = rg::float64, .requires_grad = true};

// The step from w to z in sum(z * z).
rg::Explanation step_to(const Tensor& w, const Tensor& z,
                        std::vector<std::pair<std::string, Tensor>> more = {}) {
  more.insert(more.end(), {{"w", w}, {"z", z}});
  return rg::explain(rg::sum(z * z), w, {.names = more});
}

std::string text(const rg::Explanation& e, std::int64_t row, std::int64_t column) {
  const rg::CellReason reason = e.why(e.steps[0], row, column);
  CHECK(reason.is_derived);
  return reason.text();
}

}  // namespace

TEST_CASE("explain: why the slide's dZ2/dW3 is x3") {
  const auto e = test::SlideNet().explain();
  CHECK(text(e, 2, 1) ==
        "Z1[2] is a sum of 3 terms with elements of W1. The factor of W1[3] is x3.\n"
        "  Z1[2] = W1[1] x1 + W1[2] x2 + W1[3] x3\n"
        "  dZ1[2]/dW1[3] = x3");
  CHECK(text(e, 0, 0) ==
        "W1[1] is no term of Z1[1].\n  Z1[1] = W1[2] x1 + W1[3] x2\n  dZ1[1]/dW1[1] = 0");
  CHECK(e.why(e.steps[1], 2, 2).text() ==
        "Z1[3] = 3.8 is positive, so A1[3] is the same and the derivative is 1.\n"
        "  A1[3] = max(0, Z1[3])\n  dA1[3]/dZ1[3] = 1");
  CHECK(e.why(e.steps[1], 1, 1).words.find("is not positive") != std::string::npos);
  CHECK(e.why(e.steps[1], 0, 1).words == "A1[2] depends on Z1[2] alone.");
  CHECK(rg::formula_latex(e.why(e.steps[0], 2, 1).formula) ==
        "(Z_{1})_{2} = (W_{1})_{1} x_{1} + (W_{1})_{2} x_{2} + (W_{1})_{3} x_{3}");
  CHECK_THROWS_AS(e.why(e.steps[0], 3, 0), rg::IndexError);
  CHECK_THROWS_AS(e.why(e.steps[0], 0, -1), rg::IndexError);
}

TEST_CASE("explain: why a sum has a constant, a factor or many terms") {
  const Tensor w = rg::tensor({1.0, 2.0}, kWanted);
  const Tensor b = rg::tensor({3.0}, {.dtype = rg::float64});
  CHECK(text(step_to(w, rg::linear(rg::reshape(w, {1, 2}),
                                   rg::tensor({{0.5, -1.0}}, {.dtype = rg::float64}), b)),
             1, 0) ==
        "z is a sum of 2 terms with elements of w. The factor of w2 is -1. c does not depend on "
        "w.\n  z = 0.5 w1 - w2 + c\n  dz/dw2 = -1");
  CHECK(text(step_to(w, rg::mean(w)), 0, 0) ==
        "z is the mean of 2 elements, so each has the derivative 1/2.\n"
        "  z = 0.5 w1 + 0.5 w2\n  dz/dw1 = 0.5");
  CHECK(text(step_to(w, rg::permute(rg::reshape(w, {1, 2}), {1, 0})), 1, 1) ==
        "z2 is the element w2, moved or repeated.\n  z2 = w2\n  dz2/dw2 = 1");
  const Tensor many = rg::ones({20}, kWanted);
  CHECK(text(step_to(many, rg::sum(many)), 9, 0) ==
        "z is the sum of 20 elements, each with the derivative 1.\n"
        "  z = w1 + w2 + ... + w10 + ... + w20\n  dz/dw10 = 1");
}

TEST_CASE("explain: why a pool's derivative goes to the winner") {
  const Tensor w = rg::tensor({1.0, 4.0, 3.0, 2.0}, kWanted);
  const auto e = step_to(w, rg::max_pool1d(rg::reshape(w, {1, 1, 4}), 2));
  CHECK(text(e, 1, 0) ==
        "z1 is the largest element of its window: the winner is w2 = 4. The whole derivative goes "
        "to the winner.\n  z1 = w2\n  dz1/dw2 = 1");
  CHECK(text(e, 3, 1).find("w4 is not the winner and gets 0.") != std::string::npos);
  CHECK(text(step_to(w, rg::amin(w, 0)), 0, 0).find("smallest") != std::string::npos);
}

TEST_CASE("explain: why an operator on elements has its derivative") {
  const Tensor w = rg::tensor({1.0, 4.0}, kWanted);
  CHECK(text(step_to(w, rg::tanh(w)), 1, 1) ==
        "tanh works on each element: the derivative is 1 - z2^2, at w2 = 4.\n"
        "  z2 = tanh(w2)\n  dz2/dw2 = 0.001341");
  CHECK(text(step_to(w, rg::exp(w)), 0, 0).find("z1 = exp(w1)") != std::string::npos);
  CHECK(text(step_to(w, rg::square(w)), 0, 0).find("dz1/dw1 = 2w1") != std::string::npos);
  CHECK(text(step_to(w, rg::softmax(w, 0)), 0, 1).find("-p_i p_j") != std::string::npos);
  CHECK(text(step_to(w, w * w), 0, 0).find("multiplies by 2w1") != std::string::npos);
}

TEST_CASE("explain: what is not known about an entry is said") {
  const Tensor w = rg::tensor({1.0, 4.0}, kWanted);
  const auto e = step_to(w, rg::logsumexp(w, 0));
  const auto reason = e.why(e.steps[0], 1, 0);
  CHECK_FALSE(reason.is_derived);
  CHECK(reason.formula.empty());
  CHECK(reason.words.find("only the number") != std::string::npos);
  const Tensor large = rg::ones({40}, kWanted);
  const Tensor z = large * 2.0;
  const auto few = rg::explain(rg::sum(z * z), large, {.names = {{"z", z}}, .most_elements = 100});
  CHECK(few.steps[0].computed_columns.size() == 16);
  CHECK(few.why(few.steps[0], 15, 15).is_derived);
  CHECK_FALSE(few.why(few.steps[0], 16, 16).is_derived);
  CHECK(few.why(few.steps[0], 16, 16).text().find("= ") == std::string::npos);
}

TEST_CASE("explain: matrices that are too large have the columns of a slice") {
  const Tensor w = rg::ones({40}, kWanted);
  const Tensor z = w * 2.0;
  const auto e = rg::explain(
      rg::sum(z * z), w, {.names = {{"z", z}}, .slices = {{"z", {20, 23}}}, .most_elements = 100});
  CHECK_FALSE(e.steps[0].computed());
  REQUIRE(e.steps[0].computed_columns.first == 20);
  CHECK(e.steps[0].computed_columns.last == 23);
  CHECK(e.steps[0].entries.size() == 3);
  CHECK(e.steps[0].at(21, 21) == 2);
  CHECK_THROWS_AS(e.steps[0].downsampled(4, 4), rg::GraphError);
}

TEST_CASE("explain: blocks of a large matrix") {
  rg::JacobianStep step{
      .from = 0, .to = 1, .operators = {}, .rows = 5, .columns = 4, .entries = {}, .names = {}};
  step.structure = rg::JacobianStructure::sparse;
  step.entries = {{0, 0, 1.0}, {1, 1, -3.0}, {4, 1, 2.0}, {2, 3, std::nan("")}, {3, 3, 7.0}};
  const auto small = step.downsampled(3, 2);
  CHECK(small.rows == 3);
  CHECK(small.columns == 2);
  CHECK(small.block_rows == 2);
  CHECK(small.block_columns == 2);
  CHECK(small.values[0] == -3);
  CHECK(std::isnan(small.values[3]));
  CHECK(small.values[4] == 2);
  CHECK(small.values[5] == 0);
  CHECK(step.downsampled(10, 10).block_rows == 1);
  CHECK_THROWS_AS(step.downsampled(0, 3), rg::ValueError);
}
