#include <retrograd/nn/module.h>

#include <unordered_map>
#include <unordered_set>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/detail/members.h>

namespace retrograd::nn {

namespace {

void collect_modules(Module& module, const std::string& prefix,
                     std::vector<std::pair<std::string, Module*>>& found,
                     std::unordered_set<const Module*>& seen) {
  if (!seen.insert(&module).second) {
    return;
  }
  found.emplace_back(prefix, &module);
  for (const auto& [name, child] : module.named_children()) {
    collect_modules(*child, detail::joined(prefix, name), found, seen);
  }
}

void apply_once(Module& module, const std::function<void(Module&)>& f,
                std::unordered_set<const Module*>& seen) {
  if (!seen.insert(&module).second) {
    return;
  }
  for (Module* child : module.children()) {
    apply_once(*child, f, seen);
  }
  f(module);
}

void collect_tensors(Module& module, const std::string& prefix,
                     std::vector<detail::ListedTensor>& found) {
  for (const Member& member : module.members()) {
    std::string name = detail::joined(prefix, member.name());
    if (member.child() != nullptr) {
      collect_tensors(*member.child(), name, found);
    } else if (member.tensor()->defined()) {
      found.push_back({std::move(name), member.tensor(), member.is_buffer()});
    }
  }
}

// Parameters or buffers, each tensor under its first name.
Module::NamedTensors distinct(const std::vector<detail::ListedTensor>& all, bool buffers) {
  Module::NamedTensors found;
  std::unordered_set<const void*> seen;
  for (const auto& [name, tensor, is_buffer] : all) {
    if (is_buffer == buffers && seen.insert(tensor->impl_or_null()).second) {
      found.emplace_back(name, *tensor);
    }
  }
  return found;
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

std::vector<Tensor> parameters_for(const char* call, Module& module, Where where) {
  return without_names(distinct(detail::list_tensors(call, module, where), false));
}

}  // namespace

std::string detail::joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

std::vector<detail::ListedTensor> detail::list_tensors(const char* call, Module& module,
                                                       Where where) {
  std::vector<ListedTensor> all;
  collect_tensors(module, "", all);
  for (const auto& [name, tensor, is_buffer] : all) {
    if (is_buffer) {
      continue;
    }
    if (!is_floating(tensor->dtype())) {
      fail<DTypeError>(call, where,
                       name +
                           " is listed as a parameter, but cannot have gradients; list it as "
                           "nn::buffer(name, tensor)",
                       {{"tensor", *tensor}});
    }
    if (!tensor->is_leaf()) {
      fail<GraphError>(call, where,
                       name +
                           " is listed as a parameter, but is the result of an operator; list "
                           "the tensors it is computed from",
                       {{"tensor", *tensor}});
    }
  }
  for (const auto& [name, tensor, is_buffer] : all) {
    if (!is_buffer && !tensor->impl().node) {
      tensor->set_requires_grad(true, where);
    }
  }
  return all;
}

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

Module::NamedTensors Module::named_parameters(Where where) {
  return distinct(detail::list_tensors("named_parameters", *this, where), false);
}

Module::NamedTensors Module::named_buffers(Where where) {
  return distinct(detail::list_tensors("named_buffers", *this, where), true);
}

std::vector<Tensor> Module::parameters(Where where) {
  return parameters_for("parameters", *this, where);
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() {
  std::vector<std::pair<std::string, Module*>> found;
  std::unordered_set<const Module*> seen;
  collect_modules(*this, "", found, seen);
  return found;
}

std::vector<Module*> Module::modules() {
  return without_names(named_modules());
}

std::vector<std::pair<std::string, Module*>> Module::named_children() {
  std::vector<std::pair<std::string, Module*>> found;
  std::unordered_set<const Module*> seen;
  for (const Member& member : members()) {
    if (member.child() != nullptr && seen.insert(member.child()).second) {
      found.emplace_back(member.name(), member.child());
    }
  }
  return found;
}

std::vector<Module*> Module::children() {
  return without_names(named_children());
}

std::int64_t Module::parameter_count(Where where) {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters_for("parameter_count", *this, where)) {
    count += parameter.numel();
  }
  return count;
}

Module& Module::apply(const std::function<void(Module&)>& f) {
  std::unordered_set<const Module*> seen;
  apply_once(*this, f, seen);
  return *this;
}

void Module::train(bool on) {
  for (const auto& [name, module] : named_modules()) {
    module->training_ = on;
  }
}

void Module::freeze(Where where) {
  for (Tensor& parameter : parameters_for("freeze", *this, where)) {
    parameter.set_requires_grad(false, where);
    parameter.zero_grad();
  }
}

void Module::unfreeze(Where where) {
  requires_grad_(true, where);
}

Module& Module::requires_grad_(bool on, Where where) {
  for (Tensor& parameter : parameters_for("requires_grad_", *this, where)) {
    parameter.set_requires_grad(on, where);
  }
  return *this;
}

void Module::zero_grad(Where where) {
  for (Tensor& parameter : parameters_for("zero_grad", *this, where)) {
    parameter.zero_grad();
  }
}

void Module::to(DType dtype, Where where) {
  if (!is_floating(dtype)) {
    fail<DTypeError>("Module::to", where,
                     std::string("modules compute in floating numbers, not ") + name(dtype));
  }
  const NoGradGuard unrecorded;
  std::unordered_map<const void*, Tensor> converted;  // by the tensor as it was
  std::vector<std::pair<Tensor*, Tensor>> changes;
  for (const detail::ListedTensor& listed : detail::list_tensors("Module::to", *this, where)) {
    const Tensor& tensor = *listed.tensor;
    if (!is_floating(tensor.dtype()) || tensor.dtype() == dtype) {
      continue;
    }
    Tensor& fresh = converted[tensor.impl_or_null()];
    if (!fresh.defined()) {
      fresh = tensor.detach().to(dtype, where);
      if (tensor.impl().node) {  // frozen tensors stay frozen
        fresh.set_requires_grad(tensor.requires_grad(), where);
      }
    }
    changes.emplace_back(listed.tensor, fresh);
  }
  for (auto& [member, fresh] : changes) {
    *member = std::move(fresh);
  }
}

}  // namespace retrograd::nn
