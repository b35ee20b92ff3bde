/// @file
/// Batches of a data set, in order or shuffled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of a data loader.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;  ///< Number of samples in a batch.
  bool shuffle = false;         ///< Shuffles the samples in each pass when true.
  std::uint64_t seed = 0;  ///< Seed of the orders: the order of pass e depends on the seed and e.
  bool drop_last = false;  ///< Leaves out the last batch when true and it is smaller.
};

/// Range of batches; each `begin()` starts a new pass over the data.
/// @code
/// DataLoader loader(data, {.batch_size = 64, .shuffle = true});
/// for (int epoch = 0; epoch < 3; ++epoch) {
///   for (const auto& [images, labels] : loader) { ... }
/// }
/// @endcode
class RETROGRAD_API DataLoader {
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

    /// Returns the present batch, as new contiguous tensors at each call.
    Batch operator*() const;
    /// Moves to the next batch.
    Iterator& operator++() {
      next_ += loader_->options_.batch_size;
      return *this;
    }
    /// Moves to the next batch.
    void operator++(int) { ++*this; }
    /// Returns whether the pass has ended.
    friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept {
      return a.next_ >= a.end_;
    }

   private:
    friend class DataLoader;
    Iterator(const DataLoader& loader, Tensor order);

    const DataLoader* loader_;
    Tensor order_;  // int64 (N)
    std::int64_t next_ = 0;
    std::int64_t end_;
  };

  /// Constructs a loader of a data set.
  /// @throws ValueError if the batch size is below 1
  explicit DataLoader(Dataset dataset, DataLoaderOptions options = {}, Where where = {});

  /// Returns the data set.
  const Dataset& dataset() const noexcept { return dataset_; }
  /// Returns the number of batches in a pass.
  std::int64_t size() const;

  /// Starts a pass.
  Iterator begin();
  /// Returns the end of a pass.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns the number of passes so far, which is the number of the next one.
  std::uint64_t epoch() const noexcept { return epoch_; }
  /// Sets the number of the next pass, for a run that resumes from a checkpoint.
  void set_epoch(std::uint64_t epoch) noexcept { epoch_ = epoch; }

 private:
  // Samples that a pass visits.
  std::int64_t visited() const;

  Dataset dataset_;
  DataLoaderOptions options_;
  std::uint64_t epoch_ = 0;
};

}  // namespace retrograd
