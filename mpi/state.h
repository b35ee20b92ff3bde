/// @file
/// State of one rank for all. Link `retrograd::mpi`.
#pragma once

#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::mpi {

/// Returns the state of rank `root`, on all ranks. The states of other ranks are not read.
///
/// A run that goes on has its file on rank 0 alone, and any number of ranks:
/// @code
/// if (world.rank() == 0) {
///   optimizer.load_state_dict(rg::load("optimizer.safetensors"));
/// }
/// optimizer.load_state_dict(mpi::broadcast_state(optimizer.state_dict(), world));
/// @endcode
/// @throws IndexError if there is no such rank
RETROGRAD_API StateDict broadcast_state(const StateDict& state, Communicator& communicator,
                                        int root = 0, Where where = {});

}  // namespace retrograd::mpi
