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

/// Options, given as {.name = value}; what is left out keeps its default.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;  ///< Samples in a batch.
  bool shuffle = false;         ///< A new order on each pass.
  std::uint64_t seed = 0;       ///< Of the orders: pass number e is the same for the same seed.
  bool drop_last = false;       ///< Leave out the last batch when it is smaller.
};

/// A range of batches; each begin() starts a new pass over the data:
///
/// @code
/// DataLoader loader(data, {.batch_size = 64, .shuffle = true});
/// for (int epoch = 0; epoch < 3; ++epoch) {
///   for (const auto& [images, labels] : loader) { ... }
/// }
/// @endcode
class RETROGRAD_API DataLoader {
 public:
  /// One pass. It must not outlive the loader.
  class RETROGRAD_API Iterator {
   public:
    /// What an iterator can do.
    using iterator_concept = std::input_iterator_tag;
    /// What an iterator gives.
    using value_type = Batch;
    /// Distance between iterators.
    using difference_type = std::ptrdiff_t;

    /// The present batch: new contiguous tensors at each call.
    Batch operator*() const;
    /// Goes to the next.
    Iterator& operator++() {
      next_ += loader_->options_.batch_size;
      return *this;
    }
    /// The present batch: new contiguous tensors at each call.
    void operator++(int) { ++*this; }
    /// Whether the two are equal.
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

  /// Throws ValueError for a batch size below 1.
  explicit DataLoader(Dataset dataset, DataLoaderOptions options = {}, Where where = {});

  /// What the batches are taken from.
  const Dataset& dataset() const noexcept { return dataset_; }
  /// The number of batches in a pass.
  std::int64_t size() const;

  /// Starts a pass.
  Iterator begin();
  /// The end of a pass.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// How many passes have begun. Setting it makes the next pass the one of that number, as a run
  /// that goes on from a checkpoint needs.
  std::uint64_t epoch() const noexcept { return epoch_; }
  /// Sets the number of the next pass.
  void set_epoch(std::uint64_t epoch) noexcept { epoch_ = epoch; }

 private:
  // Samples that a pass visits.
  std::int64_t visited() const;

  Dataset dataset_;
  DataLoaderOptions options_;
  std::uint64_t epoch_ = 0;
};

}  // namespace retrograd
