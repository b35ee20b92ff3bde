// float32 and bfloat16 against float64, value and gradients, in every layout; oneDNN's kernels and
// the portable ones.
#include <doctest/doctest.h>

#include <limits>

#include <retrograd/ops/kernel_choice.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

// The value and the gradients in `dtype` against float64's for the same numbers.
void check(const OpCase& row, Layout layout, rg::DType dtype, const Tolerance& tolerance) {
  const Result expected = run(row, layout, rg::float64);
  const Result actual = run(row, layout, dtype);
  CHECK((actual.value.dtype() == dtype || row.op == "to"));
  CHECK(difference(actual.value, expected.value, tolerance) == "");
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    CAPTURE(i);
    REQUIRE(expected.gradients[i].defined() == row.is_floating(i));
    REQUIRE(actual.gradients[i].defined() == row.is_floating(i));
    if (row.is_floating(i)) {
      CHECK(actual.gradients[i].dtype() == dtype);
      CHECK(difference(actual.gradients[i], expected.gradients[i], tolerance) == "");
    }
  }
}

void check_float32() {
  for (const Layout layout : kLayouts) {
    for (const OpCase& row : all_cases()) {
      INFO(row.name() << ", " << op_cases::name(layout));
      check(row, layout, rg::float32,
            {.atol = 1e-5,
             .rtol = rounding(row, std::numeric_limits<float>::epsilon()),
             .of_largest = true});
    }
  }
  MESSAGE(all_cases().size() << " rows, each in " << kLayouts.size() << " layouts");
}

}  // namespace

TEST_CASE("float32 agrees with float64 in every layout: oneDNN where it serves") {
  const auto before = rg::kernel_counts().onednn;
  check_float32();
  CHECK((rg::kernel_counts().onednn > before) == rg::onednn_enabled());
}

TEST_CASE("float32 agrees with float64 in every layout: portable kernels alone") {
  const rg::ReferenceKernelsGuard portable;
  const auto before = rg::kernel_counts().onednn;
  check_float32();
  CHECK(rg::kernel_counts().onednn == before);
}

TEST_CASE("bfloat16 agrees with float64 in every layout") {
  for (const Layout layout : kLayouts) {
    for (const OpCase& row : all_cases()) {
      INFO(row.name() << ", " << op_cases::name(layout));
      check(row, layout, rg::bfloat16, {.atol = 1e-2, .rtol = 1.6e-2, .of_largest = true});
    }
  }
}

TEST_CASE("values in bfloat16 agree with those in float32") {
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    const rg::Tensor expected = run(row, rg::float32, 0).value;
    const rg::Tensor actual = run(row, rg::bfloat16, 0).value;
    CHECK(difference(actual, expected, {.atol = 1e-3, .rtol = 1.6e-2}) == "");
  }
}
