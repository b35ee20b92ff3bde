// The operator table beside PyTorch; make_operators.py says what the file holds.
#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/io/safetensors.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

rg::Tensor weights(const rg::Tensor& like, std::int64_t step) {
  std::vector<double> values;
  for (std::int64_t i = 0; i < like.numel(); ++i) {
    values.push_back(static_cast<double>((i * step) % 13 - 6) / 8 + 1.0 / 16);
  }
  return rg::reshape(rg::tensor(values, {.dtype = rg::float64}), like.shape()).to(like.dtype());
}

Tensors leaves_of(const Tensors& inputs) {
  Tensors leaves;
  for (const rg::Tensor& input : inputs) {
    if (input.requires_grad()) {
      leaves.push_back(input);
    }
  }
  return leaves;
}

// The gradients of sum(x * weights) for the leaves, zeros where there are none.
Tensors gradients(const Tensors& outputs, std::int64_t step, const Tensors& leaves) {
  Tensors differentiable;
  Tensors seeds;
  for (const rg::Tensor& output : outputs) {
    if (output.requires_grad()) {
      differentiable.push_back(output);
      seeds.push_back(weights(output, step));
    }
  }
  Tensors found(leaves.size());
  if (!differentiable.empty() && !leaves.empty()) {
    found = rg::grad(differentiable, leaves,
                     {.grad_outputs = seeds, .create_graph = true, .allow_unused = true});
  }
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    found[i] = found[i].defined() ? found[i] : rg::zeros_like(leaves[i]);
  }
  return found;
}

// What the file holds of a row, by our own means; the second derivatives if asked for.
Tensors computed(const OpCase& row, rg::DType dtype, bool second) {
  const Tensors inputs = inputs_of(row, dtype);
  const Tensors leaves = leaves_of(inputs);
  const rg::Tensor output = row.function(inputs);
  const Tensors first = gradients({output}, 7, leaves);
  Tensors parts{output};
  parts.insert(parts.end(), first.begin(), first.end());
  if (second) {
    const Tensors more = gradients(first, 5, leaves);
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

const rg::StateDict& golden() {
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
    REQUIRE_MESSAGE(golden().contains(row.name()), "run tests/golden/make_operators.py");
    const rg::Tensor expected = golden().at(row.name());
    compare(row, expected, rg::float64, {.atol = 1e-12, .rtol = 1e-10, .of_largest = true});
    second += expected.numel() > numel(computed(row, rg::float64, false)) ? 1 : 0;
    ++rows;
  }
  CHECK(rows == golden().size());
  MESSAGE(rows << " rows, " << second << " of them with second derivatives");
}

TEST_CASE("operators: float32 lies as near as its precision allows") {
  for (const OpCase& row : all_cases()) {
    if (!row.torch.empty()) {
      INFO(row.name());
      const double terms = rounding(row, 1.0) / 8;
      compare(row, golden().at(row.name()), rg::float32,
              {.atol = 1e-5 * terms, .rtol = 1.3e-6 * terms, .of_largest = true});
    }
  }
}
