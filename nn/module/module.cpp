#include <retrograd/nn/module.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <typeinfo>
#include <unordered_map>
#include <unordered_set>

#include <cxxabi.h>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/detail/members.h>
#include <retrograd/tensor/internal/check.h>

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

template <class F>
void for_each_parameter(const Frame& call, Module& module, F f) {
  for (auto& [name, parameter] : distinct(detail::list_tensors(call, module), false)) {
    f(parameter);
  }
}

}  // namespace

// "LeNet" alone; in a module that has it ".fc1", else " > Linear".
std::string Module::name_in(const FrameOwner* around) const {
  if (around != nullptr) {
    auto& outer = const_cast<Module&>(static_cast<const Module&>(*around));
    for (const auto& [path, module] : outer.named_modules()) {
      if (module == this) {
        return "." + path;
      }
    }
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> whole(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), &std::free);
  std::string name = whole ? whole.get() : "Module";
  name.erase(std::min(name.find('<'), name.size()));
  name.erase(0, name.rfind(':') + 1);  // npos + 1 is 0
  return (around != nullptr ? " > " : "") + name;
}

std::vector<detail::ListedTensor> detail::list_tensors(const Frame& call, Module& module) {
  std::vector<ListedTensor> all;
  collect_tensors(module, "", all);
  for (const auto& [name, tensor, is_buffer] : all) {
    check::require<DTypeError>(call, is_buffer || is_floating(tensor->dtype()),
                               {{"tensor", *tensor}},
                               "{} is listed as a parameter, but cannot have gradients; list it as "
                               "nn::buffer(name, tensor)",
                               name);
    check::require<GraphError>(call, is_buffer || tensor->is_leaf(), {{"tensor", *tensor}},
                               "{} is listed as a parameter, but is the result of an operator; "
                               "list the tensors it is computed from",
                               name);
  }
  for (const auto& [name, tensor, is_buffer] : all) {
    if (!is_buffer && !tensor->impl().node) {
      tensor->set_requires_grad(true);
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
  check::refuse<GraphError>(Frame("forward", {}), {{"input", x}},
                            "{} does not define forward(const Tensor&)", describe());
}

Tensor Module::forward_fused(const Tensor&, const Module&) {
  return {};
}

std::int64_t Module::multiply_adds(const std::vector<Shape>&, const Shape&) const {
  return 0;
}

Tensor Module::operator()(const Tensor& x, Where where) {
  const ModuleFrame frame(*this, where);
  if (!is_watched()) {
    return forward(x);
  }
  Tensor input = x;
  Tensor output;
  run_watched({&input}, [&] {
    output = forward(input);
    return std::vector{&output};
  });
  return output;
}

Tensor Module::call(const std::vector<Tensor>& inputs,
                    const std::function<Tensor(const Tensor& first)>& compute, Where where) {
  const ModuleFrame frame(*this, where);
  std::vector<Tensor> kept = inputs;
  std::vector<Tensor*> at;
  for (Tensor& input : kept) {
    at.push_back(&input);
  }
  Tensor output;
  run_watched(at, [&] {
    output = compute(kept.front());
    return std::vector{&output};
  });
  return output;
}

void Module::report_call(const std::vector<Tensor>& inputs, const Tensor& output) {
  if (CallObserver* observer = CallObserver::current()) {
    observer->called(*this, inputs, output);
  }
}

Module::NamedTensors Module::named_parameters(Where where) {
  return distinct(detail::list_tensors(Frame("named_parameters", where), *this), false);
}

Module::NamedTensors Module::named_buffers(Where where) {
  return distinct(detail::list_tensors(Frame("named_buffers", where), *this), true);
}

std::vector<Tensor> Module::parameters(Where where) {
  return without_names(distinct(detail::list_tensors(Frame("parameters", where), *this), false));
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
  for_each_parameter(Frame("parameter_count", where), *this,
                     [&](const Tensor& parameter) { count += parameter.numel(); });
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
  for_each_parameter(Frame("freeze", where), *this, [](Tensor& parameter) {
    parameter.set_requires_grad(false);
    parameter.zero_grad();
  });
}

Module& Module::requires_grad_(bool on, Where where) {
  for_each_parameter(Frame("requires_grad_", where), *this,
                     [&](Tensor& parameter) { parameter.set_requires_grad(on); });
  return *this;
}

void Module::zero_grad(Where where) {
  for_each_parameter(Frame("zero_grad", where), *this,
                     [](Tensor& parameter) { parameter.zero_grad(); });
}

void Module::to(DType dtype, Where where) {
  const Frame call("Module::to", where);
  check::require<DTypeError>(call, is_floating(dtype), {},
                             "modules compute in floating numbers, not {}", name(dtype));
  const NoGradGuard unrecorded;
  std::unordered_map<const void*, Tensor> converted;  // by the tensor as it was
  std::vector<std::pair<Tensor*, Tensor>> changes;
  for (const detail::ListedTensor& listed : detail::list_tensors(call, *this)) {
    const Tensor& tensor = *listed.tensor;
    if (!is_floating(tensor.dtype()) || tensor.dtype() == dtype) {
      continue;
    }
    Tensor& fresh = converted[tensor.impl_or_null()];
    if (!fresh.defined()) {
      fresh = tensor.detach().to(dtype);
      if (tensor.impl().node) {  // frozen tensors stay frozen
        fresh.set_requires_grad(tensor.requires_grad());
      }
    }
    changes.emplace_back(listed.tensor, fresh);
  }
  for (auto& [member, fresh] : changes) {
    *member = std::move(fresh);
  }
}

}  // namespace retrograd::nn
