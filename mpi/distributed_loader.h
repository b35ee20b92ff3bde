/// @file
/// Each rank's share of the batches of a data set. Link `retrograd::mpi`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <retrograd/data/loader.h>
#include <retrograd/data/sampler.h>
#include <retrograd/mpi/communicator.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd::mpi {

/// Order in which a rank visits its samples. All ranks shuffle alike, and each takes its part of
/// every batch, as `part_of()` cuts it. The last batch may have no sample of a rank.
class RETROGRAD_API DistributedSampler : public Sampler {
 public:
  /// Constructs the order of this rank.
  /// @throws ValueError if `batch_size`, of all ranks together, is no multiple of the ranks above 0
  DistributedSampler(std::int64_t samples, std::int64_t batch_size,
                     const Communicator& communicator, bool shuffle = false, bool drop_last = false,
                     Where where = {});
  std::int64_t size() const override;
  Tensor indices() const override;

 private:
  std::int64_t samples_;
  std::int64_t batch_size_;
  std::int64_t rank_;
  std::int64_t ranks_;
  bool shuffle_;
};

/// Range of this rank's rows of each batch, for `DataParallel::backward_shard()`.
///
/// Batches are those that a `DataLoader` of one process makes from the same options. All ranks have
/// as many, so that a rank's rows of the last one may be none.
/// @code
/// mpi::DistributedLoader loader(data, world, {.batch_size = 64, .shuffle = true, .seed = 1});
/// for (const auto& rows : loader) {
///   optimizer.zero_grad();
///   parallel.backward_shard(rows, loss);
///   optimizer.step();
/// }
/// @endcode
class RETROGRAD_API DistributedLoader {
 public:
  /// A pass over the data. The loader must outlive it.
  class RETROGRAD_API Iterator {
   public:
    /// Category of the iterator.
    using iterator_concept = std::input_iterator_tag;
    /// Type of its values.
    using value_type = Batch;
    /// Type of the distance between iterators.
    using difference_type = std::ptrdiff_t;

    /// Returns this rank's rows of the present batch.
    Batch& operator*() const;
    /// Returns this rank's rows of the present batch.
    Batch* operator->() const { return &**this; }
    /// Moves to the next batch.
    Iterator& operator++();
    /// Moves to the next batch.
    void operator++(int) { ++*this; }
    /// Returns whether the pass has ended.
    friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept {
      return a.left_ == 0;
    }

   private:
    friend class DistributedLoader;
    Iterator(DistributedLoader& loader, DataLoader::Iterator rows, std::int64_t left) noexcept;

    DistributedLoader* loader_;
    DataLoader::Iterator rows_;
    std::int64_t left_;  // batches, with the present one
  };

  /// Constructs the loader of this rank. `batch_size` is that of all ranks together.
  /// @throws ValueError if an option is out of range, there is a sampler, or the batch size is no
  ///   multiple of the number of ranks
  DistributedLoader(SharedDataset dataset, const Communicator& communicator,
                    DataLoaderOptions options = {}, Where where = {});

  /// Returns the number of batches in a pass.
  std::int64_t size() const noexcept;
  /// Starts a pass.
  Iterator begin(Where where = {});
  /// Returns the end of a pass.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns the number of passes so far, which is the number of the next one.
  std::uint64_t epoch() const noexcept { return rows_.epoch(); }
  /// Sets the number of the next pass, which starts at its first batch.
  void set_epoch(std::uint64_t epoch) noexcept;

  /// Returns the position, as `DataLoader::state_dict()` does. Save that of rank 0.
  StateDict state_dict() const;
  /// Moves to a position that `state_dict()` returned, of any number of ranks.
  /// @throws ValueError if an entry is missing or unknown, or the seed, the batch size, the number
  ///   of samples or whether they are shuffled differs
  void load_state_dict(const StateDict& state, Where where = {});

 private:
  Batch no_rows() const;

  DataLoaderOptions options_;
  DataLoader rows_;  // of this rank
  std::int64_t skipped_ = 0;
  Batch none_{};
};

}  // namespace retrograd::mpi
