// Normalisation by norms: compositions of other operators.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <retrograd/ops/detail/norm.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/norm.h>
#include <retrograd/ops/vector_norm.h>

namespace retrograd {

Tensor normalize(const Tensor& x, double p, std::int64_t dim, double eps, Where where) {
  const Call call("normalize", where, x, p, dim, eps);
  check::floating(call, x);
  check::dim(call, x, dim);
  check::require<ValueError>(call, p > 0, {{"input", x}},
                             "p is {}; it must be above 0 [value-out-of-range]", p);
  normalising::check_eps(call, eps, x);
  if (x.numel() == 0) {
    return call.result(x * 1.0);
  }
  return call.result(x / clamp(norm(x, p, dim, true), eps));
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta, double k,
                           Where where) {
  const Call call("local_response_norm", where, x, size, alpha, beta, k);
  normalising::check_channels(call, x, 3);
  check::require<ValueError>(call, size >= 1, {{"input", x}},
                             "size is {}; at least 1 is needed [value-out-of-range]", size);
  check::require<ValueError>(call, !std::isnan(alpha) && !std::isnan(beta) && !std::isnan(k),
                             {{"input", x}},
                             "alpha, beta and k must be numbers, not nan [value-out-of-range]");
  const Tensor squares = square(x);
  const std::int64_t channels = x.shape()[1];
  // Channel c sees c - size / 2 to c + (size - 1) / 2, as far as there are channels.
  Tensor total = squares;
  const std::int64_t most = std::max<std::int64_t>(channels - 1, 0);
  for (std::int64_t shift = -std::min(size / 2, most); shift <= std::min((size - 1) / 2, most);
       ++shift) {
    if (shift == 0) {
      continue;
    }
    const std::int64_t missing = std::abs(shift);
    Shape gap = x.shape();
    gap[1] = missing;
    const Tensor zero = zeros(gap, {.dtype = x.dtype()});
    const Tensor part =
        shift < 0 ? slice(squares, 1, 0, channels - missing) : slice(squares, 1, missing, channels);
    total = total + (shift < 0 ? cat({zero, part}, 1) : cat({part, zero}, 1));
  }
  const Tensor scaled = total * (alpha / static_cast<double>(size));
  return call.result(x / pow(scaled + k, beta));
}

}  // namespace retrograd
