// What is known of operators by their names on the tape. Internal.
#pragma once

#include <string_view>
#include <unordered_set>

#include <retrograd/tensor/node.h>

namespace retrograd::detail {

// Whether the operator's results are its input's elements, moved, repeated or converted.
bool is_layout(std::string_view op);

// Whether each element of the operator's result is a sum of multiples of elements of the inputs in
// `varying` and of a constant; the other inputs are constants.
bool is_linear(const Node& node, const std::unordered_set<const Node*>& varying);

// An operator on elements: y = f(x), one by one.
struct PointwiseRule {
  std::string_view op;
  std::string_view function;    // of x
  std::string_view derivative;  // of x and y
};
// Null for another operator.
const PointwiseRule* pointwise_rule(std::string_view op);

}  // namespace retrograd::detail
