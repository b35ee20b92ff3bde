#include <retrograd/mpi/distributed_loader.h>

#include <utility>

#include <retrograd/data/internal/rows.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::mpi {

DistributedLoader::DistributedLoader(SharedDataset dataset, const Communicator& communicator,
                                     DataLoaderOptions options, Where where)
    : DataLoader(std::move(dataset), std::move(options), {communicator.rank(), communicator.size()},
                 Frame("DistributedLoader", where)) {}

}  // namespace retrograd::mpi
