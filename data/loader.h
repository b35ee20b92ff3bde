// Batches of a data set, in order or shuffled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

struct DataLoaderOptions {
  std::int64_t batch_size = 1;
  bool shuffle = false;    // a new order on each pass
  std::uint64_t seed = 0;  // of the orders: pass number e is the same for the same seed
  bool drop_last = false;  // leave out the last batch when it is smaller
};

// A range of batches; each begin() starts a new pass over the data:
//
//   DataLoader loader(data, {.batch_size = 64, .shuffle = true});
//   for (int epoch = 0; epoch < 3; ++epoch) {
//     for (const auto& [images, labels] : loader) { ... }
//   }
class RETROGRAD_API DataLoader {
 public:
  // One pass. It must not outlive the loader.
  class RETROGRAD_API Iterator {
   public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = Batch;
    using difference_type = std::ptrdiff_t;

    // The present batch: new contiguous tensors at each call.
    Batch operator*() const;
    Iterator& operator++() {
      next_ += loader_->options_.batch_size;
      return *this;
    }
    void operator++(int) { ++*this; }
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

  // Throws ValueError for a batch size below 1.
  explicit DataLoader(Dataset dataset, DataLoaderOptions options = {}, Where where = {});

  const Dataset& dataset() const noexcept { return dataset_; }
  // The number of batches in a pass.
  std::int64_t size() const;

  Iterator begin();
  std::default_sentinel_t end() const noexcept { return {}; }

  // How many passes have begun. Setting it makes the next pass the one of that number, as a run
  // that goes on from a checkpoint needs.
  std::uint64_t epoch() const noexcept { return epoch_; }
  void set_epoch(std::uint64_t epoch) noexcept { epoch_ = epoch; }

 private:
  // Samples that a pass visits.
  std::int64_t visited() const;

  Dataset dataset_;
  DataLoaderOptions options_;
  std::uint64_t epoch_ = 0;
};

}  // namespace retrograd
