// The inputs of the fused recurrences, and the twin that differentiates them further. Internal.
#pragma once

#include <cstddef>
#include <vector>

#include <retrograd/ops/internal/recurrence.h>
#include <retrograd/ops/kernels/sequence/recurrence.h>

namespace retrograd::recurrence {

// The inputs of a call: the sequence, its first states, then four parameters a direction.
enum Input : std::size_t { kX, kH, kC, kParameters };

// The parameters of a direction, from all inputs.
kernels::RecurrentWeights weights_of(const std::vector<Tensor>& all, std::size_t direction);

// What kernels::recurrence() gives, by operators.
Tensor composed(const kernels::RecurrenceGeometry& geometry, const std::vector<Tensor>& all);

}  // namespace retrograd::recurrence
