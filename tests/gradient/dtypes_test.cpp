// float32 and bfloat16 against float64, value and gradient; oneDNN's kernels and the reference.
#include <doctest/doctest.h>

#include <limits>
#include <memory>

#include <retrograd/ops/kernel_choice.h>

#include "run_case.h"

namespace {

using namespace op_cases;

void check_float32(const OpCase& row) {
  const Result expected = run(row, rg::float64);
  const Result actual = run(row, rg::float32);
  const Tolerance tolerance{.atol = 1e-5,
                            .rtol = rounding(row, std::numeric_limits<float>::epsilon()),
                            .of_largest = true};
  CHECK(difference(actual.value, expected.value, tolerance) == "");
  for (std::size_t i = 0; i < row.inputs.size(); ++i) {
    CAPTURE(i);
    REQUIRE(actual.gradients[i].defined() == expected.gradients[i].defined());
    if (expected.gradients[i].defined()) {
      CHECK(actual.gradients[i].dtype() == rg::float32);
      CHECK(difference(actual.gradients[i], expected.gradients[i], tolerance) == "");
    }
  }
}

}  // namespace

TEST_CASE("float32 agrees with float64: oneDNN where it serves") {
  const auto before = rg::kernel_counts().onednn;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    check_float32(row);
  }
  CHECK((rg::kernel_counts().onednn > before) == rg::onednn_enabled());
}

TEST_CASE("float32 agrees with float64: reference kernels alone") {
  const rg::ReferenceKernelsGuard reference;
  const auto before = rg::kernel_counts().onednn;
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    check_float32(row);
  }
  CHECK(rg::kernel_counts().onednn == before);
}

TEST_CASE("bfloat16 agrees with float32") {
  for (const OpCase& row : all_cases()) {
    INFO(row.name());
    const rg::Tensor expected = run(row, rg::float32, 0).value;
    const rg::Tensor actual = run(row, rg::bfloat16, 0).value;
    CHECK((actual.dtype() == rg::bfloat16 || row.op == "to"));
    CHECK(difference(actual, expected, {.atol = 1e-3, .rtol = 1.6e-2}) == "");
  }
}
