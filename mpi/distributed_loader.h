/// @file
/// Each rank's share of the batches of a data set. Link `retrograd::mpi`.
#pragma once

#include <retrograd/data/loader.h>
#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/api.h>

namespace retrograd::mpi {

/// Loader of this rank's rows of each batch, for `DataParallel::backward_shard()`.
///
/// Batches are those that a `DataLoader` of one process makes from the same options, and rows are
/// cut from them as by `part_of()`. All ranks have as many batches, so that a rank's rows of the
/// last one may be none.
/// @code
/// mpi::DistributedLoader loader(data, world, {.batch_size = 64, .shuffle = true, .seed = 1});
/// for (const auto& rows : loader) {
///   optimizer.zero_grad();
///   parallel.backward_shard(rows, loss);
///   optimizer.step();
/// }
/// @endcode
///
/// Save the `state_dict()` of rank 0: any number of ranks goes on from it. A sampler draws the same
/// order on all ranks if it draws from `default_generator()`, as those of the library do.
class RETROGRAD_API DistributedLoader : public DataLoader {
 public:
  /// Constructs the loader of this rank. `batch_size` is that of all ranks together.
  /// @throws ValueError if an option is out of range
  DistributedLoader(SharedDataset dataset, const Communicator& communicator,
                    DataLoaderOptions options = {}, Where where = {});
};

}  // namespace retrograd::mpi
