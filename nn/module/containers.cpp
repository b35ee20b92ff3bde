#include <retrograd/nn/containers.h>

#include <algorithm>
#include <iterator>

#include <retrograd/nn/detail/layer.h>
#include <retrograd/nn/detail/members.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/internal/format.h>
#include <retrograd/tensor/internal/printable.h>

namespace retrograd::nn {

using detail::listed;
using retrograd::detail::in_quotes;

namespace detail {

void fail_kind(const Frame& call, std::size_t i, const Module& module) {
  check::refuse<ValueError>(call, {}, "module {} is a {}, not of the kind asked for [kind-differs]",
                            i, module.describe());
}
void fail_kind(const Frame& call, std::string_view name, const Module& module) {
  check::refuse<ValueError>(call, {}, "module {} is a {}, not of the kind asked for [kind-differs]",
                            name, module.describe());
}

}  // namespace detail

Module& ModuleList::insert_owned(const Frame& call, std::size_t i, std::unique_ptr<Module> module) {
  check::require<IndexError>(call, i <= size(), {},
                             "insertion at {} of {} modules [index-out-of-range]", i, size());
  return **modules_.insert(modules_.begin() + static_cast<std::ptrdiff_t>(i), std::move(module));
}

void ModuleList::extend(ModuleList other) {
  std::move(other.modules_.begin(), other.modules_.end(), std::back_inserter(modules_));
}

std::unique_ptr<Module> ModuleList::pop(std::size_t i, Where where) {
  checked(Frame("ModuleList", where), i);
  std::unique_ptr<Module> taken = std::move(modules_[i]);
  modules_.erase(modules_.begin() + static_cast<std::ptrdiff_t>(i));
  return taken;
}

Module& ModuleList::operator[](std::size_t i) const {
  return checked(Frame("ModuleList", {}), i);
}

Module& ModuleList::checked(const Frame& call, std::size_t i) const {
  check::require<IndexError>(call, i < size(), {}, "index {} of {} modules [index-out-of-range]", i,
                             size());
  return *modules_[i];
}

Members ModuleList::members() {
  Members all;
  for (std::size_t i = 0; i < modules_.size(); ++i) {
    all.emplace_back(retrograd::detail::formatted("{}", i), *modules_[i]);
  }
  return all;
}

std::string ModuleList::describe() const {
  return detail::described("ModuleList", size());
}

Module& ModuleDict::insert_owned(const Frame& call, std::string name,
                                 std::unique_ptr<Module> module) {
  if (name.empty() || name.find('.') != std::string::npos) {
    check::refuse<ValueError>(call, {},
                              "{} cannot be a name: it is empty or holds a dot [name-invalid]",
                              in_quotes(name));
  }
  const std::size_t i = position(name);
  if (i == size()) {
    entries_.emplace_back(std::move(name), nullptr);
  }
  entries_[i].second = std::move(module);
  return *entries_[i].second;
}

std::unique_ptr<Module> ModuleDict::pop(std::string_view name, Where where) {
  checked(Frame("ModuleDict", where), name);
  const std::size_t i = position(name);
  std::unique_ptr<Module> taken = std::move(entries_[i].second);
  entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
  return taken;
}

std::size_t ModuleDict::position(std::string_view name) const noexcept {
  std::size_t i = 0;
  while (i < size() && entries_[i].first != name) {
    ++i;
  }
  return i;
}

std::vector<std::string> ModuleDict::keys() const {
  std::vector<std::string> names;
  for (const auto& [name, module] : entries_) {
    names.push_back(name);
  }
  return names;
}

Module& ModuleDict::operator[](std::string_view name) const {
  return checked(Frame("ModuleDict", {}), name);
}

Module& ModuleDict::checked(const Frame& call, std::string_view name) const {
  const std::size_t i = position(name);
  if (i == size()) {
    const std::string known = listed(keys());
    check::refuse<IndexError>(call, {}, "no module {}; there are:{} [module-unknown]",
                              in_quotes(name), known);
  }
  return *entries_[i].second;
}

Members ModuleDict::members() {
  Members all;
  for (const auto& [name, module] : entries_) {
    all.emplace_back(name, *module);
  }
  return all;
}

std::string ModuleDict::describe() const {
  return detail::described("ModuleDict", size());
}

}  // namespace retrograd::nn
