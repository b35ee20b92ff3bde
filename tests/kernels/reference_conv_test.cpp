// Every implementation of convolution against the reference, exactly: sums of small integers are
// exact in each dtype, and bfloat16 is rounded once.
#include <doctest/doctest.h>

#include "conv_rows.h"
#include "reference_checks.h"

namespace rg = retrograd;
using namespace kernel_tests;

namespace {

ConvResults run_onednn(const ConvRow& row, const ConvInputs& inputs) {
  const rg::NoDirectKernelsGuard guard;
  return run(row, inputs);
}

ConvResults run_portable(const ConvRow& row, const ConvInputs& inputs) {
  const rg::ReferenceKernelsGuard guard;
  return run(row, inputs);
}

}  // namespace

TEST_CASE("all convolutions equal the reference exactly") {
  const rg::KernelCounts before = rg::kernel_counts();
  long long comparisons = 0;
  for (const ConvRow& row : conv_rows()) {
    for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
      INFO(to_string(row) << ' ' << std::string(rg::name(dtype)));
      const ConvInputs inputs = conv_inputs(row, dtype);
      const ConvResults expected = by_reference(3, [&] { return run(row, inputs); });
      for (const auto& implementation : {run, run_onednn, run_portable}) {
        const ConvResults actual = implementation(row, inputs);
        CHECK(equal(actual.y, expected.y));
        CHECK(equal(actual.x_grad, expected.x_grad));
        CHECK(equal(actual.weight_grad, expected.weight_grad));
        CHECK(equal(actual.bias_grad, expected.bias_grad));
        comparisons += 4;
      }
    }
  }
  const rg::KernelCounts after = rg::kernel_counts();
  MESSAGE(comparisons << " exact comparisons with references: oneDNN "
                      << after.onednn - before.onednn << " kernels, direct "
                      << after.direct - before.direct << ", portable "
                      << after.portable - before.portable);
  CHECK(after.direct > before.direct);
  CHECK(after.portable > before.portable);
}
