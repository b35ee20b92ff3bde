#include <retrograd/nn/module.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <typeinfo>
#include <unordered_set>

#include <cxxabi.h>

#include <retrograd/nn/detail/call_observer.h>
#include <retrograd/nn/detail/members.h>
#include <retrograd/nn/internal/evaluating.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

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

template <class T>
std::vector<T> without_names(std::vector<std::pair<std::string, T>> named) {
  std::vector<T> found;
  found.reserve(named.size());
  for (auto& [name, value] : named) {
    found.push_back(std::move(value));
  }
  return found;
}

using Pair = std::pair<std::string, Module*>;

std::vector<std::pair<std::string, const Module*>> observed(const std::vector<Pair>& named) {
  return {named.begin(), named.end()};
}
std::vector<const Module*> observed(const std::vector<Module*>& modules) {
  return {modules.begin(), modules.end()};
}

}  // namespace

// "LeNet" alone; in a module that has it ".fc1", else " > Linear".
std::string Module::name_in(const FrameOwner* around) const {
  if (around != nullptr) {
    auto& outer = const_cast<Module&>(static_cast<const Module&>(*around));
    for (const auto& [path, module] : outer.named_modules()) {
      if (module == this) {
        return formatted(".{}", path);
      }
    }
  }
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> whole(
      abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status), &std::free);
  std::string name = whole ? whole.get() : "Module";
  if (const std::size_t arguments = name.find('<'); arguments != std::string::npos) {
    const std::string shown = describe();  // a template's kinds know their names
    name = shown == "Module" ? name.substr(0, arguments) : shown.substr(0, shown.find('('));
  }
  name.erase(0, name.rfind(':') + 1);  // npos + 1 is 0
  return around != nullptr ? formatted(" > {}", name) : name;
}

std::vector<detail::ListedTensor> detail::list_tensors(const Frame& call, Module& module) {
  std::vector<ListedTensor> all;
  collect_tensors(module, "", all);
  for (const auto& [name, tensor, is_buffer] : all) {
    check::require<DTypeError>(call, is_buffer || is_floating(tensor->dtype()),
                               {{"tensor", *tensor}},
                               "{} is listed as a parameter, but cannot have gradients; list it as "
                               "nn::buffer(name, tensor) [not-floating]",
                               name);
    check::require<GraphError>(call, is_buffer || tensor->is_leaf(), {{"tensor", *tensor}},
                               "{} is listed as a parameter, but is the result of an operator; "
                               "list the tensors it is computed from [not-a-leaf]",
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
                            "{} does not define forward(const Tensor&) [forward-missing]",
                            describe());
}

Tensor Module::forward_fused(const Tensor&, const Module&) {
  return {};
}

Tensor Module::forward_normalised(const Tensor&, const Module&, bool) {
  return {};
}

void Module::require_trainable(const Frame&) const {}

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
  at.reserve(kept.size());
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

std::vector<std::pair<std::string, const Module*>> Module::named_modules() const {
  return observed(self().named_modules());
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

std::vector<const Module*> Module::modules() const {
  return observed(self().modules());
}

std::vector<std::pair<std::string, const Module*>> Module::named_children() const {
  return observed(self().named_children());
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

std::vector<const Module*> Module::children() const {
  return observed(self().children());
}

Module& Module::apply(const std::function<void(Module&)>& f) {
  std::unordered_set<const Module*> seen;
  apply_once(*this, f, seen);
  return *this;
}

Module& Module::train(bool on) {
  const auto all = modules();
  if (on) {
    const Frame call("train", {});
    for (const Module* const module : all) {
      module->require_trainable(call);
    }
  }
  for (Module* const module : all) {
    module->training_ = on;
  }
  return *this;
}

detail::Evaluating::Evaluating(Module& module) {
  for (Module* const part : module.modules()) {
    modes_.emplace_back(part, part->training_);
  }
  for (const auto& [part, training] : modes_) {
    part->training_ = false;
  }
}

detail::Evaluating::~Evaluating() {
  for (const auto& [part, training] : modes_) {
    part->training_ = training;
  }
}

}  // namespace retrograd::nn
