/// @file
/// Data sets made of others: parts, joined ones, changed ones, cached ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <retrograd/data/dataset.h>
#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Some samples of a data set, in any order.
/// @code Subset first(data, {0, 1, 2}); @endcode
class RETROGRAD_API Subset : public Dataset {
 public:
  /// Constructs the part of a data set at `indices`.
  /// @throws IndexError if an index is out of range
  Subset(SharedDataset dataset, std::vector<std::int64_t> indices, Where where = {});

  /// Returns the indices in the data set.
  const std::vector<std::int64_t>& indices() const noexcept { return *indices_; }

  std::int64_t size() const override { return static_cast<std::int64_t>(indices_->size()); }
  Sample get(std::int64_t index) const override;
  std::string describe(std::int64_t index) const override;
  std::optional<Batch> get_batch(std::span<const std::int64_t> indices) const override;

 private:
  SharedDataset dataset_;
  std::shared_ptr<const std::vector<std::int64_t>> indices_;  // of copies, too
};

/// Data sets one behind the other.
/// @code Concat all({drawn_digits(1000), load_mnist("data/mnist")}); @endcode
class RETROGRAD_API Concat : public Dataset {
 public:
  /// Constructs the data set of all samples of `parts`.
  explicit Concat(std::vector<SharedDataset> parts);

  std::int64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  Sample get(std::int64_t index) const override;
  std::string describe(std::int64_t index) const override;

 private:
  // The part of a sample, and the sample's index in it.
  std::pair<const Dataset*, std::int64_t> find(std::int64_t index) const;

  std::vector<SharedDataset> parts_;
  std::vector<std::int64_t> ends_;
};

/// Data set whose samples go through a function.
/// @code
/// Transformed noisy(data, [](Sample sample) {
///   sample[0] = sample[0] + 0.1 * randn(sample[0].shape());
///   return sample;
/// });
/// @endcode
/// Workers call the function in several threads at once. Its random numbers come from
/// `default_generator()`, so they differ from epoch to epoch and not with the number of workers.
class RETROGRAD_API Transformed : public Dataset {
 public:
  /// Constructs the data set of `change(sample)`.
  /// @throws ValueError if the function is empty
  Transformed(SharedDataset dataset, std::function<Sample(Sample)> change, Where where = {});

  std::int64_t size() const override { return dataset_->size(); }
  Sample get(std::int64_t index) const override;
  std::string describe(std::int64_t index) const override { return dataset_->describe(index); }

 private:
  SharedDataset dataset_;
  std::function<Sample(Sample)> change_;
};

/// Data set that keeps samples in memory once they were read, as many as fit.
/// @code
/// Cached images(folder, std::size_t{2} << 30);  // 2 GiB
/// Transformed augmented(images, flip);          // random changes behind the cache
/// @endcode
/// A kept sample is the same in each epoch. Its random numbers are a function of its index alone,
/// also before it is kept. Copies share the memory.
class RETROGRAD_API Cached : public Dataset {
 public:
  /// Constructs a data set that keeps at most `most_bytes` of samples.
  Cached(SharedDataset dataset, std::size_t most_bytes);

  /// Returns the bytes of the samples that are kept.
  std::size_t bytes() const;

  std::int64_t size() const override { return dataset_->size(); }
  /// Returns a copy of the sample.
  Sample get(std::int64_t index) const override;
  std::string describe(std::int64_t index) const override { return dataset_->describe(index); }

 private:
  struct Memory;

  SharedDataset dataset_;
  std::size_t most_bytes_;
  std::shared_ptr<Memory> memory_;
};

/// Returns disjoint random parts of a data set, which depend on `seed` alone. `parts` are numbers
/// of samples whose sum is size(), or fractions whose sum is 1. Samples that fractions leave over
/// go to the first parts, one each.
/// @code
/// auto parts = random_split(data, {0.8, 0.2});
/// DataLoader training(parts[0], {.shuffle = true}), testing(parts[1]);
/// @endcode
/// @throws ValueError if a part is negative or the sum is neither
RETROGRAD_API std::vector<Subset> random_split(SharedDataset dataset,
                                               const std::vector<double>& parts,
                                               std::uint64_t seed = 0, Where where = {});

/// Returns disjoint random parts in which each class has its share, to within 2 samples for 2
/// parts.
/// @code auto parts = stratified_split(data, data.labels(), {0.8, 0.2}); @endcode
/// @throws ValueError if a fraction is negative or their sum is not 1
/// @throws ShapeError if there are not as many labels, int64 (N), as samples
RETROGRAD_API std::vector<Subset> stratified_split(SharedDataset dataset, const Tensor& labels,
                                                   const std::vector<double>& fractions,
                                                   std::uint64_t seed = 0, Where where = {});

}  // namespace retrograd
