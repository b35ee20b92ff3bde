#include <algorithm>
#include <array>
#include <utility>
#include <variant>
#include <vector>

#include <retrograd/graph/detail/functions.h>
#include <retrograd/graph/detail/rewrite.h>

namespace retrograd::detail {

const ValueId* tensor_argument(const GraphStep& step, std::size_t i) {
  const ValueId* const id = argument<ValueId>(step, i);
  return id != nullptr && id->index >= 0 ? id : nullptr;
}

Tensor constant_argument(const Graph& graph, const GraphStep& step, std::size_t i) {
  const ValueId* const id = tensor_argument(step, i);
  return id != nullptr ? constant_of(graph, *id) : Tensor();
}

Tensor constant_of(const Graph& graph, ValueId id) {
  return id.index >= 0 ? graph.values[place(id)].constant : Tensor();
}

Argument with_constants(const Graph& graph, const Argument& argument) {
  if (const auto* id = std::get_if<ValueId>(&argument)) {
    return constant_of(graph, *id);
  }
  if (const auto* list = std::get_if<std::vector<ValueId>>(&argument)) {
    std::vector<Tensor> tensors;
    for (const ValueId each : *list) {
      tensors.push_back(constant_of(graph, each));
    }
    return tensors;
  }
  return argument;
}

bool has_effect(const GraphStep& step) {
  constexpr std::array<std::string_view, 6> kOfTapes = {
      "backward", "grad", "grad_of", "set_grad", "set_requires_grad", "zero_grad"};
  const std::string_view op = step.op;
  if (op.ends_with('_') || std::find(kOfTapes.begin(), kOfTapes.end(), op) != kOfTapes.end()) {
    return true;
  }
  if (op.starts_with("batch_norm") || op == "instance_norm") {  // training moves the statistics
    const Scalar* const training = argument<Scalar>(step, 5);
    return (training == nullptr || training->to<bool>()) && tensor_argument(step, 1) != nullptr;
  }
  return overloads(op).empty();
}

bool has_effects(const Graph& graph) {
  return std::any_of(graph.steps.begin(), graph.steps.end(), has_effect);
}

std::vector<std::size_t> count_uses(const Graph& graph) {
  std::vector<std::size_t> uses(graph.values.size(), 0);
  const auto count = [&](ValueId id) {
    if (id.index >= 0) {
      ++uses[place(id)];
    }
  };
  for (const GraphStep& step : graph.steps) {
    for_each_id(step.arguments, count);
  }
  std::for_each(graph.outputs.begin(), graph.outputs.end(), count);
  return uses;
}

std::vector<std::ptrdiff_t> find_makers(const Graph& graph) {
  std::vector<std::ptrdiff_t> makers(graph.values.size(), -1);
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    for (const ValueId id : graph.steps[s].outputs) {
      if (id.index >= 0 && makers[place(id)] < 0) {
        makers[place(id)] = static_cast<std::ptrdiff_t>(s);
      }
    }
  }
  return makers;
}

ValueId add_constant(Graph& graph, std::string name, const Tensor& tensor) {
  const ValueId id{static_cast<std::int64_t>(graph.values.size())};
  graph.values.push_back({std::move(name), tensor.shape(), tensor.dtype(), tensor});
  return id;
}

void replace_value(Graph& graph, ValueId from, ValueId to) {
  const auto replace = [&](ValueId& id) {
    if (id == from) {
      id = to;
    }
  };
  for (GraphStep& step : graph.steps) {
    for_each_id(step.arguments, replace);
  }
  std::for_each(graph.outputs.begin(), graph.outputs.end(), replace);
}

std::size_t erase_steps(Graph& graph, const std::vector<bool>& marked) {
  std::size_t kept = 0;
  for (std::size_t s = 0; s < graph.steps.size(); ++s) {
    if (marked[s]) {
      continue;
    }
    if (kept != s) {
      graph.steps[kept] = std::move(graph.steps[s]);
    }
    ++kept;
  }
  const std::size_t erased = graph.steps.size() - kept;
  graph.steps.resize(kept);
  return erased;
}

}  // namespace retrograd::detail
