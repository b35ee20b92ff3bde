#include <retrograd/nn/detail/hooks.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/detail/unlisted.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn {

using namespace detail;

const Tensor& detail::first_of(const Tensors& tensors) {
  static const Tensor none;
  return tensors.empty() ? none : tensors.front();
}

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

std::shared_ptr<ModuleHooks> Module::own_hooks() {
  if (!hooks_) {
    hooks_ = std::make_shared<ModuleHooks>(this);
  }
  return hooks_;
}

namespace {

template <class Hook>
void require_callable(const char* name, const Hook& hook, Where where) {
  check::require<ValueError>(Frame(name, where), hook != nullptr, {},
                             "the function is empty [function-empty]");
}

}  // namespace

HookHandle Module::register_forward_pre_hook(ForwardPreHook hook, Where where) {
  require_callable("register_forward_pre_hook", hook, where);
  return add_pre_hook(as_hook<PreHook, Tensors>(std::move(hook)));
}
HookHandle Module::register_forward_hook(ForwardHook hook, Where where) {
  require_callable("register_forward_hook", hook, where);
  return add_hook(as_hook<Hook, Tensors, Tensors>(std::move(hook)));
}
HookHandle Module::register_full_backward_hook(BackwardHook hook, Where where) {
  require_callable("register_full_backward_hook", hook, where);
  return add_backward_hook(as_hook<Hook, Tensors, Tensors>(std::move(hook)));
}

HookHandle Module::add_pre_hook(PreHook hook) {
  const auto hooks = own_hooks();
  return {hooks, hooks->forward_pre.add(hooks->next_id++, std::move(hook))};
}
HookHandle Module::add_hook(Hook hook) {
  const auto hooks = own_hooks();
  return {hooks, hooks->forward.add(hooks->next_id++, std::move(hook))};
}
HookHandle Module::add_backward_hook(Hook hook) {
  const auto hooks = own_hooks();
  return {hooks, hooks->backward.add(hooks->next_id++, std::move(hook))};
}

bool Module::has_hooks() const noexcept {
  return hooks_ && !hooks_->empty();
}

namespace {

#if defined(NDEBUG) && !defined(RETROGRAD_CHECK_MEMBERS)  // which the dev preset defines
constexpr bool kChecksFirstCall = false;
#else
constexpr bool kChecksFirstCall = true;
#endif

// Tells, once for each module, what it uses and members() does not list.
class FirstCall {
 public:
  FirstCall(std::string name, Module& model, const Tensors& inputs)
      : name_(std::move(name)), uses_(model, inputs) {}
  ~FirstCall() {
    for (const std::string& use : uses_.found()) {
      std::fprintf(stderr, "retrograd: %s uses what its members() does not list: %s\n",
                   name_.c_str(), use.c_str());
    }
  }

 private:
  std::string name_;
  UnlistedUses uses_;
};

}  // namespace

bool Module::is_watched() const noexcept {
  return has_hooks() || CallObserver::current() != nullptr || (kChecksFirstCall && !was_called_);
}

namespace {

Tensors values(const std::vector<Tensor*>& at) {
  Tensors all;
  all.reserve(at.size());
  for (const Tensor* tensor : at) {
    all.push_back(*tensor);
  }
  return all;
}

// Writes what a hook returned.
void replace(const char* hook, const std::vector<Tensor*>& at, Tensors&& replaced) {
  check::require<ValueError>(Frame(hook, {}), replaced.size() <= at.size() || at.empty(), {},
                             "it returned {} tensors to replace {} [result-mismatch]",
                             replaced.size(), at.size());
  for (std::size_t i = 0; i < at.size() && i < replaced.size(); ++i) {
    if (replaced[i].defined()) {
      *at[i] = std::move(replaced[i]);
    }
  }
}

}  // namespace

void Module::run_watched(const std::vector<Tensor*>& inputs,
                         const std::function<std::vector<Tensor*>()>& compute) {
  const std::shared_ptr<ModuleHooks> hooks = hooks_;
  std::shared_ptr<WatchedCall> watched;
  if (hooks) {
    hooks->forward_pre.for_each([&](const PreHook& hook) {
      replace("forward pre hook", inputs, hook(*this, values(inputs)));
    });
    if (!hooks->backward.empty()) {
      watched = std::make_shared<WatchedCall>(hooks);
      watched->watch_inputs(inputs);
    }
  }
  const Tensors given = values(inputs);
  std::optional<FirstCall> first_call;
  if (kChecksFirstCall && !was_called_ && retrograd::detail::thread_calls.listener == nullptr) {
    for (Module* module : modules()) {
      module->was_called_ = true;
    }
    first_call.emplace(name_in(nullptr), *this, given);
  }
  const std::vector<Tensor*> outputs = compute();
  first_call.reset();
  if (!outputs.empty()) {
    report_call(given, *outputs.front());
  }
  if (hooks) {
    hooks->forward.for_each([&](const Hook& hook) {
      replace("forward hook", outputs, hook(*this, given, values(outputs)));
    });
  }
  if (watched) {
    watched->watch_outputs(outputs);
  }
}

}  // namespace retrograd::nn
