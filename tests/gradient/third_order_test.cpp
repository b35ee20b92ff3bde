// Third derivatives of all rows that are small enough.
#include <doctest/doctest.h>

#include <set>
#include <string>

#include <retrograd/autograd/backward.h>
#include <retrograd/autograd/gradcheck.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

// The gradient of sum(f^3): the cube gives linear operators third derivatives too.
Tensors gradient_of_cube(const LaidOutCase& f, const Tensors& leaves) {
  const rg::Tensor y = f(leaves);
  Tensors wanted;
  for (const rg::Tensor& leaf : leaves) {
    if (leaf.requires_grad()) {
      wanted.push_back(leaf);
    }
  }
  return rg::grad({rg::sum(y * y * y)}, wanted, {.create_graph = true});
}

}  // namespace

TEST_CASE("third derivatives are right") {
  std::set<std::string> operators;
  std::size_t rows = 0;
  for (const OpCase& row : all_cases()) {
    if (!third_order_is_checked(row)) {
      continue;
    }
    const LaidOutCase laid_out(row, Layout::contiguous);
    INFO(row.name());
    const rg::GradcheckResult result =
        rg::gradgradcheck([&](const Tensors& leaves) { return gradient_of_cube(laid_out, leaves); },
                          laid_out.leaves(), {}, {.eps = row.eps, .atol = 1e-2, .rtol = 1e-2});
    CHECK_MESSAGE(result.passed, result.message);
    operators.insert(row.op);
    ++rows;
  }
  CHECK(operators.size() >= 20);
  for (const char* op : {"exp", "pow", "div", "matmul", "linear", "conv1d", "conv2d", "avg_pool2d",
                         "softmax", "cross_entropy"}) {
    CHECK_MESSAGE(operators.contains(op), op);
  }
  MESSAGE(rows << " rows of " << operators.size() << " operators to third order");
}
