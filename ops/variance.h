// Variance and standard deviation.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

struct VarOptions {
  bool unbiased = true;  // divides by n - 1, else by n
  bool keepdim = false;
  std::optional<std::int64_t> correction = {};  // divides by n - correction instead
};

// The mean of (x - mean(x))^2 over `dims`, {} for all, divided by max(n - 1, 0) instead of n. In
// float64 and in two passes, so that a large mean costs no accuracy. NaN for too few elements.
RETROGRAD_API Tensor var(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});
// The square root of var(). Gradient 0 where it is 0.
RETROGRAD_API Tensor std(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});

}  // namespace retrograd
