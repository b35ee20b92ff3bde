#include <retrograd/nn/module.h>

#include <algorithm>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/call_observer.h>

namespace retrograd::nn {

namespace {

std::string joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

// Calls f(qualified name, member) for every tensor in the module and below, in order.
template <class F>
void for_each_tensor(Module& module, const std::string& prefix, F&& f) {
  for (const Member& member : module.members()) {
    const std::string name = joined(prefix, member.name());
    if (member.child() != nullptr) {
      for_each_tensor(*member.child(), name, f);
    } else if (member.tensor()->defined()) {
      f(name, member);
    }
  }
}

void collect_modules(Module& module, const std::string& prefix,
                     std::vector<std::pair<std::string, Module*>>& found) {
  found.emplace_back(prefix, &module);
  for (const auto& [name, child] : module.named_children()) {
    collect_modules(*child, joined(prefix, name), found);
  }
}

template <class T>
std::vector<T> without_names(std::vector<std::pair<std::string, T>> named) {
  std::vector<T> found;
  found.reserve(named.size());
  for (auto& [name, value] : named) {
    found.push_back(std::move(value));
  }
  return found;
}

}  // namespace

Member buffer(std::string name, Tensor& tensor) {
  Member member(std::move(name), tensor);
  member.buffer_ = true;
  return member;
}

Tensor Module::forward(const Tensor& x) {
  fail<GraphError>("forward", CallSite::current(),
                   describe() + " does not define forward(const Tensor&)", {{"input", x}});
}

std::int64_t Module::multiply_adds(const std::vector<Shape>&, const Shape&) const {
  return 0;
}

Tensor Module::operator()(const Tensor& x, Where where) {
  const CallSite site(where);
  if (!hooks_ && CallObserver::current() == nullptr) {
    return forward(x);
  }
  return call(
      {x}, [this](const Tensor& input) { return forward(input); }, where);
}

Tensor Module::call(const std::vector<Tensor>& inputs,
                    const std::function<Tensor(const Tensor& first)>& compute, Where where) {
  const CallSite site(where);
  const auto observed = [&](const Tensor& first) {
    Tensor y = compute(first);
    if (CallObserver::current() != nullptr) {
      std::vector<Tensor> seen = inputs;
      seen.front() = first;
      report_call(seen, y);
    }
    return y;
  };
  return hooks_ ? call_with_hooks(inputs.front(), observed) : observed(inputs.front());
}

void Module::report_call(const std::vector<Tensor>& inputs, const Tensor& output) {
  if (CallObserver* observer = CallObserver::current()) {
    observer->called(*this, inputs, output);
  }
}

Module::NamedTensors Module::named_parameters() {
  NamedTensors found;
  for_each_tensor(*this, "", [&](const std::string& name, const Member& member) {
    if (!member.is_buffer()) {
      found.emplace_back(name, *member.tensor());
    }
  });
  return found;
}

Module::NamedTensors Module::named_buffers() {
  NamedTensors found;
  for_each_tensor(*this, "", [&](const std::string& name, const Member& member) {
    if (member.is_buffer()) {
      found.emplace_back(name, *member.tensor());
    }
  });
  return found;
}

std::vector<Tensor> Module::parameters() {
  return without_names(named_parameters());
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() {
  std::vector<std::pair<std::string, Module*>> found;
  collect_modules(*this, "", found);
  return found;
}

std::vector<Module*> Module::modules() {
  return without_names(named_modules());
}

std::vector<std::pair<std::string, Module*>> Module::named_children() {
  std::vector<std::pair<std::string, Module*>> found;
  for (const Member& member : members()) {
    if (member.child() != nullptr) {
      found.emplace_back(member.name(), member.child());
    }
  }
  return found;
}

std::vector<Module*> Module::children() {
  return without_names(named_children());
}

std::int64_t Module::parameter_count() {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters()) {
    count += parameter.numel();
  }
  return count;
}

Module& Module::apply(const std::function<void(Module&)>& f) {
  for (Module* child : children()) {
    child->apply(f);
  }
  f(*this);
  return *this;
}

StateDict Module::state_dict() {
  StateDict state;
  for_each_tensor(*this, "", [&](const std::string& name, const Member& member) {
    state.insert(name, member.tensor()->detach());
  });
  return state;
}

void Module::train(bool on) {
  for (const auto& [name, module] : named_modules()) {
    module->training_ = on;
  }
}

void Module::freeze() {
  for (Tensor& parameter : parameters()) {
    parameter.set_requires_grad(false);
    parameter.zero_grad();
  }
}

void Module::unfreeze() {
  requires_grad_();
}

Module& Module::requires_grad_(bool on) {
  for (Tensor& parameter : parameters()) {
    parameter.set_requires_grad(on && is_floating(parameter.dtype()));
  }
  return *this;
}

void Module::zero_grad() {
  for (Tensor& parameter : parameters()) {
    parameter.zero_grad();
  }
}

void Module::to(DType dtype, Where where) {
  if (!is_floating(dtype)) {
    fail<DTypeError>("Module::to", where,
                     std::string("modules compute in floating numbers, not ") + name(dtype));
  }
  const NoGradGuard unrecorded;
  for_each_tensor(*this, "", [&](const std::string&, const Member& member) {
    Tensor& tensor = *member.tensor();
    if (is_floating(tensor.dtype()) && tensor.dtype() != dtype) {
      const bool trained = tensor.requires_grad();
      tensor = tensor.detach().to(dtype, where);
      tensor.set_requires_grad(trained);
    }
  });
}

}  // namespace retrograd::nn
