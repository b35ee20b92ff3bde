// Backward hooks: nodes around a call of a module, by which the gradients of its inputs and outputs
// come.
#include <atomic>
#include <utility>

#include <retrograd/autograd/call.h>
#include <retrograd/nn/detail/hooks.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn::detail {

// Tensors are destroyed outside the lock: a tape may die with them, and its calls take, too.
void ModuleHooks::put(std::uint64_t list, std::size_t i, Tensor grad) {
  const std::scoped_lock lock(mutex_);
  Tensors& all = waiting_[list];
  if (all.size() <= i) {
    all.resize(i + 1);
  }
  std::swap(all[i], grad);
}

void ModuleHooks::put(std::uint64_t list, Tensors grads) {
  const std::scoped_lock lock(mutex_);
  std::swap(waiting_[list], grads);
}

Tensors ModuleHooks::take(std::uint64_t list) {
  const std::scoped_lock lock(mutex_);
  auto found = waiting_.extract(list);
  return found ? std::move(found.mapped()) : Tensors();
}

Tensors ModuleHooks::run_backward(const Tensors& grad_inputs, const Tensors& grad_outputs) const {
  Tensors grads = grad_inputs;
  const Frame call("full backward hook", {});
  backward.for_each([&](const Hook& hook) {
    if (owner == nullptr) {
      return;
    }
    Tensors replaced = hook(*owner, grads, grad_outputs);
    for (std::size_t i = 0; i < replaced.size(); ++i) {
      if (!replaced[i].defined()) {
        continue;
      }
      check::require<GraphError>(
          call, i < grads.size() && grads[i].defined(), {{"returned", replaced[i]}},
          "it returned a gradient, but the input of the module requires none [result-mismatch]");
      check::require<GraphError>(
          call, replaced[i].shape() == grads[i].shape() && replaced[i].dtype() == grads[i].dtype(),
          {{"returned", replaced[i]}, {"gradient", grads[i]}},
          "it returned what does not fit the gradient of the module's input [result-mismatch]");
      grads[i] = std::move(replaced[i]);
    }
  });
  return grads;
}

namespace {

std::uint64_t next_numbers(std::uint64_t count) noexcept {
  static std::atomic<std::uint64_t> next{0};
  return next.fetch_add(count, std::memory_order_relaxed);
}

// `count` zeros, but 1 at i.
Tensor one_at(std::size_t i, const Shape& shape) {
  Tensor flags = zeros(shape);
  flags.data<float>()[i] = 1;
  return flags;
}

}  // namespace

WatchedCall::WatchedCall(std::weak_ptr<ModuleHooks> hooks) noexcept
    : hooks_(std::move(hooks)), number_(next_numbers(static_cast<std::uint64_t>(List::count))) {}

WatchedCall::~WatchedCall() {
  if (const auto hooks = hooks_.lock()) {
    for (const List list : {List::inputs, List::outputs, List::all_outputs}) {
      hooks->take(number(list));
    }
  }
}

void WatchedCall::watch_inputs(const std::vector<Tensor*>& inputs) {
  input_count_ = inputs.size();
  input_is_recorded_ = gate("module_input", inputs, List::inputs);
}

void WatchedCall::watch_outputs(const std::vector<Tensor*>& outputs) {
  gate("module_output", outputs, List::outputs);
}

// Puts the recorded ones of the tensors behind nodes of their own, and these behind one that is
// older than all of them, so that it comes after them in every pass. A node sets its gradient aside
// and tells the older one that it came, which passes all of them on.
bool WatchedCall::gate(const char* op, const std::vector<Tensor*>& all, List list) {
  std::vector<std::size_t> positions;
  std::vector<Tensor> recorded;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (grad_enabled() && all[i]->defined() && all[i]->requires_grad()) {
      positions.push_back(i);
      recorded.push_back(*all[i]);
    }
  }
  if (recorded.empty()) {
    return false;
  }
  const auto count = static_cast<std::int64_t>(all.size());
  const auto token = [&] {
    const Call call("module_gate", {}, recorded, count);
    return call.record(
        {.output = zeros({count}),
         .inputs = recorded,
         .backward = [self = shared_from_this(), list, positions](const Backward& b) {
           Tensors grads = self->arrived(list, b.grad);
           Tensors passed;
           for (const std::size_t i : positions) {
             passed.push_back(std::move(grads[i]));
           }
           return Gradients(std::move(passed));
         }});
  }();
  for (const std::size_t i : positions) {
    *all[i] = behind(op, *all[i], token, list, i);
  }
  return true;
}

// The same values behind a node of its own. It is no hook of the result, which a write in place
// would take along.
Tensor WatchedCall::behind(const char* op, const Tensor& x, const Tensor& token, List list,
                           std::size_t i) {
  const Call call(op, {}, x);
  return call.record({.output = tracked_view(x, x.shape(), x.strides(), x.impl().offset),
                      .inputs = {x, token},
                      .backward = [self = shared_from_this(), list, i,
                                   count = token.shape()[0]](const Backward& b) -> Gradients {
                        const auto hooks = self->hooks_.lock();
                        if (!hooks) {
                          return {b.grad, Tensor()};
                        }
                        hooks->put(self->number(list), i, b.grad);
                        return {Tensor(), one_at(i, {count})};
                      }});
}

// The gradients that this pass came by, as the hooks leave them; others that were set aside are of
// a pass that failed.
Tensors WatchedCall::arrived(List list, const Tensor& came) const {
  const auto hooks = hooks_.lock();
  Tensors grads = hooks ? hooks->take(number(list)) : Tensors();
  grads.resize(static_cast<std::size_t>(came.shape()[0]));
  for (std::size_t i = 0; i < grads.size(); ++i) {
    if (came.data<float>()[i] == 0) {
      grads[i] = {};
    }
    check::require<GraphError>(Frame("full backward hook", {}),
                               came.data<float>()[i] == 0 || grads[i].defined(), {},
                               "the module was destroyed while the pass ran [module-destroyed]");
  }
  if (list == List::inputs) {
    const Tensors outputs = hooks->take(number(List::all_outputs));
    return outputs.empty() ? grads : hooks->run_backward(grads, outputs);
  }
  if (input_is_recorded_) {
    hooks->put(number(List::all_outputs), grads);
  } else {
    hooks->run_backward(Tensors(input_count_), grads);
  }
  return grads;
}

}  // namespace retrograd::nn::detail
