/// @file
/// Variance and standard deviation.
#pragma once

#include <cstdint>
#include <optional>

#include <retrograd/tensor/api.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd {

/// Options of var() and std().
struct VarOptions {
  bool unbiased = true;  ///< Whether the sum of squares is divided by n - 1, instead of n.
  bool keepdim = false;  ///< Whether reduced dimensions are kept, with length 1.
  /// Number subtracted from n in the divisor, instead of 1 or 0.
  std::optional<std::int64_t> correction = {};
};

/// Returns the sum of `(x - mean(x))^2` over `dims`, divided by `max(n - 1, 0)`. `{}` means all
/// dimensions. It is computed in float64 in two passes, so a large mean costs no accuracy. Too few
/// elements give NaN.
/// @code rg::var(rg::tensor({1.0, 2.0, 3.0}));  // 1 @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `correction` is negative.
RETROGRAD_API Tensor var(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});

/// Returns the square root of var(). The gradient is 0 where it is 0.
/// @code rg::std(rg::tensor({1.0, 2.0, 3.0}));  // 1 @endcode
/// @throws IndexError if a dimension is out of range or repeated.
/// @throws DTypeError if `x` is not floating.
/// @throws ValueError if `correction` is negative.
RETROGRAD_API Tensor std(const Tensor& x, const Dims& dims = {}, VarOptions options = {},
                         Where where = {});

}  // namespace retrograd
