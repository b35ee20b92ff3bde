/// @file
/// Ranks that are threads of one process, for tests. Link `retrograd::mpi`.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/api.h>

namespace retrograd::mpi {

/// Runs `program` in `size` threads of this process, which are the ranks. Returns the error of each
/// rank, or an empty text.
///
/// Sums are added in the order of the ranks. Each rank has a default generator of its own, which
/// starts from the state of the caller's. `timeout` is that of the communicators, in seconds.
/// @code
/// const auto errors = mpi::run_in_process(2, [](mpi::Communicator& world) {
///   const rg::Tensor one = rg::ones({1});
///   world.all_reduce(one).wait();
///   std::cout << one.item<int>() << "\n";  // 2, twice
/// });
/// @endcode
/// @throws ValueError if `size` is below 1, or `timeout` is not above 0
RETROGRAD_API std::vector<std::string> run_in_process(
    int size, const std::function<void(Communicator& world)>& program, double timeout = 1800,
    Where where = {});

}  // namespace retrograd::mpi
