#include <retrograd/onnx/export/sharing.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <string_view>
#include <variant>

namespace retrograd::onnx::writing {

namespace {

// Operators whose results may share the memory of their first argument.
constexpr std::array<std::string_view, 26> kViews = {
    "broadcast_to", "chunk",   "contiguous",   "detach",        "diagonal",  "expand",
    "flatten",      "index",   "module_input", "module_output", "movedim",   "narrow",
    "permute",      "reshape", "select",       "slice",         "split",     "squeeze",
    "swapaxes",     "to",      "transpose",    "unbind",        "unflatten", "unfold",
    "unsqueeze",    "view"};

std::int64_t first_argument(const GraphStep& step) {
  const auto* const id =
      step.arguments.empty() ? nullptr : std::get_if<ValueId>(&step.arguments[0]);
  return id == nullptr ? -1 : id->index;
}

template <class F>
bool any_argument(const GraphStep& step, F&& f) {
  return std::any_of(step.arguments.begin(), step.arguments.end(), [&](const Argument& argument) {
    if (const auto* id = std::get_if<ValueId>(&argument)) {
      return f(id->index);
    }
    const auto* const list = std::get_if<std::vector<ValueId>>(&argument);
    return list != nullptr &&
           std::any_of(list->begin(), list->end(), [&](ValueId id) { return f(id.index); });
  });
}

}  // namespace

Sharing::Sharing(const Graph& graph) : graph_(graph), base_(graph.values.size()) {
  std::iota(base_.begin(), base_.end(), 0);
  for (const GraphStep& step : graph.steps) {
    const std::int64_t from = first_argument(step);
    const bool is_view = std::find(kViews.begin(), kViews.end(), step.op) != kViews.end();
    for (const ValueId id : step.outputs) {
      if (is_view && from >= 0 && id.index >= 0 && id.index != from) {
        base_[static_cast<std::size_t>(id.index)] = first_of(from);
      }
    }
  }
}

std::int64_t Sharing::first_of(std::int64_t value) const {
  while (base_[static_cast<std::size_t>(value)] != value) {
    value = base_[static_cast<std::size_t>(value)];
  }
  return value;
}

std::int64_t Sharing::written(std::size_t s) const {
  return first_argument(graph_.steps[s]);
}

bool Sharing::is_write(std::size_t s) const {
  const GraphStep& step = graph_.steps[s];
  const std::int64_t to = written(s);
  return step.op.ends_with('_') && to >= 0 && step.outputs.size() == 1 &&
         step.outputs[0].index == to;
}

bool Sharing::is_seen_later(std::size_t s) const {
  const std::int64_t to = written(s);
  const std::int64_t memory = first_of(to);
  std::set<std::int64_t> fresh{to};  // what is made of the new value
  const auto shares = [&](std::int64_t value) {
    return value >= 0 && !fresh.contains(value) && first_of(value) == memory;
  };
  for (std::size_t later = s + 1; later < graph_.steps.size(); ++later) {
    if (any_argument(graph_.steps[later], shares)) {
      return true;
    }
    for (const ValueId id : graph_.steps[later].outputs) {
      fresh.insert(id.index);
    }
  }
  return std::any_of(graph_.outputs.begin(), graph_.outputs.end(),
                     [&](ValueId id) { return shares(id.index); });
}

bool Sharing::changes_constant(std::size_t s) const {
  return graph_.values[static_cast<std::size_t>(first_of(written(s)))].constant.defined();
}

}  // namespace retrograd::onnx::writing
