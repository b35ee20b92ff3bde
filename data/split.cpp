// Random parts of data sets.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include <retrograd/data/detail/labels.h>
#include <retrograd/data/views.h>
#include <retrograd/ops/index.h>
#include <retrograd/ops/sort.h>
#include <retrograd/tensor/creation.h>
#include <retrograd/tensor/frame.h>
#include <retrograd/tensor/internal/check.h>
#include <retrograd/tensor/random.h>

namespace retrograd {

using std::int64_t;

namespace {

using IndexList = std::vector<int64_t>;

IndexList shuffled(int64_t count, std::uint64_t seed) {
  Generator generator(seed);
  return randperm(count, generator).to_vector<int64_t>();
}

double sum_of(const Frame& call, const std::vector<double>& parts) {
  double sum = 0;
  for (const double part : parts) {
    check::require<ValueError>(call, part >= 0, {}, "a part is {} [value-out-of-range]", part);
    sum += part;
  }
  return sum;
}

bool are_fractions(double sum) {
  return std::abs(sum - 1) <= 1e-6;
}

// The number of samples of each part.
IndexList lengths(const Frame& call, const std::vector<double>& parts, int64_t size) {
  const double sum = sum_of(call, parts);
  const bool fractions = are_fractions(sum);
  IndexList counts;
  for (const double part : parts) {
    const double count = fractions ? std::floor(part * static_cast<double>(size) + 1e-6) : part;
    check::require<ValueError>(call,
                               count <= static_cast<double>(size) && count == std::floor(count), {},
                               "a part of {} samples of {} [value-out-of-range]", count, size);
    counts.push_back(static_cast<int64_t>(count));
  }
  const int64_t left = size - std::accumulate(counts.begin(), counts.end(), int64_t{0});
  check::require<ValueError>(call, fractions ? left >= 0 : left == 0, {},
                             "the parts add up to {}, neither to 1 nor to {} samples "
                             "[value-out-of-range]",
                             sum, size);
  for (int64_t i = 0; i < left; ++i) {
    ++counts[static_cast<std::size_t>(i) % counts.size()];
  }
  return counts;
}

std::vector<Subset> subsets(const SharedDataset& dataset, std::vector<IndexList> parts) {
  std::vector<Subset> all;
  for (IndexList& part : parts) {
    all.emplace_back(dataset, std::move(part));
  }
  return all;
}

}  // namespace

std::vector<int64_t> detail::checked_labels(const Frame& call, const Tensor& labels) {
  check::defined(call, "labels", labels);
  check::dtype(call, "labels", labels, int64);
  check::require<ShapeError>(call, labels.dim() == 1, {{"labels", labels}},
                             "needs one label for each sample [rank-unexpected]");
  std::vector<int64_t> all = labels.to_vector<int64_t>();
  const auto least = std::min_element(all.begin(), all.end());
  check::require<IndexError>(call, least == all.end() || *least >= 0, {{"labels", labels}},
                             "a label is negative [class-out-of-range]");
  return all;
}

std::vector<Subset> random_split(SharedDataset dataset, const std::vector<double>& parts,
                                 std::uint64_t seed, Where where) {
  const Frame call("random_split", where);
  const IndexList counts = lengths(call, parts, dataset->size());
  const IndexList order = shuffled(dataset->size(), seed);
  std::vector<IndexList> all;
  auto begin = order.begin();
  for (const int64_t count : counts) {
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    all.emplace_back(begin, end);
    begin = end;
  }
  return subsets(dataset, std::move(all));
}

std::vector<Subset> stratified_split(SharedDataset dataset, const Tensor& labels,
                                     const std::vector<double>& fractions, std::uint64_t seed,
                                     Where where) {
  const Frame call("stratified_split", where);
  const IndexList classes = detail::checked_labels(call, labels);
  check::require<ShapeError>(call, labels.numel() == dataset->size(), {{"labels", labels}},
                             "the data set has {} samples [batch-sizes-differ]", dataset->size());
  const double sum = sum_of(call, fractions);
  check::require<ValueError>(call, are_fractions(sum), {},
                             "the fractions add up to {} instead of 1 [value-out-of-range]", sum);
  // Class after class, each sample goes to the part that lacks most.
  Generator generator(seed);
  const Tensor order = randperm(dataset->size(), generator);
  const Tensor by_class = argsort(index_select(labels, 0, order));
  std::vector<double> counts(fractions.size());
  std::vector<std::size_t> part_of(classes.size());
  double placed = 0;
  for (const int64_t index : index_select(order, 0, by_class).to_vector<int64_t>()) {
    ++placed;
    std::size_t chosen = 0;
    double most = -HUGE_VAL;
    for (std::size_t part = 0; part < counts.size(); ++part) {
      const double lacks = fractions[part] * placed - counts[part];
      if (lacks > most && fractions[part] > 0) {
        most = lacks;
        chosen = part;
      }
    }
    ++counts[chosen];
    part_of[static_cast<std::size_t>(index)] = chosen;
  }
  std::vector<IndexList> all(fractions.size());
  for (std::size_t i = 0; i < part_of.size(); ++i) {
    all[part_of[i]].push_back(static_cast<int64_t>(i));
  }
  return subsets(dataset, std::move(all));
}

}  // namespace retrograd
