// An operator's result is a handle of its own, whose hooks concern that use alone, even where there
// is nothing to do; to() and contiguous() are documented to return the tensor itself.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <retrograd/autograd/backward.h>
#include <retrograd/ops/ops.h>
#include <retrograd/tensor/creation.h>

#include "gradient/run_case.h"

namespace {

using namespace op_cases;

struct Idle {
  const char* call;
  rg::Shape shape;
  std::function<rg::Tensor(const rg::Tensor&)> function;
};

#define IDLE(shape, ...)                                                           \
  Idle {                                                                           \
#__VA_ARGS__, rg::Shape shape, [](const rg::Tensor& x) { return __VA_ARGS__; } \
  }

// Operators with nothing to do.
const std::vector<Idle>& idle() {
  static const std::vector<Idle> all = {
      IDLE(({2, 3}), rg::expand(x, {2, 3})),
      IDLE(({2, 3}), rg::expand(x, {-1, 3})),
      IDLE(({}), rg::expand(x, {})),
      IDLE(({2, 3}), rg::broadcast_to(x, {2, 3})),
      IDLE(({2, 3}), rg::sum_to(x, {2, 3})),
      IDLE(({2, 3}), rg::reshape(x, {2, 3})),
      IDLE(({2, 3}), rg::view(x, {2, 3})),
      IDLE(({3}), rg::flatten(x)),
      IDLE(({2, 3}), rg::flatten(x, 1)),
      IDLE(({2, 3}), rg::unflatten(x, 1, {3})),
      IDLE(({2, 3}), rg::squeeze(x)),
      IDLE(({2, 3}), rg::squeeze(x, 0)),
      IDLE(({2, 3}), rg::permute(x, {0, 1})),
      IDLE(({2, 3}), rg::transpose(x, 1, 1)),
      IDLE(({2, 3}), rg::swapaxes(x, 0, 0)),
      IDLE(({2, 3}), rg::movedim(x, 0, 0)),
      IDLE(({2, 3}), rg::slice(x, 0)),
      IDLE(({2, 3}), rg::narrow(x, 0, 0, 2)),
      IDLE(({2, 3}), rg::split(x, 2).at(0)),
      IDLE(({2, 3}), rg::chunk(x, 1).at(0)),
      IDLE(({2, 3}), rg::cat({x})),
      IDLE(({3}), rg::meshgrid({x}).at(0)),
      IDLE(({2, 3}), rg::repeat(x, {1, 1})),
      IDLE(({2, 3}), rg::tile(x, {1})),
      IDLE(({2, 3}), rg::flip(x, {})),
      IDLE(({2, 3}), rg::roll(x, 0, 0)),
      IDLE(({2, 3}), rg::tril(x, 5)),
      IDLE(({2, 3}), rg::pad(x, {0, 0})),
      IDLE(({2, 3}), rg::pad(x, {})),
      IDLE(({2, 3, 4}), rg::pad(x, {0, 0}, {.mode = rg::PaddingMode::reflect})),
      IDLE(({}), rg::sum(x)),
      IDLE(({}), rg::mean(x)),
      IDLE(({}), rg::prod(x)),
      IDLE(({}), rg::amax(x)),
      IDLE(({}), rg::max(x, 0).values),
      IDLE(({2, 1}), rg::sum(x, 1, true)),
      IDLE(({}), rg::cumsum(x, 0)),
      IDLE(({}), rg::cumprod(x, 0)),
      IDLE(({}), rg::logsumexp(x)),
      IDLE(({}), rg::sort(x).values),
      IDLE(({}), rg::gather(x, 0, rg::zeros({}, {.dtype = rg::int64}))),
      IDLE(({2, 3}), x + 0),
      IDLE(({2, 3}), x * 1),
      IDLE(({2, 3}), x / 1),
      IDLE(({2, 3}), rg::pow(x, 1)),
      IDLE(({2, 3}), rg::clamp(x, -INFINITY, INFINITY)),
      IDLE(({2, 3}), rg::maximum(x, -INFINITY)),
      IDLE(({2, 3}), rg::lerp(x, x, 0)),
      IDLE(({2, 3}), rg::where(rg::ones({2, 3}, {.dtype = rg::boolean}), x, 0)),
      IDLE(({2, 3}), rg::masked_fill(x, rg::zeros({2, 3}, {.dtype = rg::boolean}), 0)),
      IDLE(({2, 3}), rg::index_add(x, 0, rg::zeros({0}, {.dtype = rg::int64}), rg::zeros({0, 3}))),
      IDLE(({2, 3}), rg::dropout(x, 0)),
      IDLE(({2, 3}), rg::dropout(x, 0.5, false)),
      IDLE(({2, 3}), rg::dropout1d(x, 0.5, false)),
      IDLE(({2, 3, 4}), rg::dropout2d(x, 0.5, false)),
      IDLE(({2, 3, 4, 5}), rg::dropout3d(x, 0.5, false)),
      IDLE(({2, 3}), rg::alpha_dropout(x, 0.5, false)),
      IDLE(({1, 2, 3, 3}), rg::interpolate(x, {.size = 3})),
      IDLE(({1, 2, 3, 3}), rg::pixel_shuffle(x, 1)),
      IDLE(({1, 2, 3, 3}), rg::pixel_unshuffle(x, 1)),
      IDLE(({1, 2, 3, 3}), rg::max_pool2d(x, 1)),
      IDLE(({1, 2, 3, 3}), rg::avg_pool2d(x, 1)),
      IDLE(({1, 2, 3, 3}), rg::adaptive_avg_pool2d(x, 3)),
      IDLE(({2, 3}), rg::einsum("ij->ij", {x})),
      IDLE(({}), rg::einsum("->", {x})),
      IDLE(({2, 3}), x.clone()),
  };
  return all;
}

// The gradient of sum(f(x)) + sum(x), where a hook on f(x) makes its gradient ten times as large.
rg::Tensor gradient_with_hook(const Idle& row) {
  const rg::Tensor x = rg::ones(row.shape, {.requires_grad = true});
  rg::Tensor branch = row.function(x);
  branch.register_hook([](const rg::Tensor& grad) { return grad * 10.0; });
  (rg::sum(branch) + rg::sum(x)).backward();
  return x.grad();
}

rg::Tensor gradient_of_branch(const Idle& row) {
  const rg::Tensor x = rg::ones(row.shape, {.requires_grad = true});
  rg::sum(row.function(x)).backward();
  return x.grad();
}

}  // namespace

