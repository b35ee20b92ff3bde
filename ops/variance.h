/// @file
/// Variance and standard deviation.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options, given as {.name = value}; what is left out keeps its default.
struct VarOptions {
  bool unbiased = true;                         ///< Divides by n - 1, else by n.
  bool keepdim = false;                         ///< Keeps reduced dimensions, with length 1.
  std::optional<std::int64_t> correction = {};  ///< Divides by n - correction instead.
};

/// The mean of (x - mean(x))^2 over `dims`, {} for all, divided by max(n - 1, 0) instead of n. In
/// float64 and in two passes, so that a large mean costs no accuracy. NaN for too few elements.
RETROGRAD_API Tensor var(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});
/// The square root of var(). Gradient 0 where it is 0.
RETROGRAD_API Tensor std(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});

}  // namespace retrograd
