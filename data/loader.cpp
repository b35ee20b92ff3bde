#include <retrograd/data/loader.h>

#include <algorithm>
#include <utility>

#include <retrograd/data/detail/pass.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>
#include <retrograd/tensor/threads.h>

namespace retrograd {

using std::int64_t;
using std::uint64_t;

DataLoader::DataLoader(SharedDataset dataset, DataLoaderOptions options, Where where)
    : DataLoader(std::move(dataset), std::move(options), {}, Frame("DataLoader", where)) {}

DataLoader::DataLoader(SharedDataset dataset, DataLoaderOptions options, detail::Share share,
                       const Frame& call) {
  const auto at_least = [&](const char* name, int64_t value, int64_t least) {
    check::require<ValueError>(call, value >= least, {},
                               "{} must be at least {}, not {} [value-out-of-range]", name, least,
                               value);
  };
  at_least("batch_size", options.batch_size, 1);
  at_least("workers", options.workers, 0);
  at_least("prefetch", options.prefetch, 1);
  check::require<ValueError>(call, options.workers <= kMostThreads, {},
                             "workers must be at most {}, not {} [value-out-of-range]",
                             kMostThreads, options.workers);
  check::require<ValueError>(call, options.sampler == nullptr || !options.shuffle, {},
                             "shuffle and a sampler exclude each other [option-conflict]");
  setup_ = std::make_shared<const detail::LoaderSetup>(
      detail::LoaderSetup{std::move(dataset), std::move(options), share});
}

const Dataset& DataLoader::dataset() const noexcept {
  return *setup_->dataset;
}

const DataLoaderOptions& DataLoader::options() const noexcept {
  return setup_->options;
}

int64_t DataLoader::visited() const {
  const int64_t count = setup_->options.sampler != nullptr ? setup_->options.sampler->size()
                                                           : setup_->dataset->size();
  return setup_->options.drop_last ? count - count % setup_->options.batch_size : count;
}

int64_t DataLoader::size() const {
  const int64_t count = visited();
  return count / setup_->options.batch_size + (count % setup_->options.batch_size == 0 ? 0 : 1);
}

Tensor DataLoader::order(uint64_t epoch, const Frame& call) const {
  const int64_t count = setup_->dataset->size();
  if (setup_->options.sampler == nullptr && !setup_->options.shuffle) {
    return arange(count);
  }
  Generator generator;
  if (setup_->options.shuffle) {
    // Each pass has its own stretch of the seed's stream of random numbers.
    generator.set_state({setup_->options.seed, epoch * static_cast<uint64_t>(count)});
    return randperm(count, generator);
  }
  generator.manual_seed(detail::seed_of(setup_->options.seed, epoch, detail::Purpose::order, 0));
  const GeneratorGuard guard(generator);
  const int64_t size = setup_->options.sampler->size();
  const Tensor indices = setup_->options.sampler->indices();
  check::defined(call, "indices", indices);
  check::dtype(call, "indices", indices, int64);
  check::require<ShapeError>(call, indices.shape() == Shape{size}, {{"indices", indices}},
                             "the sampler has {} samples [shapes-differ]", size);
  const Tensor order = indices.detach().contiguous();
  const int64_t* const values = order.raw<int64_t>();
  for (int64_t i = 0; i < size; ++i) {
    check::require<IndexError>(call, values[i] >= 0 && values[i] < count, {},
                               "the sampler gives sample {} of {} [index-out-of-range]", values[i],
                               count);
  }
  return order;
}

DataLoader::Iterator DataLoader::begin(Where where) {
  const Frame call("DataLoader::begin", where);
  Tensor all = order(epoch_, call);
  all = view_of(all, {visited()}, {1}, 0);
  detail::BatchMaker maker(setup_, epoch_, std::move(all), call.where());
  const int64_t first = std::min(skipped_, maker.size());
  auto pass = std::make_shared<detail::Pass>(std::move(maker), first, epoch_);
  latest_ = pass->position();
  skipped_ = 0;
  ++epoch_;
  return Iterator(std::move(pass));
}

void DataLoader::set_epoch(uint64_t epoch) noexcept {
  epoch_ = epoch;
  skipped_ = 0;
  latest_.reset();
}

DataLoader::Iterator::Iterator(std::shared_ptr<detail::Pass> pass) noexcept
    : pass_(std::move(pass)) {}

Batch& DataLoader::Iterator::operator*() const {
  return pass_->batch();
}

DataLoader::Iterator& DataLoader::Iterator::operator++() {
  pass_->advance();
  return *this;
}

bool DataLoader::Iterator::ended() const noexcept {
  return pass_->ended();
}

}  // namespace retrograd
