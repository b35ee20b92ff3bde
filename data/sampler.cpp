#include <retrograd/data/sampler.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include <retrograd/data/detail/labels.h>
#include <retrograd/ops/sort.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd {

using std::int64_t;

namespace {

int64_t not_negative(const Frame& call, const char* name, int64_t value) {
  check::require<ValueError>(call, value >= 0, {},
                             "{} is {}; at least 0 is needed [value-out-of-range]", name, value);
  return value;
}

void require_enough(const Frame& call, bool replacement, int64_t there, int64_t wanted) {
  check::require<ValueError>(
      call, replacement || wanted <= there, {},
      "{} samples are drawn without replacement, but there are {} [value-out-of-range]", wanted,
      there);
}

// Starts a stretch of `count` numbers of this thread's generator.
Generator::State take(int64_t count) {
  return default_generator().take(static_cast<std::uint64_t>(count));
}

double uniform(Generator::State start, int64_t number) {
  return random_uniform(start, static_cast<std::uint64_t>(number));
}

}  // namespace

Sampler::~Sampler() = default;

SequentialSampler::SequentialSampler(int64_t size, Where where)
    : size_(not_negative(Frame("SequentialSampler", where), "size", size)) {}

Tensor SequentialSampler::indices() const {
  return arange(size_);
}

RandomSampler::RandomSampler(int64_t size, RandomSamplerOptions options, Where where)
    : size_(size), count_(options.num_samples.value_or(size)), replacement_(options.replacement) {
  const Frame call("RandomSampler", where);
  not_negative(call, "size", size_);
  not_negative(call, "num_samples", count_);
  require_enough(call, replacement_ && size_ > 0, size_, count_);
}

Tensor RandomSampler::indices() const {
  if (replacement_) {
    return randint(0, std::max<int64_t>(size_, 1), {count_});
  }
  return view_of(randperm(size_), {count_}, {1}, 0);
}

WeightedRandomSampler::WeightedRandomSampler(const Tensor& weights, int64_t num_samples,
                                             bool replacement, Where where)
    : count_(num_samples), replacement_(replacement) {
  const Frame call("WeightedRandomSampler", where);
  check::defined(call, "weights", weights);
  check::require<ShapeError>(call, weights.dim() == 1, {{"weights", weights}},
                             "needs one weight for each sample [rank-unexpected]");
  not_negative(call, "num_samples", num_samples);
  weights_ = weights.to_vector<double>();
  int64_t positive = 0;
  for (const double weight : weights_) {
    check::require<ValueError>(call, std::isfinite(weight) && weight >= 0, {{"weights", weights}},
                               "a weight is {} [value-out-of-range]", weight);
    positive += weight > 0 ? 1 : 0;
  }
  check::require<ValueError>(call, positive > 0 || num_samples == 0, {{"weights", weights}},
                             "all weights are 0 [value-out-of-range]");
  require_enough(call, replacement, positive, num_samples);
  if (replacement) {
    std::partial_sum(weights_.begin(), weights_.end(), weights_.begin());
  }
}

Tensor WeightedRandomSampler::indices() const {
  const auto size = static_cast<int64_t>(weights_.size());
  if (replacement_) {
    Tensor drawn = empty_tensor({count_}, int64);
    const auto start = take(count_);
    const auto end = std::lower_bound(weights_.begin(), weights_.end(), weights_.back());
    for (int64_t i = 0; i < count_; ++i) {
      // The first sum above the number is that of a positive weight; rounding may reach the last.
      const double number = uniform(start, i) * weights_.back();
      drawn.raw<int64_t>()[i] = std::upper_bound(weights_.begin(), end, number) - weights_.begin();
    }
    return drawn;
  }
  // The first arrivals of processes with these rates. Efraimidis and Spirakis, "Weighted random
  // sampling with a reservoir", 2006.
  Tensor arrivals = empty_tensor({size}, float64);
  const auto start = take(size);
  for (int64_t i = 0; i < size; ++i) {
    const double weight = weights_[static_cast<std::size_t>(i)];
    arrivals.raw<double>()[i] =
        weight > 0 ? -std::log1p(-uniform(start, i)) / weight : std::numeric_limits<double>::max();
  }
  return view_of(argsort(arrivals), {count_}, {1}, 0);
}

Tensor class_weights(const Tensor& labels, std::optional<int64_t> classes, Where where) {
  const Frame call("class_weights", where);
  const std::vector<int64_t> all = detail::checked_labels(call, labels);
  const int64_t largest = all.empty() ? -1 : *std::max_element(all.begin(), all.end());
  const int64_t count = classes.value_or(largest + 1);
  check::require<IndexError>(call, largest < count, {{"labels", labels}},
                             "a label is {}, but there are {} classes [class-out-of-range]",
                             largest, count);
  const Tensor weights = zeros({count}, {.dtype = float32});
  auto* const weight = weights.raw<float>();
  for (const int64_t label : all) {
    weight[label] += 1;
  }
  const double mean = static_cast<double>(all.size()) / static_cast<double>(count);
  for (int64_t c = 0; c < count; ++c) {
    weight[c] = weight[c] > 0 ? static_cast<float>(mean / static_cast<double>(weight[c])) : 0.0F;
  }
  return weights;
}

}  // namespace retrograd
