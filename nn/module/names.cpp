// Modules by their names, and in print.
#include <ostream>

#include <retrograd/nn/detail/members.h>
#include <retrograd/nn/module.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::nn {

using retrograd::detail::formatted;

std::string detail::joined(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : formatted("{}.{}", prefix, name);
}

std::string detail::listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += formatted(" {}", retrograd::detail::printable(name));
  }
  return text;
}

namespace {

template <class T>
T found(const Frame& call, const char* kind, const std::vector<std::pair<std::string, T>>& all,
        std::string_view wanted) {
  std::vector<std::string> known;
  for (const auto& [name, value] : all) {
    if (name == wanted) {
      return value;
    }
    if (!name.empty()) {
      known.push_back(name);
    }
  }
  check::refuse<IndexError>(call, {}, "no {} {}; there are:{} [module-unknown]", kind,
                            retrograd::detail::in_quotes(wanted), detail::listed(known));
}

// The modules below are indented by `indent`.
void print(std::string& text, const Module& module, std::size_t indent) {
  std::string name = module.describe();
  if (name == "Module") {
    name = formatted("{}()", static_cast<const FrameOwner&>(module).name_in(nullptr));
  }
  const auto children = module.named_children();
  if (children.empty()) {
    text += name;
    return;
  }
  text += formatted("{}(\n", name.substr(0, name.find('(')));
  for (const auto& [child_name, child] : children) {
    text += formatted("{:{}}({}): ", "", indent, child_name);
    print(text, *child, indent + 2);
    text += '\n';
  }
  text += formatted("{:{}})", "", indent - 2);
}

}  // namespace

Tensor Module::get_parameter(std::string_view name, Where where) const {
  return found(Frame("get_parameter", where), "parameter", named_parameters(), name);
}

Module& Module::get_submodule(std::string_view name, Where where) {
  return *found(Frame("get_submodule", where), "module", named_modules(), name);
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  std::string text;
  print(text, module, 2);
  return out << text;
}

}  // namespace retrograd::nn
