/// @file
/// Samplers: the order in which a loader visits samples.
#pragma once

#include <cstdint>

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

}  // namespace retrograd
