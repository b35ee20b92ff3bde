#include <retrograd/nn/detail/hooks.h>

#include <atomic>
#include <utility>

#include <retrograd/autograd/call.h>
#include <retrograd/ops/internal/view.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn {

namespace detail {

namespace {

// The same values behind a node of its own, whose backward function calls on_gradient(grad) and
// passes on what that returns, or `grad` where it is undefined. It is no hook of the result, which
// a write in place would take along.
template <class F>
Tensor passed_on(const char* op, const Tensor& x, F on_gradient) {
  const Call call(op, {}, x);
  return call.record({.output = tracked_view(x, x.shape(), x.strides(), x.impl().offset),
                      .inputs = {x},
                      .backward = [on_gradient](const Backward& b) -> Gradients {
                        const Tensor replaced = on_gradient(b.grad);
                        return {replaced.defined() ? replaced : b.grad};
                      }});
}

bool is_recorded(const Tensor& x) {
  return grad_enabled() && x.defined() && x.requires_grad();
}

// One call of a module with backward hooks; lives as long as the tape of the call.
class WatchedCall : public std::enable_shared_from_this<WatchedCall> {
 public:
  explicit WatchedCall(std::weak_ptr<ModuleHooks> hooks) noexcept : hooks_(std::move(hooks)) {}
  ~WatchedCall() {
    if (const auto hooks = hooks_.lock()) {
      hooks->take(number_);
    }
  }
  WatchedCall(const WatchedCall&) = delete;
  WatchedCall& operator=(const WatchedCall&) = delete;

  Tensor input(const Tensor& x) {
    if (!is_recorded(x)) {
      return x;
    }
    input_is_recorded_ = true;
    const auto run = [call = shared_from_this()](const Tensor& grad) {
      const auto hooks = call->hooks_.lock();
      const Tensor grad_output = hooks ? hooks->take(call->number_) : Tensor();
      return grad_output.defined() ? hooks->run_backward(grad, grad_output) : Tensor();
    };
    return passed_on("module_input", x, run);
  }

  Tensor output(const Tensor& y) {
    if (!is_recorded(y)) {
      return y;
    }
    const auto run = [call = shared_from_this()](const Tensor& grad) {
      if (const auto hooks = call->hooks_.lock()) {
        if (call->input_is_recorded_) {
          hooks->put(call->number_, grad);
        } else {
          hooks->run_backward({}, grad);
        }
      }
      return Tensor();
    };
    return passed_on("module_output", y, run);
  }

 private:
  static inline std::atomic<std::uint64_t> next_number_{0};

  std::weak_ptr<ModuleHooks> hooks_;
  std::uint64_t number_ = next_number_.fetch_add(1, std::memory_order_relaxed);
  bool input_is_recorded_ = false;
};

}  // namespace

// Tensors are destroyed outside the lock: a tape may die with them, and its calls take, too.
void ModuleHooks::put(std::uint64_t call, Tensor grad_output) {
  const std::scoped_lock lock(mutex_);
  std::swap(waiting_[call], grad_output);
}

Tensor ModuleHooks::take(std::uint64_t call) {
  const std::scoped_lock lock(mutex_);
  const auto found = waiting_.extract(call);
  return found ? found.mapped() : Tensor();
}

Tensor ModuleHooks::run_backward(const Tensor& grad_input, const Tensor& grad_output) const {
  Tensor grad = grad_input;
  const Frame call("full backward hook", {});
  backward.for_each([&](const BackwardHook& hook) {
    if (owner == nullptr) {
      return;
    }
    Tensor replaced = hook(*owner, grad, grad_output);
    if (!replaced.defined()) {
      return;
    }
    check::require<GraphError>(call, grad_input.defined(), {{"returned", replaced}},
                               "it returned a gradient, but the input of the module requires none");
    check::require<GraphError>(
        call, replaced.shape() == grad_input.shape() && replaced.dtype() == grad_input.dtype(),
        {{"returned", replaced}, {"gradient", grad_input}},
        "it returned what does not fit the gradient of the module's input");
    grad = std::move(replaced);
  });
  return grad;
}

}  // namespace detail

using namespace detail;

void HookHandle::remove() {
  if (const auto hooks = hooks_.lock()) {
    hooks->remove(id_);
  }
}

Module::Module(Module&& other) noexcept {
  *this = std::move(other);
}

Module& Module::operator=(Module&& other) noexcept {
  if (this != &other) {
    drop_hooks();
    training_ = other.training_;
    hooks_ = std::move(other.hooks_);
    if (hooks_) {
      hooks_->owner = this;
    }
  }
  return *this;
}

Module::~Module() {
  drop_hooks();
}

void Module::drop_hooks() noexcept {
  if (hooks_) {
    hooks_->owner = nullptr;
    hooks_.reset();
  }
}

std::shared_ptr<ModuleHooks> Module::own_hooks(const Frame& call, bool callable) {
  check::require<ValueError>(call, callable, {}, "the function is empty");
  if (!hooks_) {
    hooks_ = std::make_shared<ModuleHooks>(this);
  }
  return hooks_;
}

HookHandle Module::register_forward_pre_hook(ForwardPreHook hook, Where where) {
  const auto hooks = own_hooks(Frame("register_forward_pre_hook", where), hook != nullptr);
  return {hooks, hooks->forward_pre.add(hooks->next_id++, std::move(hook))};
}
HookHandle Module::register_forward_hook(ForwardHook hook, Where where) {
  const auto hooks = own_hooks(Frame("register_forward_hook", where), hook != nullptr);
  return {hooks, hooks->forward.add(hooks->next_id++, std::move(hook))};
}
HookHandle Module::register_full_backward_hook(BackwardHook hook, Where where) {
  const auto hooks = own_hooks(Frame("register_full_backward_hook", where), hook != nullptr);
  return {hooks, hooks->backward.add(hooks->next_id++, std::move(hook))};
}

bool Module::has_hooks() const noexcept {
  return hooks_ && !hooks_->empty();
}

Tensor Module::call_with_hooks(const Tensor& input,
                               const std::function<Tensor(const Tensor& input)>& compute) {
  const std::shared_ptr<ModuleHooks> hooks = hooks_;
  Tensor x = input;
  hooks->forward_pre.for_each([&](const ForwardPreHook& hook) {
    if (Tensor replaced = hook(*this, x); replaced.defined()) {
      x = std::move(replaced);
    }
  });
  std::shared_ptr<WatchedCall> watched;
  if (!hooks->backward.empty()) {
    watched = std::make_shared<WatchedCall>(hooks);
    x = watched->input(x);
  }
  Tensor y = compute(x);
  hooks->forward.for_each([&](const ForwardHook& hook) {
    if (Tensor replaced = hook(*this, x, y); replaced.defined()) {
      y = std::move(replaced);
    }
  });
  return watched ? watched->output(y) : y;
}

}  // namespace retrograd::nn
