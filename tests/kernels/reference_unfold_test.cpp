// Unfolding and its adjoint against the references, exactly.
#include <doctest/doctest.h>

#include <string>

#include "conv_rows.h"
#include "reference_checks.h"

namespace rg = retrograd;
using namespace kernel_tests;

TEST_CASE("unfold and fold equal the reference exactly") {
  long long comparisons = 0;
  for (const ConvRow& row : conv_rows()) {
    if (row.one_dimensional || row.same || row.depth) {
      continue;
    }
    const rg::Size<2> kernel{row.kernel[0], row.kernel[1]};
    const rg::UnfoldOptions options{.dilation = {row.dilation[0], row.dilation[1]},
                                    .padding = {row.padding[0], row.padding[1]},
                                    .stride = {row.stride[0], row.stride[1]}};
    for (const rg::DType dtype : {rg::float32, rg::float64, rg::bfloat16}) {
      INFO(to_string(row) << ' ' << std::string(rg::name(dtype)));
      const Tensor x = conv_inputs(row, dtype).x;
      const auto unfold = [&] { return rg::unfold(x, kernel, options); };
      const Tensor columns = unfold();
      CHECK(same(columns, by_reference(1, unfold)));
      const Tensor other = integers(columns.shape(), dtype, 6);
      const auto fold = [&] {
        return rg::fold(other, {row.input[0], row.input[1]}, kernel, options);
      };
      CHECK(same(fold(), by_reference(1, fold)));
      comparisons += 2;
    }
  }
  MESSAGE(comparisons << " exact comparisons of unfold and fold with references");
}
