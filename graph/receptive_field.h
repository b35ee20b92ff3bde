/// @file
/// How much of the input an element sees.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Along one dimension.
struct ReceptiveField {
  std::int64_t size = 1;  ///< Positions of the input that an element depends on.
  std::int64_t step = 1;  ///< From those of an element to those of the next one.
  /// Whether the two are equal.
  friend bool operator==(ReceptiveField, ReceptiveField) = default;
};

/// The fields along the spatial dimensions, which are the last ones; none before the first window.
using ReceptiveFields = std::vector<ReceptiveField>;

/// Those of each of the graph's values, in order. Convolutions and pools widen a field:
/// @code
/// size <- size + (kernel - 1) dilation step,  step <- step stride.
/// @endcode
/// Element-wise operators and cat keep the widest one; a norm counts as element-wise. Undefined
/// behind all other operators, such as a linear layer, which sees everything.
RETROGRAD_API std::vector<std::optional<ReceptiveFields>> receptive_fields(const Graph& graph);

}  // namespace retrograd
