#include <retrograd/data/detail/batch_maker.h>

#include <algorithm>
#include <cstddef>
#include <utility>

#include <retrograd/autograd/autocast.h>
#include <retrograd/autograd/grad_mode.h>
#include <retrograd/tensor/frame.h>

namespace retrograd::detail {

namespace {

// Positions of a stream that are this far apart are never both used.
constexpr int kFar = 40;

// What the caller's thread has and a worker has not, so that both make the same batches.
struct AsInWorker {
  NoGradGuard unrecorded;
  Autocast uncast{bfloat16, false};
};

std::vector<std::uint32_t> repeats_in(const Tensor& order, std::int64_t size) {
  std::vector<std::uint32_t> seen(static_cast<std::size_t>(size));
  std::vector<std::uint32_t> repeats(static_cast<std::size_t>(order.numel()));
  const auto* index = order.raw<std::int64_t>();
  bool any = false;
  for (std::uint32_t& repeat : repeats) {
    repeat = seen[static_cast<std::size_t>(*index++)]++;
    any = any || repeat > 0;
  }
  return any ? repeats : std::vector<std::uint32_t>();
}

}  // namespace

std::uint64_t seed_of(std::uint64_t seed, std::uint64_t epoch, Purpose purpose,
                      std::uint64_t index) {
  const std::uint64_t of_epoch =
      random_bits({seed, epoch}, static_cast<std::uint64_t>(purpose) << kFar);
  return random_bits({of_epoch, index}, 0);
}

BatchMaker::BatchMaker(std::shared_ptr<const LoaderSetup> setup, std::uint64_t epoch, Tensor order,
                       Where where)
    : setup_(std::move(setup)), epoch_(epoch), order_(std::move(order)), where_(where) {
  if (setup_->options.sampler != nullptr) {
    repeats_ = repeats_in(order_, setup_->dataset->size());
  }
}

std::int64_t BatchMaker::size() const noexcept {
  const std::int64_t count = order_.numel();
  return count / setup_->options.batch_size + (count % setup_->options.batch_size == 0 ? 0 : 1);
}

BatchMaker::Range BatchMaker::range(std::int64_t number) const noexcept {
  const std::int64_t begin = number * setup_->options.batch_size;
  const std::int64_t rows = std::min(setup_->options.batch_size, order_.numel() - begin);
  const auto [rank, ranks] = setup_->share;
  const std::int64_t first = first_row(rows, rank, ranks);
  return {begin + first, first_row(rows, rank + 1, ranks) - first};
}

Sample BatchMaker::sample(std::int64_t position) const {
  const std::int64_t index = order_.raw<std::int64_t>()[position];
  const Frame call("Dataset::get", where_);
  Generator generator;
  const std::uint64_t repeat = repeats_.empty() ? 0 : repeats_[static_cast<std::size_t>(position)];
  generator.set_state({seed_of(setup_->options.seed, epoch_, Purpose::sample,
                               static_cast<std::uint64_t>(index) | repeat << kFar),
                       0});
  const GeneratorGuard guard(generator);
  try {
    return setup_->dataset->get(index);
  } catch (...) {
    throw_for_sample(call, index, *setup_->dataset);
  }
}

std::optional<Batch> BatchMaker::make(std::int64_t number, const std::atomic<bool>* stopped) const {
  const AsInWorker same;
  const Range own = range(number);
  Generator generator(
      seed_of(setup_->options.seed, epoch_, Purpose::batch, static_cast<std::uint64_t>(number)));
  const GeneratorGuard guard(generator);
  if (own.count == 0) {
    return no_rows(number * setup_->options.batch_size);
  }
  if (setup_->options.collate == nullptr) {
    const Frame call("Dataset::get_batch", where_);
    if (std::optional<Batch> batch = setup_->dataset->get_batch(
            {order_.raw<std::int64_t>() + own.begin, static_cast<std::size_t>(own.count)})) {
      return batch;
    }
  }
  std::vector<Sample> samples;
  for (std::int64_t i = 0; i < own.count; ++i) {
    if (stopped != nullptr && stopped->load(std::memory_order_relaxed)) {
      return {};
    }
    samples.push_back(sample(own.begin + i));
  }
  return collated(samples);
}

// Shapes and dtypes are those of a sample's batch.
Batch BatchMaker::no_rows(std::int64_t position) const {
  return rows_of(collated({sample(position)}), 0, 0);
}

Batch BatchMaker::collated(const std::vector<Sample>& samples) const {
  const Frame call("DataLoader", where_);
  return setup_->options.collate != nullptr ? setup_->options.collate(samples) : collate(samples);
}

}  // namespace retrograd::detail
