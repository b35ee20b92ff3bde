/// @file
/// Batches of a data set, in order or shuffled, made by worker threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <vector>

#include <retrograd/data/dataset.h>
#include <retrograd/data/sample.h>
#include <retrograd/data/sampler.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/state_dict.h>

namespace retrograd {

namespace detail {
class Pass;
struct LoaderSetup;
struct PassPosition;
struct Share;
}  // namespace detail

/// Options of a data loader.
struct DataLoaderOptions {
  std::int64_t batch_size = 1;  ///< Number of samples in a batch.
  bool shuffle = false;         ///< Shuffles the samples in each pass when true.
  /// Seed of all random numbers. The order of a pass depends on the seed and the number of the
  /// pass. A sample depends on its index, too.
  std::uint64_t seed = 0;
  bool drop_last = false;     ///< Leaves out the last batch when true and it is smaller.
  int workers = 0;            ///< Number of threads that make batches; 0 for the caller's thread.
  std::int64_t prefetch = 2;  ///< Number of batches that each worker makes ahead.
  std::shared_ptr<const Sampler> sampler{};  ///< Order of the samples, in place of `shuffle`.
  /// Function from samples to their batch, in place of `collate()`. Workers call it in several
  /// threads at once.
  std::function<Batch(const std::vector<Sample>&)> collate{};
};

/// Range of batches; each `begin()` starts a new pass over the data.
/// @code
/// DataLoader loader(data, {.batch_size = 64, .shuffle = true, .workers = 2});
/// for (int epoch = 0; epoch < 3; ++epoch) {
///   for (auto& [images, labels] : loader) { ... }
/// }
/// @endcode
/// Batches have the same bits for any number of workers, and come in order.
///
/// An exception of a sample is thrown at its batch, with the sample's index and description in the
/// message. An exception that is no `Error`, `std::bad_alloc` or plain standard exception is nested
/// in an `Error`. A pass that is left early stops its workers after the samples that they are at.
class RETROGRAD_API DataLoader {
 public:
  /// A pass over the data. Copies are the same pass.
  class RETROGRAD_API Iterator {
   public:
    /// Category of the iterator.
    using iterator_concept = std::input_iterator_tag;
    /// Type of its values.
    using value_type = Batch;
    /// Type of the distance between iterators.
    using difference_type = std::ptrdiff_t;

    /// Returns the present batch. Its tensors are the caller's: no later batch overwrites them.
    /// @throws Error what the data set or the collate function threw
    Batch& operator*() const;
    /// Returns the present batch.
    Batch* operator->() const { return &**this; }
    /// Moves to the next batch.
    Iterator& operator++();
    /// Moves to the next batch.
    void operator++(int) { ++*this; }
    /// Returns whether the pass has ended.
    friend bool operator==(const Iterator& a, std::default_sentinel_t) noexcept {
      return a.ended();
    }

   private:
    friend class DataLoader;
    explicit Iterator(std::shared_ptr<detail::Pass> pass) noexcept;
    bool ended() const noexcept;

    std::shared_ptr<detail::Pass> pass_;
  };

  /// Constructs a loader of a data set, which is copied, shared or referred to: see SharedDataset.
  /// @throws ValueError if an option is out of range
  explicit DataLoader(SharedDataset dataset, DataLoaderOptions options = {}, Where where = {});
  /// Moves a loader.
  DataLoader(DataLoader&&) = default;
  /// Moves a loader.
  DataLoader& operator=(DataLoader&&) = default;

  /// Returns the data set.
  const Dataset& dataset() const noexcept;
  /// Returns the options.
  const DataLoaderOptions& options() const noexcept;
  /// Returns the number of batches in a pass.
  std::int64_t size() const;

  /// Starts a pass.
  /// @throws IndexError if the sampler gives an index out of range
  Iterator begin(Where where = {});
  /// Returns the end of a pass.
  std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns the number of passes so far, which is the number of the next one.
  std::uint64_t epoch() const noexcept { return epoch_; }
  /// Sets the number of the next pass, which starts at its first batch.
  void set_epoch(std::uint64_t epoch) noexcept;

  /// Returns the position: the number of the latest pass and how many of its batches were handed
  /// out. After the end of a pass, the position is the start of the next one.
  /// @code
  /// for (auto& [images, labels] : loader) {
  ///   step(images, labels);
  ///   save_safetensors("loader.safetensors", loader.state_dict());
  /// }
  /// @endcode
  StateDict state_dict() const;
  /// Moves to a position that `state_dict()` returned: the next pass starts there.
  /// @throws ValueError if an entry is missing or unknown, or the seed or the batch size differs
  /// @throws ValueError if the number of samples or of those in a pass differs, or how they are
  ///   ordered
  void load_state_dict(const StateDict& state, Where where = {});

 protected:
  /// Constructs the loader of a rank's part of each batch.
  DataLoader(SharedDataset dataset, DataLoaderOptions options, detail::Share share,
             const Frame& call);

 private:
  // Samples in the batches of a pass.
  std::int64_t visited() const;
  Tensor order(std::uint64_t epoch, const Frame& call) const;

  std::shared_ptr<const detail::LoaderSetup> setup_;
  std::uint64_t epoch_ = 0;
  std::int64_t skipped_ = 0;                            // batches, by the next pass
  std::shared_ptr<const detail::PassPosition> latest_;  // of the latest pass
};

}  // namespace retrograd
