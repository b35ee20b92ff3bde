// Graphs of a part of a trace. Internal.
#pragma once

#include <cstddef>
#include <vector>

#include <retrograd/graph/graph.h>

namespace retrograd::detail {

// As the constructor of Graph, of the first entries alone: those behind them, such as backward
// passes, need not be known.
Graph graph_of_first(std::size_t entries, const Trace& trace, const std::vector<Tensor>& given,
                     const std::vector<Tensor>& computed, Where where);

}  // namespace retrograd::detail
