// Checks that all ranks have the same model, and copies that of rank 0. Internal.
#pragma once

#include <string>
#include <vector>

#include <retrograd/mpi/communicator.h>
#include <retrograd/nn/module.h>

namespace retrograd::mpi::detail {

// Throws a CommunicationError on all ranks if one of them has a line that rank 0 has not.
void require_equal_lines(Communicator& communicator, const std::vector<std::string>& lines);

// Names, shapes and dtypes.
std::vector<std::string> describe(const nn::Module::NamedTensors& tensors);

void copy_from_rank_0(Communicator& communicator, const nn::Module::NamedTensors& tensors);

// Throws a CommunicationError on all ranks if the bits of a tensor differ.
void require_equal_bits(Communicator& communicator, const nn::Module::NamedTensors& tensors);

}  // namespace retrograd::mpi::detail
