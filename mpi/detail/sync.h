// Models whose ranks meet inside a pass. Internal.
#pragma once

#include <retrograd/nn/module.h>

namespace retrograd::mpi::detail {

// Whether a batch norm of the model waits for all ranks.
bool is_synchronised(const nn::Module& model);

}  // namespace retrograd::mpi::detail
