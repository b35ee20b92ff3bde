#include <retrograd/ops/kernels/reduce.h>

#include <cmath>
#include <type_traits>

#include <retrograd/ops/kernels/elementwise_types.h>
#include <retrograd/ops/kernels/extreme.h>
#include <retrograd/ops/kernels/reduction.h>
#include <retrograd/ops/kernels/report.h>

namespace retrograd::kernels {

namespace {

// Floating numbers are added up and multiplied in double, all others in int64.
template <class T>
using total_t = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;
template <class T>
using total_result_t = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;

template <class A>
A wrapping_add(A a, A b) {
  return static_cast<A>(static_cast<bits_t<A>>(a) + static_cast<bits_t<A>>(b));
}
template <class A>
A wrapping_mul(A a, A b) {
  return static_cast<A>(static_cast<bits_t<A>>(a) * static_cast<bits_t<A>>(b));
}

// Sums and products: all values combined, from what changes nothing on.
template <class A, A combine(A, A), int nothing>
struct Combined {
  using Accumulator = A;
  A start() const { return A{nothing}; }
  template <class T>
  A add(A a, T value, std::int64_t) const {
    return combine(a, static_cast<A>(value));
  }
  template <class T>
  A add4(A total, T a, T b, T c, T d, std::int64_t) const {
    return combine(total, combine(combine(static_cast<A>(a), static_cast<A>(b)),
                                  combine(static_cast<A>(c), static_cast<A>(d))));
  }
  A merge(A a, A b) const { return combine(a, b); }
};
template <class A>
using Sum = Combined<A, wrapping_add<A>, 0>;
template <class A>
using Product = Combined<A, wrapping_mul<A>, 1>;

// The sum of f(value, result).
template <class F>
struct SumOf {
  using Accumulator = double;
  F f;
  double start() const { return 0; }
  template <class T>
  double add(double a, T value, std::int64_t result) const {
    return a + f(static_cast<double>(value), result);
  }
  template <class T>
  double add4(double total, T a, T b, T c, T d, std::int64_t result) const {
    return total + (add(add(0, a, result), b, result) + add(add(0, c, result), d, result));
  }
  double merge(double a, double b) const { return a + b; }
};
template <class F>
SumOf(F) -> SumOf<F>;

// totals as Out, each changed by f.
template <class Out, class A, class F>
Tensor finished(const Tensor& totals, F&& f) {
  Tensor result = empty_tensor(totals.shape(), dtype_of<Out>());
  map<Out, A>(result, totals, [&](A value) { return convert<Out>(f(value)); });
  return result;
}

template <class T, class Op>
Tensor reduce_and_convert(const Tensor& x, const DimMask& reduced, const Op& op) {
  using A = typename Op::Accumulator;
  using Out = total_result_t<T>;
  const Tensor totals = reduce<T>(x, reduced, op);
  if constexpr (std::is_same_v<A, Out>) {
    return totals;
  } else {
    return finished<Out, A>(totals, [](A value) { return value; });
  }
}

// (sum f(value))^(1/p) in the type T.
template <class T, class F>
Tensor root_of_sum(const Tensor& x, const DimMask& reduced, double p, F f) {
  const auto power = [f](double value, std::int64_t) { return f(value); };
  const Tensor totals = reduce<T>(x, reduced, SumOf{power});
  return finished<T, double>(totals, [p](double total) {
    return p == 2 ? std::sqrt(total) : p == 1 ? total : std::pow(total, 1 / p);
  });
}

struct Magnitude {
  template <class A>
  A operator()(A value) const {
    return std::fabs(value);
  }
};

}  // namespace

Tensor sum(const Tensor& x, const DimMask& reduced) {
  const KernelTimer timer("sum", x);
  return for_dtype(x.dtype(),
                   [&]<class T>() { return reduce_and_convert<T>(x, reduced, Sum<total_t<T>>()); });
}

Tensor mean(const Tensor& x, const DimMask& reduced, double count) {
  const KernelTimer timer("mean", x);
  return for_floating(x.dtype(), [&]<class T>() {
    return finished<T, double>(reduce<T>(x, reduced, Sum<double>()),
                               [count](double total) { return total / count; });
  });
}

Tensor prod(const Tensor& x, const DimMask& reduced) {
  return for_dtype(x.dtype(), [&]<class T>() {
    return reduce_and_convert<T>(x, reduced, Product<total_t<T>>());
  });
}

namespace {

// The sum of squared deviations over the divisor, changed by `last` before it is rounded.
template <class Last>
Tensor spread(const Tensor& x, const DimMask& reduced, double count, double divisor, Last&& last) {
  return for_floating(x.dtype(), [&]<class T>() {
    const Tensor means = finished<double, double>(reduce<T>(x, reduced, Sum<double>()),
                                                  [count](double total) { return total / count; });
    const auto deviation = [m = means.raw<double>()](double value, std::int64_t result) {
      return (value - m[result]) * (value - m[result]);
    };
    return finished<T, double>(reduce<T>(x, reduced, SumOf{deviation}),
                               [&](double total) { return last(total / divisor); });
  });
}

}  // namespace

Tensor variance(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  return spread(x, reduced, count, divisor, [](double value) { return value; });
}

Tensor standard_deviation(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  return spread(x, reduced, count, divisor, [](double value) { return std::sqrt(value); });
}

Tensor vector_norm(const Tensor& x, double p, const DimMask& reduced) {
  return for_floating(x.dtype(), [&]<class T>() {
    using C = compute_t<T>;
    if (std::isinf(p)) {
      const Tensor extreme =
          p > 0 ? reduce<T>(x, reduced, Extreme<C, true, Magnitude>(C{0}))
                : reduce<T>(x, reduced, Extreme<C, false, Magnitude>(highest<C>()));
      return finished<T, C>(extreme, [](C value) { return value; });
    }
    if (p == 2) {
      return root_of_sum<T>(x, reduced, 2, [](double value) { return value * value; });
    }
    if (p == 1) {
      return root_of_sum<T>(x, reduced, 1, [](double value) { return std::fabs(value); });
    }
    if (p == 0) {
      return root_of_sum<T>(x, reduced, 1, [](double value) { return value != 0 ? 1.0 : 0.0; });
    }
    return root_of_sum<T>(x, reduced, p,
                          [p](double value) { return std::pow(std::fabs(value), p); });
  });
}

}  // namespace retrograd::kernels
