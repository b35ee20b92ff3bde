// The table of operators on the references: values and gradients are those of the usual kernels.
#include <doctest/doctest.h>

#include <limits>

#include <retrograd/ops/kernel_choice.h>
#include <retrograd/ops/kernels/reference/reference.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

Result run_reference(const OpCase& row, Layout layout, rg::DType dtype) {
  const rg::kernels::reference::Installed references;
  const rg::ReferenceKernelsGuard guard;
  return run(row, layout, dtype);
}

template <class ToleranceOf>
void check(Layout layout, rg::DType dtype, const ToleranceOf& tolerance_of) {
  const long long before = rg::kernel_counts().reference;
  for (const OpCase& row : all_cases()) {
    INFO(row.name() << ", " << op_cases::name(layout));
    const Result expected = run_reference(row, layout, dtype);
    const Result actual = run(row, layout, dtype);
    const Tolerance tolerance = tolerance_of(row);
    CHECK(difference(actual.value, expected.value, tolerance) == "");
    for (std::size_t i = 0; i < row.inputs.size(); ++i) {
      CAPTURE(i);
      REQUIRE(actual.gradients[i].defined() == expected.gradients[i].defined());
      if (expected.gradients[i].defined()) {
        CHECK(difference(actual.gradients[i], expected.gradients[i], tolerance) == "");
      }
    }
  }
  const long long references = rg::kernel_counts().reference - before;
  MESSAGE(all_cases().size() << " rows, " << op_cases::name(layout) << ": " << references
                             << " kernels by references");
  CHECK(references > 1000);
}

}  // namespace

// The layouts for which kernels have loops of their own; references copy what they read.
TEST_CASE("float64 agrees with the references in three layouts") {
  for (const Layout layout : {Layout::contiguous, Layout::channels_last, Layout::gapped}) {
    check(layout, rg::float64, [](const OpCase& row) {
      return Tolerance{.rtol = rounding(row, std::numeric_limits<double>::epsilon()),
                       .of_largest = true};
    });
  }
}

// With the tolerances of float32 and bfloat16 beside float64 in dtypes_test.cpp.
TEST_CASE("float32 agrees with the references") {
  check(Layout::contiguous, rg::float32, [](const OpCase& row) {
    return Tolerance{.atol = 1e-5,
                     .rtol = rounding(row, std::numeric_limits<float>::epsilon()),
                     .of_largest = true};
  });
}

TEST_CASE("bfloat16 agrees with the references") {
  check(Layout::contiguous, rg::bfloat16,
        [](const OpCase&) { return Tolerance{.atol = 1e-2, .rtol = 1.6e-2, .of_largest = true}; });
}
