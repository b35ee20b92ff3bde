#include <retrograd/mpi/distributed_loader.h>

#include <algorithm>
#include <memory>
#include <utility>

#include <retrograd/data/detail/rows.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd::mpi {

using retrograd::detail::first_row;
using std::int64_t;

DistributedSampler::DistributedSampler(int64_t samples, int64_t batch_size,
                                       const Communicator& communicator, bool shuffle,
                                       bool drop_last, Where where)
    : samples_(samples),
      batch_size_(batch_size),
      rank_(communicator.rank()),
      ranks_(communicator.size()),
      shuffle_(shuffle) {
  const Frame call("DistributedSampler", where);
  check::require<ValueError>(call, batch_size >= 1 && batch_size % ranks_ == 0, {},
                             "batch_size must be a multiple of the {} ranks, not {} "
                             "[value-out-of-range]",
                             ranks_, batch_size);
  if (drop_last) {
    samples_ -= samples_ % batch_size_;
  }
}

int64_t DistributedSampler::size() const {
  const int64_t last = samples_ % batch_size_;
  return samples_ / batch_size_ * (batch_size_ / ranks_) + first_row(last, rank_ + 1, ranks_) -
         first_row(last, rank_, ranks_);
}

Tensor DistributedSampler::indices() const {
  const Tensor order = shuffle_ ? randperm(samples_) : arange(samples_);
  const Tensor own = zeros({size()}, {.dtype = int64});
  const auto* const all = order.raw<int64_t>();
  auto* to = own.raw<int64_t>();
  for (int64_t begin = 0; begin < samples_; begin += batch_size_) {
    const int64_t rows = std::min(batch_size_, samples_ - begin);
    to = std::copy(all + begin + first_row(rows, rank_, ranks_),
                   all + begin + first_row(rows, rank_ + 1, ranks_), to);
  }
  return own;
}

namespace {

DataLoaderOptions own_options(const Dataset& dataset, const Communicator& communicator,
                              DataLoaderOptions options, Where where) {
  const Frame call("DistributedLoader", where);
  check::require<ValueError>(call, options.sampler == nullptr, {},
                             "the loader has a sampler of its own [option-conflict]");
  options.sampler = std::make_shared<DistributedSampler>(
      dataset.size(), options.batch_size, communicator, options.shuffle, options.drop_last);
  options.batch_size /= communicator.size();
  options.shuffle = options.drop_last = false;
  return options;
}

}  // namespace

DistributedLoader::DistributedLoader(SharedDataset dataset, const Communicator& communicator,
                                     DataLoaderOptions options, Where where)
    : options_(options),
      rows_(dataset, own_options(*dataset, communicator, std::move(options), where), where) {}

int64_t DistributedLoader::size() const noexcept {
  const int64_t samples = rows_.dataset().size();
  return (samples + (options_.drop_last ? 0 : options_.batch_size - 1)) / options_.batch_size;
}

DistributedLoader::Iterator DistributedLoader::begin(Where where) {
  const Frame call("DistributedLoader::begin", where);
  return {*this, rows_.begin(), size() - std::exchange(skipped_, 0)};
}

void DistributedLoader::set_epoch(std::uint64_t epoch) noexcept {
  rows_.set_epoch(epoch);
  skipped_ = 0;
}

StateDict DistributedLoader::state_dict() const {
  StateDict state;
  for (const auto& [name, number] : rows_.state_dict()) {
    state.insert(name, name == "batch_size" ? full({}, options_.batch_size, {.dtype = int64})
                       : name == "shuffle"
                           ? full({}, static_cast<int64_t>(options_.shuffle), {.dtype = int64})
                           : number);
  }
  return state;
}

void DistributedLoader::load_state_dict(const StateDict& state, Where where) {
  const Frame call("DistributedLoader::load_state_dict", where);
  StateDict own;
  int64_t batches = 0;
  for (const auto& [name, value] : state) {
    Tensor number = value;
    if (name == "batches") {
      batches = number.item<int64_t>();
      number = full({}, std::min(batches, rows_.size()), {.dtype = int64});
    } else if (name == "batch_size" || name == "shuffle") {
      const int64_t here = name == "shuffle" ? int64_t{options_.shuffle} : options_.batch_size;
      check::require<ValueError>(call, number.item<int64_t>() == here, {},
                                 "{} is {} in the state and {} here [state-mismatch]", name,
                                 number.item<int64_t>(), here);
      number =
          full({}, name == "shuffle" ? int64_t{0} : rows_.options().batch_size, {.dtype = int64});
    }
    own.insert(name, number);
  }
  check::require<ValueError>(call, batches >= 0 && batches <= size(), {},
                             "batches is {} in the state, but a pass has {} [state-mismatch]",
                             batches, size());
  rows_.load_state_dict(own);
  skipped_ = batches;
}

Batch DistributedLoader::no_rows() const {
  Generator unused;
  const GeneratorGuard guard(unused);
  const std::vector<Sample> one{rows_.dataset().get(0)};
  return retrograd::detail::rows_of(options_.collate ? options_.collate(one) : collate(one), 0, 0);
}

DistributedLoader::Iterator::Iterator(DistributedLoader& loader, DataLoader::Iterator rows,
                                      int64_t left) noexcept
    : loader_(&loader), rows_(std::move(rows)), left_(left) {}

Batch& DistributedLoader::Iterator::operator*() const {
  if (rows_ != std::default_sentinel) {
    return *rows_;
  }
  loader_->none_ = loader_->no_rows();
  return loader_->none_;
}

DistributedLoader::Iterator& DistributedLoader::Iterator::operator++() {
  if (rows_ != std::default_sentinel) {
    ++rows_;
  }
  --left_;
  return *this;
}

}  // namespace retrograd::mpi
