#include <cstring>
#include <unordered_set>

#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/members.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/printable.h>
#include <retrograd/tensor/strided.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

namespace {

using retrograd::detail::Storage;

StateDict handles(const Frame& call, Module& module) {
  StateDict state;
  for (const detail::ListedTensor& listed : detail::list_tensors(call, module)) {
    state.insert(listed.name, listed.tensor->detach());
  }
  return state;
}

std::string listed(const char* title, const std::vector<std::string>& names) {
  return names.empty() ? "" : formatted("\n  {}:{}", title, detail::listed(names));
}

// Throws for names and shapes that do not fit; otherwise says what is left out.
LoadReport compare(const Frame& call, const StateDict& own, const StateDict& state, bool strict) {
  LoadReport report;
  std::vector<std::string> mismatched;
  for (const auto& [name, tensor] : own) {
    const Tensor* given = state.find(name);
    if (given == nullptr) {
      report.missing.push_back(name);
    } else if (given->shape() != tensor.shape()) {
      mismatched.push_back(formatted("{} ({}, the module has {})",
                                     retrograd::detail::printable(name), to_string(given->shape()),
                                     to_string(tensor.shape())));
    }
  }
  for (const auto& [name, tensor] : state) {
    if (!own.contains(name)) {
      report.unexpected.push_back(name);
    }
  }
  const std::string differences =
      formatted("{}{}{}", listed("missing", report.missing),
                listed("unexpected", report.unexpected), listed("of another shape", mismatched));
  check::require<ShapeError>(call, mismatched.empty(), {},
                             "the tensors do not fit the module{} [state-mismatch]", differences);
  check::require<ValueError>(
      call, !strict || differences.empty(), {},
      "the names do not fit the module; {{.strict = false}} loads those that do"
      "{} [state-mismatch]",
      differences);
  return report;
}

void require_own_elements(const Frame& call, const std::string& name, const Tensor& tensor) {
  for (std::size_t d = 0; d < tensor.shape().size(); ++d) {
    check::require<GraphError>(
        call, tensor.strides()[d] != 0 || tensor.shape()[d] <= 1, {{"tensor", tensor}},
        "{} was expanded: several of its elements are one position in memory; "
        "clone() it first [elements-overlap]",
        name);
  }
}

// Copies values of the same shape and dtype that share no memory, without allocating.
void copy_values(const Tensor& to, const Tensor& from) noexcept {
  const auto size = static_cast<std::int64_t>(item_size(to.dtype()));
  std::byte* const target = to.raw_bytes();
  const std::byte* const source = from.raw_bytes();
  retrograd::detail::for_each_run<2>(
      to.shape(), {&to.strides(), &from.strides()},
      [=](const auto& at, std::int64_t length, const auto& step) {
        const bool neighbours = length == 1 || (step[0] == 1 && step[1] == 1);
        const std::int64_t each = neighbours ? length : 1;
        for (std::int64_t i = 0; i < length; i += each) {
          std::memcpy(target + (at[0] + i * step[0]) * size, source + (at[1] + i * step[1]) * size,
                      static_cast<std::size_t>(each * size));
        }
      });
}

}  // namespace

StateDict Module::state_dict(Where where) const {
  return handles(Frame("state_dict", where), self());
}

LoadReport Module::load_state_dict(const StateDict& state, LoadOptions options, Where where) {
  const Frame call("load_state_dict", where);
  const StateDict own = handles(call, *this);
  LoadReport report = compare(call, own, state, options.strict);
  std::unordered_set<const Storage*> own_memory;
  for (const auto& [name, tensor] : own) {
    own_memory.insert(tensor.impl().storage.get());
  }
  const NoGradGuard unrecorded;
  std::vector<std::pair<Tensor, Tensor>> assignments;  // a tensor and its values to be
  assignments.reserve(own.size());
  for (const auto& [name, tensor] : own) {
    if (const Tensor* given = state.find(name)) {
      require_own_elements(call, name, tensor);
      Tensor values = given->to(tensor.dtype());
      if (own_memory.count(values.impl().storage.get()) != 0) {
        values = values.clone();
      }
      assignments.emplace_back(tensor, std::move(values));
    }
  }
  // Nothing below allocates, so nothing below fails.
  for (const auto& [to, values] : assignments) {
    copy_values(to, values);
    to.impl().storage->wrote(call);
  }
  return report;
}

}  // namespace retrograd::nn
