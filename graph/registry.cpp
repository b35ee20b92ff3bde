#include <retrograd/graph/registry.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include <retrograd/graph/detail/functions.h>
#include <retrograd/ops/internal/registry.h>
#include <retrograd/tensor/internal/check.h>

namespace retrograd {

namespace {

struct Own {
  std::mutex mutex;
  std::map<std::string, OperatorFunction, std::less<>> functions;
};
Own& own() {
  static Own registered;
  return registered;
}

OperatorFunction find_own(std::string_view name) {
  const std::scoped_lock lock(own().mutex);
  const auto found = own().functions.find(name);
  return found == own().functions.end() ? nullptr : found->second;
}

}  // namespace

std::span<const detail::OperatorEntry> detail::overloads(std::string_view name) noexcept {
  for (const auto all : {operators(), other_functions()}) {
    const auto [first, last] =
        std::equal_range(all.begin(), all.end(), OperatorEntry{name, nullptr},
                         [](const auto& a, const auto& b) { return a.name < b.name; });
    if (first != last) {
      return {first, last};
    }
  }
  return {};
}

void detail::register_operator(const std::string& name, OperatorFunction function, Where where) {
  const Frame call("register_operator", where);
  const bool is_ours = !overloads(name).empty();
  const std::scoped_lock lock(own().mutex);
  const auto [entry, fresh] = own().functions.try_emplace(name, function);
  if (is_ours || (!fresh && entry->second != function)) {
    if (is_ours) {
      own().functions.erase(entry);
    }
    check::refuse<ValueError>(call, {}, "there is another operator of the name '{}' [name-taken]",
                              name);
  }
}

bool is_operator(std::string_view name) {
  return !detail::overloads(name).empty() || find_own(name) != nullptr;
}

std::vector<std::string> operator_names() {
  std::set<std::string> names;
  for (const auto all : {detail::operators(), detail::other_functions()}) {
    for (const auto& entry : all) {
      names.emplace(entry.name);
    }
  }
  const std::scoped_lock lock(own().mutex);
  for (const auto& [name, function] : own().functions) {
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

detail::FoundOperator detail::find_operator(std::string_view name) {
  const auto ours = overloads(name);
  return {ours, ours.empty() ? find_own(name) : nullptr};
}

void detail::call_found(const FoundOperator& found, std::string_view name,
                        const Arguments& arguments, std::vector<Tensor>& outputs, Where where) {
  const Frame call("call_operator", where);
  for (const auto& entry : found.ours) {
    if (entry.function(arguments, outputs)) {
      return;
    }
  }
  if (found.own != nullptr && found.own(arguments, outputs)) {
    return;
  }
  check::require<ValueError>(
      call, !found.ours.empty() || found.own != nullptr, {},
      "there is no operator '{}'; register_operator makes one's own known [function-unknown]",
      name);
  check::refuse<ValueError>(call, {}, "no '{}' takes these {} arguments [function-unknown]", name,
                            arguments.size());
}

std::vector<Tensor> call_operator(std::string_view name, const Arguments& arguments, Where where) {
  std::vector<Tensor> outputs;
  detail::call_found(detail::find_operator(name), name, arguments, outputs, where);
  return outputs;
}

}  // namespace retrograd
