/// @file
/// Receptive fields: the part of the input that an element depends on.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/graph/graph.h>
#include <retrograd/tensor/api.h>

namespace retrograd {

/// Receptive field along one dimension.
struct ReceptiveField {
  std::int64_t size = 1;  ///< Number of input positions that an element depends on.
  /// Distance between the fields of neighbouring elements, in input positions.
  std::int64_t step = 1;
  /// Returns whether both are equal.
  friend bool operator==(ReceptiveField, ReceptiveField) = default;
};

/// Fields along the spatial dimensions, which are the last ones; empty before the first window.
using ReceptiveFields = std::vector<ReceptiveField>;

/// Returns the receptive fields of each value of the graph, in order.
/// A convolution or pool makes a field larger:
/// @code
/// size <- size + (kernel - 1) dilation step,  step <- step stride
/// @endcode
/// Element-wise operators and `cat` keep the largest field of their inputs; a norm counts as
/// element-wise. Fields are undefined behind other operators, such as a linear layer, which depends
/// on every element.
RETROGRAD_API std::vector<std::optional<ReceptiveFields>> receptive_fields(const Graph& graph);

}  // namespace retrograd
