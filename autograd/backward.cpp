#include <retrograd/autograd/backward.h>

#include <utility>

#include <retrograd/autograd/detail/nesting.h>
#include <retrograd/autograd/internal/engine.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/hook_list.h>
#include <retrograd/tensor/operation.h>

namespace retrograd {

namespace {

// The node of each output, after checking that a backward pass can start there.
std::vector<NodePtr> roots_of(const Frame& call, const std::vector<Tensor>& outputs) {
  std::vector<NodePtr> roots;
  roots.reserve(outputs.size());
  for (const Tensor& output : outputs) {
    check::require<GraphError>(call, output.defined(), {},
                               "the output is undefined [undefined-tensor]");
    roots.push_back(detail::grad_node(output));
    check::require<GraphError>(
        call, roots.back() != nullptr, {{"output", output}},
        "the output does not require a gradient: no leaf with requires_grad led to it, or it was "
        "made under a NoGradGuard or detached. A model's summary() names frozen parameters, and "
        "unfreeze() trains them [no-gradient]");
  }
  return roots;
}

std::vector<Tensor> seeds_of(const Frame& call, const std::vector<Tensor>& outputs,
                             const std::vector<Tensor>& given) {
  check::require<GraphError>(call, given.empty() || given.size() == outputs.size(), {},
                             "{} seeds for {} outputs [count-mismatch]", given.size(),
                             outputs.size());
  std::vector<Tensor> seeds;
  seeds.reserve(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    const Tensor seed = given.empty() ? Tensor() : given[i];
    if (!seed.defined()) {
      check::require<GraphError>(
          call, output.numel() == 1, {{"output", output}},
          "only an output of one element has an implicit seed; pass one of shape {}, or reduce the "
          "output with sum() or mean() [not-one-element]",
          output.shape());
      seeds.push_back(ones_like(output, {}, call.where()));
      continue;
    }
    check::require<ShapeError>(call, seed.shape() == output.shape(),
                               {{"output", output}, {"seed", seed}},
                               "the seed must have the shape of the output [gradient-mismatch]");
    check::require<DTypeError>(call, seed.dtype() == output.dtype(),
                               {{"output", output}, {"seed", seed}},
                               "the seed must have the dtype of the output [gradient-mismatch]");
    seeds.push_back(seed);
  }
  return seeds;
}

void backward_from(const Frame& call, const std::vector<Tensor>& outputs,
                   const std::vector<Tensor>& given, BackwardOptions options) {
  detail::NestedPass pass(call.name(), call.where());
  const auto roots = roots_of(call, outputs);
  auto seeds = seeds_of(call, outputs, given);
  Engine engine(options.retain_graph, options.create_graph);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    engine.seed(*roots[i], std::move(seeds[i]));
  }
  engine.run();
  pass.run_callbacks();
}

// Of one output: a trace has an entry of the function's.
void backward_of(const Tensor& output, const std::vector<Tensor>& seeds, BackwardOptions options,
                 Where where) {
  const Frame call("backward", where);
  if (call.is_traced()) {
    retrograd::backward({output}, seeds, options);
  } else {
    backward_from(call, {output}, seeds, options);
  }
}

}  // namespace

void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& seeds,
              BackwardOptions options, Where where) {
  const Operation call("backward", where, outputs, seeds, options);
  backward_from(call, outputs, seeds, options);
  call.result();
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options, Where where) {
  const Operation call("grad", where, outputs, inputs, options);
  detail::NestedPass pass("grad", where);
  const auto roots = roots_of(call, outputs);
  std::vector<NodePtr> targets;
  targets.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    targets.push_back(detail::grad_node(inputs[i]));
    check::require<GraphError>(call, targets.back() != nullptr, {{"input", inputs[i]}},
                               "input {} does not require a gradient [no-gradient]", i);
  }
  auto seeds = seeds_of(call, outputs, options.grad_outputs);
  Engine engine(options.retain_graph, options.create_graph);
  engine.capture(targets, roots);
  if (!options.allow_unused) {
    for (std::size_t i = 0; i < targets.size(); ++i) {
      check::require<GraphError>(
          call, engine.reaches(i), {{"input", inputs[i]}},
          "the outputs do not depend on input {}; pass {{.allow_unused = true}} to get an "
          "undefined tensor for it [input-unused]",
          i);
    }
  }
  for (std::size_t i = 0; i < roots.size(); ++i) {
    engine.seed(*roots[i], std::move(seeds[i]));
  }
  engine.run();
  pass.run_callbacks();
  std::vector<Tensor> result;
  result.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.push_back(engine.captured(i));
  }
  return call.result(std::move(result));
}

