// What process 0 of a run tells the others.
#pragma once

#include <retrograd/tensor/processes.h>
#include <retrograd/train/detail/checkpoint.h>

namespace retrograd::train::detail {

// Replaces the checkpoint of all processes by that of process 0. Returns its `was_resumed`.
bool share(Processes& processes, Checkpoint& checkpoint, bool was_resumed);
// The number of process 0.
double share(Processes& processes, double number);

}  // namespace retrograd::train::detail
