// Loaders whose batches are shared by ranks.
#include <vector>

#include <retrograd/mpi/distributed_loader.h>
#include <retrograd/mpi/in_process.h>

#include "mpi/cases.h"
#include "mpi/small_models.h"

namespace test {

using mpi::Communicator;
using mpi::DataParallel;

namespace {

// Adds a random number to each sample, and makes no whole batches itself.
class Noisy : public rg::Dataset {
 public:
  std::int64_t size() const override { return 11; }
  rg::Sample get(std::int64_t index) const override {
    return {
        {rg::rand({2}) + static_cast<double>(index), rg::full({}, index, {.dtype = rg::int64})}};
  }
};

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && a.to_vector<double>() == b.to_vector<double>();
}

void compare(const rg::SharedDataset& data, Communicator& world,
             const rg::DataLoaderOptions& options) {
  rg::DataLoader whole(data, options);
  mpi::DistributedLoader ours(data, world, options);
  require(ours.size() == whole.size(), "the loader has another number of batches");
  for (int epoch = 0; epoch < 3; ++epoch) {
    auto batch = whole.begin();
    for (const auto& rows : ours) {
      const rg::Batch wanted = mpi::part_of(*batch, world.rank(), world.size());
      require(equal(rows.inputs, wanted.inputs) && equal(rows.targets, wanted.targets),
              "the rows are others than those of one process");
      ++batch;
    }
    require(batch == std::default_sentinel, "the pass is shorter");
  }
}

}  // namespace

// Rows of all ranks together are the batches of a DataLoader with the same options.
void loader_batches(Communicator& world) {
  const rg::Batch all = batch_of(11);
  for (const int workers : {0, 2}) {
    for (const bool shuffle : {false, true}) {
      for (const bool drop_last : {false, true}) {
        for (const std::int64_t batch_size : {4, 5, 2}) {
          const rg::DataLoaderOptions options{.batch_size = batch_size,
                                              .shuffle = shuffle,
                                              .seed = 3,
                                              .drop_last = drop_last,
                                              .workers = workers};
          compare(rg::TensorDataset(all.inputs, all.targets), world, options);
          compare(Noisy(), world, options);
        }
      }
    }
  }
  const rg::DataLoaderOptions drawn{
      .batch_size = 4,
      .sampler = std::make_shared<rg::RandomSampler>(
          11, rg::RandomSamplerOptions{.num_samples = 14, .replacement = true})};
  compare(Noisy(), world, drawn);
}

// Uneven passes over a data set, shuffled; then a pass that another number of ranks began.
void loader(Communicator& world) {
  const rg::Batch all = batch_of(11);
  const rg::TensorDataset data(all.inputs, all.targets);
  const rg::DataLoaderOptions options{.batch_size = 4, .shuffle = true, .seed = 3};
  Net model;
  DataParallel parallel(model, world, {.bucket_bytes = 200, .deterministic = true});
  mpi::DistributedLoader loader(data, world, options);
  require(loader.size() == 3, "the loader has another number of batches");
  rg::StateDict position;
  std::vector<double> losses;
  for (int epoch = 0; epoch < 2; ++epoch) {
    for (const auto& rows : loader) {
      losses.push_back(parallel.backward_shard(rows, loss_of(model)));
      if (losses.size() == 4) {
        position = loader.state_dict();
      }
    }
  }
  require(losses.size() == 6, "a pass has another number of batches");
  std::vector<double> wanted;
  mpi::run_in_process(1, [&](Communicator& alone) {
    Net one;
    DataParallel of_one(one, alone, {.bucket_bytes = 200, .deterministic = true});
    mpi::DistributedLoader rest(data, alone, options);
    if (world.rank() == 0) {  // whose position is saved
      rest.load_state_dict(position);
    } else {
      rest.set_epoch(2);
    }
    for (const auto& rows : rest) {
      wanted.push_back(of_one.backward_shard(rows, loss_of(one)));
    }
  });
  if (world.rank() == 0) {
    require(wanted.size() == 2 && wanted[0] == losses[4] && wanted[1] == losses[5],
            "the pass does not go on where it was left");
  }
}

}  // namespace test
