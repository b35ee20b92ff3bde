// The operator table beside PyTorch; make_operators.py says what the file holds.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <retrograd/io/safetensors.h>

#include "derivatives.h"
#include "gradient/run_case.h"
#include "test_paths.h"

namespace {

using namespace op_cases;

// What the file holds of a row, by our own means; the second derivatives if asked for.
Tensors computed(const OpCase& row, rg::DType dtype, bool second) {
  const Tensors inputs = inputs_of(row, dtype);
  const Tensors leaves = leaves_of(inputs);
  const rg::Tensor output = row.function(inputs);
  const Tensors first = golden::gradients({output}, 7, leaves);
  Tensors parts{output};
  parts.insert(parts.end(), first.begin(), first.end());
  if (second) {
    const Tensors more = golden::gradients(first, 5, leaves);
    parts.insert(parts.end(), more.begin(), more.end());
  }
  return parts;
}

std::int64_t numel(const Tensors& tensors) {
  std::int64_t count = 0;
  for (const rg::Tensor& tensor : tensors) {
    count += tensor.numel();
  }
  return count;
}

void compare(const OpCase& row, const rg::Tensor& expected, rg::DType dtype, Tolerance tolerance) {
  const Tensors first = computed(row, dtype, false);
  const bool second = expected.numel() > numel(first);
  std::int64_t at = 0;
  for (const rg::Tensor& part : second ? computed(row, dtype, true) : first) {
    REQUIRE(at + part.numel() <= expected.numel());
    const rg::Tensor wanted = rg::slice(expected, 0, at, at + part.numel());
    CHECK(difference(rg::flatten(part.detach().to(rg::float64)), wanted, tolerance) == "");
    at += part.numel();
  }
  CHECK(at == expected.numel());
}

const rg::StateDict& golden_file() {
  static const rg::StateDict file = rg::load(RETROGRAD_TEST_GOLDEN "/operators.safetensors");
  return file;
}

}  // namespace

TEST_CASE("operators: values, first and second derivatives in float64 are PyTorch's") {
  std::size_t second = 0;
  std::size_t rows = 0;
  for (const OpCase& row : all_cases()) {
    if (row.torch.empty()) {
      continue;
    }
    INFO(row.name() << ", in PyTorch " << row.torch);
    REQUIRE_MESSAGE(golden_file().contains(row.name()), "run tests/golden/make_operators.py");
    const rg::Tensor expected = golden_file().at(row.name());
    compare(row, expected, rg::float64, {.atol = 1e-12, .rtol = 1e-10, .of_largest = true});
    second += expected.numel() > numel(computed(row, rg::float64, false)) ? 1 : 0;
    ++rows;
  }
  CHECK(rows == golden_file().size());
  MESSAGE(rows << " rows, " << second << " of them with second derivatives");
}

TEST_CASE("operators: float32 lies as near as its precision allows") {
  for (const OpCase& row : all_cases()) {
    if (!row.torch.empty()) {
      INFO(row.name());
      const double terms = rounding(row, 1.0) / 8;
      compare(row, golden_file().at(row.name()), rg::float32,
              {.atol = 1e-5 * terms, .rtol = 1.3e-6 * terms, .of_largest = true});
    }
  }
}
