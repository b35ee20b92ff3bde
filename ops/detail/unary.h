// Functions of one tensor whose rule is one line. Internal.
#pragma once

#include <retrograd/autograd/call.h>
#include <retrograd/ops/kernels/kernels.h>

namespace retrograd {

// y = f(x), floating; `rule` gives the gradient of x from that of y, and y.
template <class Rule>
Tensor from_output(const Call& call, kernels::Unary f, const Tensor& input, Rule rule) {
  const auto [x] = call.inputs({{"input", input, Needs::floating}});
  const Tensor y = kernels::unary(f, x);
  return call.record(
      {.output = y,
       .inputs = {x},
       .saved = {y},
       .backward = [rule](const Backward& b) -> Gradients { return {rule(b.grad, b.saved(0))}; }});
}

// The same; `rule` gives it from the gradient of y, and x.
template <class Rule>
Tensor from_input(const Call& call, kernels::Unary f, const Tensor& input, Rule rule) {
  const auto [x] = call.inputs({{"input", input, Needs::floating}});
  return call.record(
      {.output = kernels::unary(f, x),
       .inputs = {x},
       .saved = {x},
       .backward = [rule](const Backward& b) -> Gradients { return {rule(b.grad, b.saved(0))}; }});
}

}  // namespace retrograd
