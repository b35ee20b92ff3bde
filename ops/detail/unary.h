// Operators of one or two tensors by their rules. Internal.
#pragma once

#include <functional>
#include <initializer_list>
#include <utility>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

// The gradient of x from that of y = relu(x): 0 where y <= 0. Differentiable in grad.
Tensor relu_grad(const Tensor& grad, const Tensor& y);
// That of b.grad, which the backward must not read after it.
Tensor relu_grad(const Backward& b, const Tensor& y);

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

using Saved = std::initializer_list<std::reference_wrapper<const Tensor>>;

// y, computed from x; `rule` gives the gradient of x from all that a backward is given.
template <class Rule>
Tensor with_backward(const Call& call, const Tensor& x, Tensor y, Saved saved, Rule rule) {
  return call.record({.output = std::move(y),
                      .inputs = {x},
                      .saved = saved,
                      .backward = [rule](const Backward& b) -> Gradients { return {rule(b)}; }});
}

// The same, computed from a and b; each rule runs where its input needs a gradient.
template <class RuleOfA, class RuleOfB>
Tensor with_rules(const Call& call, const Tensor& a, const Tensor& b, Tensor y, Saved saved,
                  RuleOfA to_a, RuleOfB to_b) {
  return call.record({.output = std::move(y),
                      .inputs = {a, b},
                      .saved = saved,
                      .backward = [to_a, to_b](const Backward& g) -> Gradients {
                        return {g.needs(0) ? to_a(g) : Tensor(), g.needs(1) ? to_b(g) : Tensor()};
                      }});
}

// y, a product of a and b: each rule gives the gradient of its factor from that of y, and the
// other.
template <class RuleOfA, class RuleOfB>
Tensor with_product_rules(const Call& call, const Tensor& a, const Tensor& b, Tensor y,
                          RuleOfA to_a, RuleOfB to_b) {
  return with_rules(
      call, a, b, std::move(y), {save_if(b.requires_grad(), a), save_if(a.requires_grad(), b)},
      [to_a](const Backward& g) { return to_a(g.grad, g.saved(1)); },
      [to_b](const Backward& g) { return to_b(g.grad, g.saved(0)); });
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