TEST_CASE("an operator with nothing to do gives a new handle, whose hook concerns it alone") {
  for (const Idle& row : idle()) {
    INFO(row.call);
    const rg::Tensor x = rg::ones(row.shape);
    CHECK(row.function(x).impl_or_null() != x.impl_or_null());
    rg::manual_seed(1);
    const rg::Tensor expected = gradient_of_branch(row) * 10.0 + 1.0;
    rg::manual_seed(1);
    CHECK(difference(gradient_with_hook(row), expected, {.rtol = 1e-6}) == "");
  }
}

TEST_CASE("the result of every operator of the table is none of its arguments") {
  for (const OpCase& row : all_cases()) {
    const bool documented = row.op.back() == '_' || row.op == "to" || row.op == "contiguous";
    for (const unsigned wanted : {0U, ~0U}) {
      const Tensors inputs = inputs_of(row, rg::float64, wanted);
      const rg::Tensor y = row.function(inputs);
      for (const rg::Tensor& input : inputs) {
        INFO(row.name());
        CHECK((documented || y.impl_or_null() != input.impl_or_null()));
      }
    }
  }
}

TEST_CASE("a dropout that drops nothing shows the memory of its input") {
  const rg::Tensor x = rg::ones({2, 3});
  CHECK(rg::dropout(x, 0.5, false).shares_memory_with(x));
}
