// Groups of stations, and the chain rule over them. Internal.
#pragma once

#include <retrograd/explain/detail/chain.h>
#include <retrograd/explain/explain.h>

namespace retrograd::detail {

// Modules of the chain's trace, and equal parts that follow each other.
std::vector<StationGroup> find_groups(const Explanation& e, const Chain& chain);

void find_paths(Explanation& e);
void find_recurrence(Explanation& e);
// The matrices multiplied out, each used once: (sum over paths of products) . 1.
void multiply_out(Explanation& e);

}  // namespace retrograd::detail
