// Functions of one tensor whose rule is one line. Internal.
#pragma once

#include <utility>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

// y, computed from x; `rule` gives the gradient of x from that of y.
template <class Rule>
Tensor with_rule(const Call& call, const Tensor& x, Tensor y, Rule rule) {
  return call.record(
      {.output = std::move(y), .inputs = {x}, .backward = [rule](const Backward& b) -> Gradients {
         return {rule(b.grad)};
       }});
}

// The same; `rule` gives it from the gradient of y, and `saved`.
template <class Rule>
Tensor with_rule(const Call& call, const Tensor& x, Tensor y, const Tensor& saved, Rule rule) {
  return call.record(
      {.output = std::move(y),
       .inputs = {x},
       .saved = {saved},
       .backward = [rule](const Backward& b) -> Gradients { return {rule(b.grad, b.saved(0))}; }});
}

// y = f(x), floating; `rule` gives the gradient of x from that of y, and y.
template <class Rule>
Tensor from_output(const Call& call, kernels::Unary f, const Tensor& input, Rule rule) {
  const auto [x] = call.inputs({{"input", input, Needs::floating}});
  const Tensor y = kernels::unary(f, x);
  return with_rule(call, x, y, y, rule);
}

// The same; `rule` gives it from the gradient of y, and x.
template <class Rule>
Tensor from_input(const Call& call, kernels::Unary f, const Tensor& input, Rule rule) {
  const auto [x] = call.inputs({{"input", input, Needs::floating}});
  return with_rule(call, x, kernels::unary(f, x), x, rule);
}
template <class Rule>
Tensor from_input(const Call& call, Tensor (*f)(const Tensor&), const Tensor& x, Rule rule) {
  check::floating(call, x);
  return with_rule(call, x, f(x), x, rule);
}

}  // namespace retrograd
