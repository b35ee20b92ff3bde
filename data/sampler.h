/// @file
/// Samplers: the order in which a loader visits samples.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Order of a pass over a data set. A custom sampler overrides two functions:
/// @code
/// struct EverySecond : Sampler {
///   std::int64_t size() const override { return 50; }
///   Tensor indices() const override { return arange(0, 100, 2); }
/// };
/// @endcode
/// Random numbers come from `default_generator()`, which a loader seeds for each pass.
class RETROGRAD_API Sampler {
 public:
  virtual ~Sampler();

  /// Returns the number of samples that a pass visits.
  virtual std::int64_t size() const = 0;
  /// Returns the indices of a pass, int64 (size()). An index may appear more than once.
  virtual Tensor indices() const = 0;

 protected:
  /// @cond
  Sampler() = default;
  Sampler(const Sampler&) = default;
  Sampler(Sampler&&) = default;
  Sampler& operator=(const Sampler&) = default;
  Sampler& operator=(Sampler&&) = default;
  /// @endcond
};

/// Order 0, 1, 2, ...
class RETROGRAD_API SequentialSampler : public Sampler {
 public:
  /// Constructs a sampler of `size` samples.
  explicit SequentialSampler(std::int64_t size, Where where = {});

  std::int64_t size() const override { return size_; }
  Tensor indices() const override;

 private:
  std::int64_t size_;
};

/// Options of a RandomSampler.
struct RandomSamplerOptions {
  std::optional<std::int64_t> num_samples = {};  ///< Samples of a pass; by default all.
  bool replacement = false;  ///< Draws each sample independently of the others when true.
};

/// Random order, of all samples or some.
/// @code
/// RandomSampler thousand(data.size(), {.num_samples = 1000});
/// @endcode
class RETROGRAD_API RandomSampler : public Sampler {
 public:
  /// Constructs a sampler of `size` samples.
  /// @throws ValueError if more samples are asked for than there are, without replacement
  explicit RandomSampler(std::int64_t size, RandomSamplerOptions options = {}, Where where = {});

  std::int64_t size() const override { return count_; }
  Tensor indices() const override;

 private:
  std::int64_t size_;
  std::int64_t count_;
  bool replacement_;
};

/// Draws of samples with the given weights: a sample of weight 2 appears twice as often as one of
/// weight 1. Weights need no sum of 1.
/// @code
/// Tensor weights = index_select(class_weights(data.labels()), 0, data.labels());
/// DataLoader loader(data, {.sampler = std::make_shared<WeightedRandomSampler>(weights, 1000)});
/// @endcode
class RETROGRAD_API WeightedRandomSampler : public Sampler {
 public:
  /// Constructs a sampler of `num_samples` draws. Without `replacement` each sample appears at most
  /// once.
  /// @throws ShapeError if `weights` has not one dimension
  /// @throws ValueError if a weight is negative or not finite, all are 0, or fewer samples have a
  /// weight than are drawn without replacement
  WeightedRandomSampler(const Tensor& weights, std::int64_t num_samples, bool replacement = true,
                        Where where = {});

  std::int64_t size() const override { return count_; }
  Tensor indices() const override;

 private:
  std::vector<double> weights_;  // their running sums with replacement
  std::int64_t count_;
  bool replacement_;
};

/// Returns a weight for each class, float32 (classes): the mean number of samples of a class
/// divided by that of this class. A class without samples has weight 0. `cross_entropy` takes these
/// weights, too.
/// @code class_weights(tensor({0, 0, 0, 1}));  // [0.6667, 2] @endcode
/// `classes` is by default the largest label and 1.
/// @throws DTypeError if `labels` is not int64
/// @throws ShapeError if `labels` has not one dimension
/// @throws IndexError if a label is negative or at least `classes`
RETROGRAD_API Tensor class_weights(const Tensor& labels, std::optional<std::int64_t> classes = {},
                                   Where where = {});

}  // namespace retrograd
