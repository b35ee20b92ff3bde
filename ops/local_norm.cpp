// Normalisation by norms: compositions of other operators.
#include <cmath>
#include <string>

#include <retrograd/ops/arithmetic.h>
#include <retrograd/ops/detail/check.h>
#include <retrograd/ops/elementwise.h>
#include <retrograd/ops/norm.h>
#include <retrograd/ops/reduce.h>
#include <retrograd/ops/shape.h>
#include <retrograd/tensor/creation.h>

namespace retrograd {

namespace {

// The p-norm along `dim`, kept as 1.
Tensor norm_along(const Tensor& x, double p, std::int64_t dim, Where where) {
  if (std::isinf(p)) {
    return amax(abs(x, where), dim, true, where);
  }
  if (p == 1) {
    return sum(abs(x, where), dim, true, where);
  }
  const Tensor powers = p == 2 ? square(x, where) : pow(abs(x, where), p, where);
  const Tensor total = sum(powers, dim, true, where);
  // Roots have no derivative at 0: there, 1 is put in and 0 comes out.
  const Tensor vanishes = eq(total, 0.0, where);
  const Tensor safe = retrograd::where(vanishes, 1.0, total, where);
  const Tensor root = p == 2 ? sqrt(safe, where) : pow(safe, 1 / p, where);
  return retrograd::where(vanishes, 0.0, root, where);
}

}  // namespace

Tensor normalize(const Tensor& x, double p, std::int64_t dim, double eps, Where where) {
  check::floating("normalize", x, where);
  check::dim("normalize", x, dim, where);
  if (!(p > 0)) {
    fail<ValueError>("normalize", where, "p is " + std::to_string(p) + "; it must be above 0",
                     {{"input", x}});
  }
  if (x.numel() == 0) {
    return mul(x, 1.0, where);
  }
  return div(x, clamp(norm_along(x, p, dim, where), eps, {}, where), where);
}

Tensor local_response_norm(const Tensor& x, std::int64_t size, double alpha, double beta, double k,
                           Where where) {
  check::floating("local_response_norm", x, where);
  if (x.dim() < 3) {
    fail<ShapeError>("local_response_norm", where, "needs an input (N, C, spatial...)",
                     {{"input", x}});
  }
  if (size < 1) {
    fail<ValueError>("local_response_norm", where,
                     "size is " + std::to_string(size) + "; at least 1 is needed", {{"input", x}});
  }
  const Tensor squares = square(x, where);
  const std::int64_t channels = x.shape()[1];
  // Channel c sees c - size / 2 to c + (size - 1) / 2.
  Tensor total = squares;
  for (std::int64_t shift = -(size / 2); shift <= (size - 1) / 2; ++shift) {
    const std::int64_t missing = shift < 0 ? -shift : shift;
    if (shift == 0 || missing >= channels) {
      continue;
    }
    Shape gap = x.shape();
    gap[1] = missing;
    const Tensor zero = zeros(gap, {.dtype = x.dtype()}, where);
    const Tensor part = shift < 0 ? slice(squares, 1, 0, channels - missing, 1, where)
                                  : slice(squares, 1, missing, channels, 1, where);
    const std::vector<Tensor> parts =
        shift < 0 ? std::vector<Tensor>{zero, part} : std::vector<Tensor>{part, zero};
    total = add(total, cat(parts, 1, where), where);
  }
  const Tensor scaled = mul(total, alpha / static_cast<double>(size), where);
  return div(x, pow(add(scaled, k, where), beta, where), where);
}

}  // namespace retrograd
