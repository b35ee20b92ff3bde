// First-order linear recurrences, unrolled as in Blelloch, "Prefix sums and their applications",
// 1990, section 1.4:
//   y[i] = a[i] y[i - 1] + b[i]
//        = first a[0] ... a[i] + sum over j <= i of b[j] a[j + 1] ... a[i]
#include <retrograd/ops/kernels/reduce/scan.h>

#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

// x from its last position along dim to the first if `reverse`; its own inverse.
template <class A>
A turned(const A& x, std::size_t dim, bool reverse) {
  return reverse ? A(xt::flip(x, dim)) : x;
}

// In front of dim, which counts i, comes a dimension for j.
template <class A>
A recurrence(const A& a, const A& b, std::size_t dim, typename A::value_type first) {
  using Value = typename A::value_type;
  const auto along = static_cast<std::ptrdiff_t>(dim);
  const auto n = static_cast<std::int64_t>(a.shape(dim));
  const Integers i = positions(n, dim + 1, a.dimension() + 1);
  const Integers j = positions(n, dim, a.dimension() + 1);
  const A from_j = xt::where(i > j, xt::expand_dims(a, dim), Value{1});
  const A factors = xt::cumprod(from_j, along + 1);
  const A terms = xt::where(i >= j, xt::expand_dims(b, dim + 1) * factors, Value{0});
  const A sums = total(terms, {dim});
  return first * xt::cumprod(a, along) + xt::squeeze(sums, Sizes{dim});
}

}  // namespace

Tensor linear_scan(const Tensor& a, const Tensor& b, std::size_t dim, bool reverse, double first) {
  return with_values(
      [&]<class A>(const A& factors, const A& terms) {
        const A y = recurrence<A>(turned(factors, dim, reverse), turned(terms, dim, reverse), dim,
                                  static_cast<typename A::value_type>(first));
        return tensor(turned(y, dim, reverse), b.shape(), b.dtype());
      },
      a, b);
}

Tensor running_sum(const Tensor& x, std::size_t dim, bool reverse) {
  return with_values(
      [&]<class A>(const A& values) {
        const A y = xt::cumsum(turned(values, dim, reverse), static_cast<std::ptrdiff_t>(dim));
        return tensor(turned(y, dim, reverse), x.shape(), x.dtype());
      },
      x);
}

Tensor running_product(const Tensor& x, std::size_t dim, bool reverse) {
  return with_values(
      [&]<class A>(const A& values) {
        const A y = xt::cumprod(turned(values, dim, reverse), static_cast<std::ptrdiff_t>(dim));
        return tensor(turned(y, dim, reverse), x.shape(), x.dtype());
      },
      x);
}

}  // namespace retrograd::kernels::reference
