#include <retrograd/autograd/grad_mode.h>
#include <retrograd/nn/detail/members.h>

namespace retrograd::nn {

namespace {

StateDict handles(const char* call, Module& module, Where where) {
  StateDict state;
  for (const detail::ListedTensor& listed : detail::list_tensors(call, module, where)) {
    state.insert(listed.name, listed.tensor->detach(), where);
  }
  return state;
}

std::string listed(const char* title, const std::vector<std::string>& names) {
  if (names.empty()) {
    return {};
  }
  std::string text = std::string("\n  ") + title + ":";
  for (const std::string& name : names) {
    text += " " + name;
  }
  return text;
}

// Throws for names and shapes that do not fit; otherwise says what is left out.
LoadReport compare(const StateDict& own, const StateDict& state, bool strict, Where where) {
  LoadReport report;
  std::vector<std::string> mismatched;
  for (const auto& [name, tensor] : own) {
    const Tensor* given = state.find(name);
    if (given == nullptr) {
      report.missing.push_back(name);
    } else if (given->shape() != tensor.shape()) {
      mismatched.push_back(name + " (" + to_string(given->shape()) + ", the module has " +
                           to_string(tensor.shape()) + ")");
    }
  }
  for (const auto& [name, tensor] : state) {
    if (!own.contains(name)) {
      report.unexpected.push_back(name);
    }
  }
  const std::string differences = listed("missing", report.missing) +
                                  listed("unexpected", report.unexpected) +
                                  listed("of another shape", mismatched);
  if (!mismatched.empty()) {
    fail<ShapeError>("load_state_dict", where, "the tensors do not fit the module" + differences);
  }
  if (strict && !differences.empty()) {
    fail<ValueError>("load_state_dict", where, "the names do not fit the module" + differences);
  }
  return report;
}

}  // namespace

StateDict Module::state_dict(Where where) {
  return handles("state_dict", *this, where);
}

LoadReport Module::load_state_dict(const StateDict& state, LoadOptions options, Where where) {
  const StateDict own = handles("load_state_dict", *this, where);
  LoadReport report = compare(own, state, options.strict, where);
  const NoGradGuard unrecorded;
  for (const auto& [name, tensor] : own) {
    if (const Tensor* given = state.find(name)) {
      Tensor(tensor).copy_(given->to(tensor.dtype(), where), where);
    }
  }
  return report;
}

}  // namespace retrograd::nn
