// Every row in every layout: first and second derivatives against finite differences, and the
// values against those of the row-major run.
#include <doctest/doctest.h>

#include <limits>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/autograd/gradcheck.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

// Passed, and without a kink to excuse a difference.
void require_passed(const rg::GradcheckResult& result) {
  CHECK_MESSAGE(result.passed, result.message);
  CHECK_MESSAGE(result.kinks.empty(), result.kinks.front());
}

void check_value(const OpCase& row, const LaidOutCase& laid_out) {
  const rg::NoGradGuard unrecorded;
  Tensors row_major = laid_out.inputs(laid_out.leaves());
  for (rg::Tensor& input : row_major) {
    input = input.detach().contiguous();
  }
  const double epsilon = std::numeric_limits<double>::epsilon();
  CHECK(difference(laid_out(laid_out.leaves()), row.function(row_major),
                   {.rtol = rounding(row, epsilon), .of_largest = true}) == "");
}

// sum() hands back one number expanded to the whole shape.
void check_expanded_output_gradient(const LaidOutCase& laid_out) {
  const rg::Tensor y = laid_out(laid_out.leaves());
  Tensors wanted;
  for (const rg::Tensor& leaf : laid_out.leaves()) {
    if (leaf.requires_grad()) {
      wanted.push_back(leaf);
    }
  }
  const Tensors dense =
      rg::grad({y}, wanted, {.grad_outputs = {rg::ones_like(y)}, .retain_graph = true});
  const Tensors expanded = rg::grad({rg::sum(y)}, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    CHECK(difference(expanded[i], dense[i], {.rtol = 1e-14, .of_largest = true}) == "");
  }
}

void check_layout(Layout layout) {
  for (const OpCase& row : all_cases()) {
    INFO(row.name() << ", " << op_cases::name(layout));
    const LaidOutCase laid_out(row, layout);
    const rg::GradcheckOptions options{.eps = row.eps};
    require_passed(rg::gradcheck(laid_out, laid_out.leaves(), options));
    require_passed(rg::gradgradcheck(laid_out, laid_out.leaves(), {}, options));
    check_value(row, laid_out);
    check_expanded_output_gradient(laid_out);
  }
  MESSAGE(all_cases().size() << " rows, " << 2 * all_cases().size() << " gradient checks");
}

}  // namespace

TEST_CASE("every operator has right gradients to second order: row-major inputs") {
  check_layout(Layout::contiguous);
}

TEST_CASE("every operator has right gradients to second order: channels-last inputs") {
  check_layout(Layout::channels_last);
}

TEST_CASE("every operator has right gradients to second order: transposed inputs") {
  check_layout(Layout::transposed);
}

TEST_CASE("every operator has right gradients to second order: inputs with gaps") {
  check_layout(Layout::gapped);
}

TEST_CASE("every operator has right gradients to second order: expanded inputs") {
  check_layout(Layout::expanded);
}

TEST_CASE("every operator has right gradients to second order: inputs within a larger memory") {
  check_layout(Layout::inside);
}

TEST_CASE("second derivatives are right for output gradients with gaps in memory") {
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    const LaidOutCase laid_out(row, Layout::contiguous);
    require_passed(rg::gradgradcheck(laid_out, laid_out.leaves(), {},
                                     {.eps = row.eps, .noncontiguous_grad_outputs = true}));
  }
}
