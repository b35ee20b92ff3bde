// What passes ask of a graph, and how they change it. Internal.
#pragma once

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/graph/internal/arguments.h>

namespace retrograd::detail {

inline std::size_t place(ValueId id) {
  return static_cast<std::size_t>(id.index);
}

// Argument i if it is a T, else null.
template <class T>
const T* argument(const GraphStep& step, std::size_t i) {
  return i < step.arguments.size() ? std::get_if<T>(&step.arguments[i]) : nullptr;
}
// Argument i if it is a defined tensor, else null.
const ValueId* tensor_argument(const GraphStep& step, std::size_t i);
// Argument i if it is a tensor that no step makes, else an undefined one.
Tensor constant_argument(const Graph& graph, const GraphStep& step, std::size_t i);

// The constant that a value is, or an undefined tensor.
Tensor constant_of(const Graph& graph, ValueId id);
// An argument with constants for all values, and undefined tensors for those without.
Argument with_constants(const Graph& graph, const Argument& argument);

// Whether a step does more than to compute its outputs, or may do so: writes, tapes, and custom
// operators.
bool has_effect(const GraphStep& step);
// Whether a step of the graph has an effect: then a value may change after it was made.
bool has_effects(const Graph& graph);

// How often each value is an argument or an output of the graph.
std::vector<std::size_t> count_uses(const Graph& graph);
// The step that makes each value, or -1.
std::vector<std::ptrdiff_t> find_makers(const Graph& graph);

// Adds a constant.
ValueId add_constant(Graph& graph, std::string name, const Tensor& tensor);
// Uses `to` wherever `from` is used.
void replace_value(Graph& graph, ValueId from, ValueId to);
// Removes the steps that are marked.
std::size_t erase_steps(Graph& graph, const std::vector<bool>& marked);

}  // namespace retrograd::detail
