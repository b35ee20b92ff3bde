// Normalisation by norms: compositions of other operators.
#include <algorithm>
#include <cmath>
#include <string>

#include <retrograd/ops/internal/number.h>
#include <retrograd/ops/internal/operator.h>
#include <retrograd/ops/norm.h>
#include <retrograd/ops/vector_norm.h>

namespace retrograd {

Tensor normalize(const Tensor& x, double p, std::int64_t dim, double eps, Where where) {
  const Call call("normalize", where, x, p, dim, eps);
  check::floating(call, x);
  check::dim(call, x, dim);
  if (!(p > 0)) {
    fail<ValueError>(call, "p is " + number_text(p) + "; it must be above 0", {{"input", x}});
  }
  if (!(eps >= 0)) {
    fail<ValueError>(call, "eps is " + number_text(eps) + "; at least 0 is needed", {{"input", x}});
  }
  if (x.numel() == 0) {
    return call.result(x * 1.0);
  }
  return call.result(x / clamp(norm(x, p, dim, true), eps));
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta, double k,
                           Where where) {
  const Call call("local_response_norm", where, x, size, alpha, beta, k);
  check::floating(call, x);
  if (x.dim() < 3) {
    fail<ShapeError>(call, "needs an input (N, C, spatial...)", {{"input", x}});
  }
  if (size < 1) {
    fail<ValueError>(call, "size is " + std::to_string(size) + "; at least 1 is needed",
                     {{"input", x}});
  }
  for (const double number : {alpha, beta, k}) {
    if (std::isnan(number)) {
      fail<ValueError>(call, "alpha, beta and k must be numbers, not nan", {{"input", x}});
    }
  }
  const Tensor squares = square(x);
  const std::int64_t channels = x.shape()[1];
  // Channel c sees c - size / 2 to c + (size - 1) / 2, as far as there are channels.
  Tensor total = squares;
  const std::int64_t most = std::max<std::int64_t>(channels - 1, 0);
  for (std::int64_t shift = -std::min(size / 2, most); shift <= std::min((size - 1) / 2, most);
       ++shift) {
    const std::int64_t missing = shift < 0 ? -shift : shift;
    if (shift == 0) {
      continue;
    }
    Shape gap = x.shape();
    gap[1] = missing;
    const Tensor zero = zeros(gap, {.dtype = x.dtype()});
    const Tensor part =
        shift < 0 ? slice(squares, 1, 0, channels - missing) : slice(squares, 1, missing, channels);
    const std::vector<Tensor> parts =
        shift < 0 ? std::vector<Tensor>{zero, part} : std::vector<Tensor>{part, zero};
    total = total + cat(parts, 1);
  }
  const Tensor scaled = total * (alpha / static_cast<double>(size));
  return call.result(x / pow(scaled + k, beta));
}

}  // namespace retrograd
