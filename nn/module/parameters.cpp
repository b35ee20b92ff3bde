#include <unordered_map>
#include <unordered_set>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/members.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd::nn {

namespace {

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

template <class F>
void for_each_parameter(const Frame& call, Module& module, F f) {
  for (auto& [name, parameter] : distinct(detail::list_tensors(call, module), false)) {
    f(parameter);
  }
}

}  // namespace

Module::NamedTensors Module::named_parameters(Where where) const {
  return distinct(detail::list_tensors(Frame("named_parameters", where), self()), false);
}

Module::NamedTensors Module::named_buffers(Where where) const {
  return distinct(detail::list_tensors(Frame("named_buffers", where), self()), true);
}

std::vector<Tensor> Module::parameters(Where where) const {
  std::vector<Tensor> found;
  for (auto& [name, parameter] :
       distinct(detail::list_tensors(Frame("parameters", where), self()), false)) {
    found.push_back(std::move(parameter));
  }
  return found;
}

std::int64_t Module::parameter_count(Where where) const {
  std::int64_t count = 0;
  for_each_parameter(Frame("parameter_count", where), self(),
                     [&](const Tensor& parameter) { count += parameter.numel(); });
  return count;
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

Module& Module::to(DType dtype, Where where) {
  const Frame call("Module::to", where);
  check::require<DTypeError>(call, is_floating(dtype), {},
                             "modules compute in floating numbers, not {} [not-floating]", dtype);
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
  return *this;
}

}  // namespace retrograd::nn
