// The parts of a run, and the texts that describe them.
#pragma once

#include <vector>

#include <retrograd/io/load.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/train/run.h>
#include <retrograd/train/state.h>

namespace retrograd::train::detail {

// The parts that the options name. Throws ValueError for names that cannot be told apart.
std::vector<State> parts_of(const Frame& call, const RunOptions& options);
// The texts that two runs of one folder have in common.
Metadata configuration_of(const RunOptions& options, const std::vector<State>& parts);

}  // namespace retrograd::train::detail
