#include <retrograd/data/loader.h>

#include <algorithm>
#include <span>
#include <utility>

#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd {

DataLoader::DataLoader(Dataset dataset, DataLoaderOptions options, Where where)
    : dataset_(std::move(dataset)), options_(options) {
  const Frame call("DataLoader", where);
  check::require<ValueError>(call, options.batch_size >= 1, {},
                             "batch_size must be at least 1, not {} [value-out-of-range]",
                             options.batch_size);
}

std::int64_t DataLoader::visited() const {
  const std::int64_t count = dataset_.size();
  return options_.drop_last ? count - count % options_.batch_size : count;
}

std::int64_t DataLoader::size() const {
  const std::int64_t count = visited();
  return count / options_.batch_size + (count % options_.batch_size == 0 ? 0 : 1);
}

DataLoader::Iterator DataLoader::begin() {
  const std::int64_t count = dataset_.size();
  const std::uint64_t epoch = epoch_++;
  if (!options_.shuffle) {
    return {*this, arange(count)};
  }
  // Each pass has its own stretch of the seed's stream of random numbers.
  Generator generator;
  generator.set_state({options_.seed, epoch * static_cast<std::uint64_t>(count)});
  return {*this, randperm(count, generator)};
}

DataLoader::Iterator::Iterator(const DataLoader& loader, Tensor order)
    : loader_(&loader), order_(std::move(order)), end_(loader.visited()) {}

Batch DataLoader::Iterator::operator*() const {
  const std::int64_t count = std::min(loader_->options_.batch_size, end_ - next_);
  return loader_->dataset_.get(
      std::span(order_.raw<std::int64_t>() + next_, static_cast<std::size_t>(count)));
}

}  // namespace retrograd
