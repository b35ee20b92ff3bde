// Modules by their names, and in print.
#include <ostream>
#include <sstream>

#include <retrograd/nn/module.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::nn {

namespace {

template <class T>
T found(const Frame& call, const char* kind, const std::vector<std::pair<std::string, T>>& all,
        std::string_view wanted) {
  std::string known;
  for (const auto& [name, value] : all) {
    if (name == wanted) {
      return value;
    }
    known += name.empty() ? "" : " " + retrograd::detail::printable(name);
  }
  check::refuse<IndexError>(call, {}, "no {} {}; there are:{}", kind,
                            retrograd::detail::in_quotes(wanted), known);
}

}  // namespace

Tensor Module::get_parameter(std::string_view name, Where where) const {
  return found(Frame("get_parameter", where), "parameter", named_parameters(), name);
}

Module& Module::get_submodule(std::string_view name, Where where) {
  return *found(Frame("get_submodule", where), "module", named_modules(), name);
}

std::ostream& operator<<(std::ostream& out, const Module& module) {
  const std::string text = module.describe();
  const std::string name = text == "Module" ? module.name_in(nullptr) : text;
  const auto children = module.named_children();
  if (children.empty()) {
    return out << (text == "Module" ? name + "()" : name);
  }
  out << name.substr(0, name.find('(')) << "(\n";
  for (const auto& [child_name, child] : children) {
    std::ostringstream inner;
    inner << *child;
    out << "  (" << child_name << "): ";
    for (const char c : inner.str()) {
      out << c << (c == '\n' ? "  " : "");
    }
    out << "\n";
  }
  return out << ")";
}

}  // namespace retrograd::nn
