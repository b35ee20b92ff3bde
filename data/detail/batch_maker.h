// The batches of one pass over a data set, in any order and in any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <retrograd/data/internal/rows.h>
#include <retrograd/data/loader.h>
#include <retrograd/tensor/random.h>

namespace retrograd::detail {

// Streams of random numbers that one seed has for each epoch.
enum class Purpose : std::uint64_t { sample = 1, batch, order };
// The seed of a stream's number `index`.
std::uint64_t seed_of(std::uint64_t seed, std::uint64_t epoch, Purpose purpose,
                      std::uint64_t index);

// What all passes of a loader have in common.
struct LoaderSetup {
  SharedDataset dataset;
  DataLoaderOptions options;
  Share share{};
};

class BatchMaker {
 public:
  // `order`: int64 indices in range, in the batches of the pass.
  BatchMaker(std::shared_ptr<const LoaderSetup> setup, std::uint64_t epoch, Tensor order,
             Where where);

  std::int64_t size() const noexcept;
  int workers() const noexcept { return setup_->options.workers; }
  std::int64_t prefetch() const noexcept { return setup_->options.prefetch; }
  // Throws what the data set throws, with the sample in the message. Stops between samples, with no
  // batch, once `stopped` is set.
  std::optional<Batch> make(std::int64_t number, const std::atomic<bool>* stopped) const;

 private:
  // Positions of this share of a batch in the order.
  struct Range {
    std::int64_t begin;
    std::int64_t count;
  };
  Range range(std::int64_t number) const noexcept;
  Batch no_rows(std::int64_t position) const;
  Sample sample(std::int64_t position) const;
  Batch collated(const std::vector<Sample>& samples) const;

  std::shared_ptr<const LoaderSetup> setup_;
  std::uint64_t epoch_;
  Tensor order_;
  // How often each index of the order appears before it, where one appears again: such a sample has
  // other random numbers each time.
  std::vector<std::uint32_t> repeats_;
  Where where_;
};

// Inside a catch clause: throws the present exception with the sample in its message. Its type is
// kept if that is one of the library's or the standard's plain ones.
[[noreturn]] void throw_for_sample(const Frame& call, std::int64_t index, const Dataset& dataset);

}  // namespace retrograd::detail
