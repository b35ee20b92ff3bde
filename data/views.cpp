#include <retrograd/data/views.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd {

using std::int64_t;

namespace {

void require_index(const char* operation, int64_t index, int64_t size) {
  const Frame call(operation, {});
  check::require<IndexError>(call, index >= 0 && index < size, {},
                             "sample {} of {} [index-out-of-range]", index, size);
}

std::size_t bytes_of(const Sample& sample) {
  std::size_t bytes = 0;
  for (const Tensor& tensor : sample) {
    bytes += static_cast<std::size_t>(tensor.numel()) * item_size(tensor.dtype());
  }
  return bytes;
}

// What is kept shares no memory with what callers write into.
Sample clones(const Sample& sample) {
  Sample copies;
  for (const Tensor& tensor : sample) {
    copies.push_back(tensor.clone());
  }
  return copies;
}

}  // namespace

Subset::Subset(SharedDataset dataset, std::vector<int64_t> indices, Where where)
    : dataset_(std::move(dataset)) {
  const Frame call("Subset", where);
  const int64_t size = dataset_->size();
  for (const int64_t index : indices) {
    check::require<IndexError>(call, index >= 0 && index < size, {},
                               "sample {} of {} [index-out-of-range]", index, size);
  }
  indices_ = std::make_shared<const std::vector<int64_t>>(std::move(indices));
}

Sample Subset::get(int64_t index) const {
  require_index("Subset::get", index, size());
  return dataset_->get((*indices_)[static_cast<std::size_t>(index)]);
}

std::string Subset::describe(int64_t index) const {
  require_index("Subset::describe", index, size());
  return dataset_->describe((*indices_)[static_cast<std::size_t>(index)]);
}

std::optional<Batch> Subset::get_batch(std::span<const int64_t> indices) const {
  std::vector<int64_t> inner;
  inner.reserve(indices.size());
  for (const int64_t index : indices) {
    require_index("Subset::get_batch", index, size());
    inner.push_back((*indices_)[static_cast<std::size_t>(index)]);
  }
  return dataset_->get_batch(inner);
}

Concat::Concat(std::vector<SharedDataset> parts) : parts_(std::move(parts)) {
  int64_t end = 0;
  for (const SharedDataset& part : parts_) {
    ends_.push_back(end += part->size());
  }
}

std::pair<const Dataset*, int64_t> Concat::find(int64_t index) const {
  require_index("Concat::get", index, size());
  const auto part = std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin();
  const SharedDataset& there = parts_[static_cast<std::size_t>(part)];
  const int64_t begin = part == 0 ? 0 : ends_[static_cast<std::size_t>(part - 1)];
  return {&*there, index - begin};
}

Sample Concat::get(int64_t index) const {
  const auto [part, inner] = find(index);
  return part->get(inner);
}

std::string Concat::describe(int64_t index) const {
  const auto [part, inner] = find(index);
  return part->describe(inner);
}

Transformed::Transformed(SharedDataset dataset, std::function<Sample(Sample)> change, Where where)
    : dataset_(std::move(dataset)), change_(std::move(change)) {
  check::require<ValueError>({"Transformed", where}, change_ != nullptr, {},
                             "the function is empty [function-empty]");
}

Sample Transformed::get(int64_t index) const {
  return change_(dataset_->get(index));
}

struct Cached::Memory {
  std::mutex mutex;
  std::vector<Sample> samples;  // empty where none is kept
  std::size_t bytes = 0;
};

Cached::Cached(SharedDataset dataset, std::size_t most_bytes)
    : dataset_(std::move(dataset)), most_bytes_(most_bytes), memory_(std::make_shared<Memory>()) {
  memory_->samples.resize(static_cast<std::size_t>(dataset_->size()));
}

std::size_t Cached::bytes() const {
  const std::scoped_lock lock(memory_->mutex);
  return memory_->bytes;
}

Sample Cached::get(int64_t index) const {
  Memory& memory = *memory_;
  require_index("Cached::get", index, static_cast<int64_t>(memory.samples.size()));
  Sample kept;
  {
    const std::scoped_lock lock(memory.mutex);
    kept = memory.samples[static_cast<std::size_t>(index)];
  }
  if (!kept.empty()) {
    return clones(kept);
  }
  Generator generator(static_cast<std::uint64_t>(index));
  const GeneratorGuard guard(generator);
  Sample sample = dataset_->get(index);
  const std::size_t bytes = bytes_of(sample);
  const auto fits = [&] { return bytes <= most_bytes_ - memory.bytes; };
  {
    const std::scoped_lock lock(memory.mutex);
    if (!fits()) {
      return sample;
    }
  }
  kept = clones(sample);
  const std::scoped_lock lock(memory.mutex);
  Sample& own = memory.samples[static_cast<std::size_t>(index)];
  if (own.empty() && fits()) {
    own = std::move(kept);
    memory.bytes += bytes;
  }
  return sample;
}

}  // namespace retrograd