void queue_callback(std::function<void()> callback, Where where) {
  const Frame call("queue_callback", where);
  detail::NestedPass* const pass = detail::NestedPass::outermost();
  check::require<GraphError>(call, pass != nullptr, {},
                             "no backward pass runs in this thread; call it in a hook or in a "
                             "backward function [no-backward]");
  check::require<ValueError>(call, static_cast<bool>(callback), {},
                             "the function is empty [function-empty]");
  pass->queue(std::move(callback));
}

// --- Tensor's members about gradients ---

void Tensor::retain_grad(Where where) {
  const NodePtr node = detail::grad_node(*this);
  check::require<GraphError>({"retain_grad", where}, node != nullptr, {{"tensor", *this}},
                             "the tensor does not require a gradient [no-gradient]");
  node->retains_grad_ = !node->is_leaf();
}

void Tensor::backward(Where where) const {
  backward(BackwardOptions{}, where);
}

void Tensor::backward(BackwardOptions options, Where where) const {
  backward_of(*this, {}, options, where);
}

void Tensor::backward(const Tensor& seed, BackwardOptions options, Where where) const {
  backward_of(*this, {seed}, options, where);
}

detail::TensorHooks& Tensor::hooks_for(const Frame& call, bool is_empty) const {
  const NodePtr node = detail::grad_node(*this);
  check::require<GraphError>(call, node != nullptr, {{"tensor", *this}},
                             "the tensor does not require a gradient [no-gradient]");
  check::require<ValueError>(call, !is_empty, {{"tensor", *this}},
                             "the function is empty [function-empty]");
  if (!node->hooks_) {
    node->hooks_.reset(new detail::TensorHooks);
  }
  return *node->hooks_;
}

int Tensor::register_hook(Hook hook, Where where) {
  const Frame call("register_hook", where);
  detail::TensorHooks& hooks = hooks_for(call, !hook);
  hooks.list.add(static_cast<std::uint64_t>(hooks.next), std::move(hook));
  return hooks.next++;
}

int Tensor::register_post_accumulate_grad_hook(PostAccumulateGradHook hook, Where where) {
  const Frame call("register_post_accumulate_grad_hook", where);
  check::require<GraphError>(call, is_leaf(), {{"tensor", *this}},
                             "the tensor is the result of an operator [not-a-leaf]");
  detail::TensorHooks& hooks = hooks_for(call, !hook);
  hooks.leaf = detach();
  detail::hooked_leaves += hooks.accumulated.empty() ? 1 : 0;
  hooks.accumulated.add(static_cast<std::uint64_t>(hooks.next), std::move(hook));
  return hooks.next++;
}

void Tensor::remove_hook(int hook) {
  const NodePtr node = detail::grad_node(*this);
  if (node && node->hooks_) {
    node->hooks_->list.remove(static_cast<std::uint64_t>(hook));
    auto& accumulated = node->hooks_->accumulated;
    const bool had_hooks = !accumulated.empty();
    accumulated.remove(static_cast<std::uint64_t>(hook));
    detail::hooked_leaves -= had_hooks && accumulated.empty() ? 1 : 0;
  }
}

Tensor Tensor::detach() const {
  if (detail::thread_calls.listener == nullptr) {
    return detail::alias(*this, NodePtr());
  }
  const Operation call("detach", {}, *this);
  return call.result(detail::alias(*this, NodePtr()));
}

}  // namespace retrograd
