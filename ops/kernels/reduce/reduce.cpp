#include <retrograd/ops/kernels/reduce/reduce.h>

#include <cmath>
#include <functional>
#include <limits>
#include <type_traits>
#include <utility>

#include <retrograd/ops/kernels/loops/each.h>
#include <retrograd/ops/kernels/loops/elementwise_types.h>
#include <retrograd/ops/kernels/loops/vector_math.h>
#include <retrograd/ops/kernels/reduce/extreme.h>
#include <retrograd/ops/kernels/reduce/reduction.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/kernel_timer.h>

namespace retrograd::kernels {

namespace {

// Floating numbers are added up and multiplied in double, all others in int64.
template <class V>
using total_t = std::conditional_t<std::is_integral_v<V>, std::int64_t, double>;

template <class A>
A wrapping_add(A a, A b) {
  return static_cast<A>(static_cast<bits_t<A>>(a) + static_cast<bits_t<A>>(b));
}
template <class A>
A wrapping_mul(A a, A b) {
  return static_cast<A>(static_cast<bits_t<A>>(a) * static_cast<bits_t<A>>(b));
}

// All values combined, from what changes nothing on.
template <class V, total_t<V> combine(total_t<V>, total_t<V>), int nothing>
struct Combined {
  using Value = V;
  using Total = total_t<V>;
  Total start() const { return Total{nothing}; }
  Total add(Total total, V value) const { return combine(total, static_cast<Total>(value)); }
  Total add4(Total total, V a, V b, V c, V d) const {
    return combine(total, combine(combine(static_cast<Total>(a), static_cast<Total>(b)),
                                  combine(static_cast<Total>(c), static_cast<Total>(d))));
  }
  Total merge(Total a, Total b) const { return combine(a, b); }
};
template <class V>
using Sum = Combined<V, wrapping_add<total_t<V>>, 0>;
template <class V>
using Product = Combined<V, wrapping_mul<total_t<V>>, 1>;

template <class V>
struct SumOfSquares : Sum<V> {
  static double square(V value) { return static_cast<double>(value) * static_cast<double>(value); }
  double add(double total, V value) const { return total + square(value); }
  double add4(double total, V a, V b, V c, V d) const {
    return total + ((square(a) + square(b)) + (square(c) + square(d)));
  }
};

DType total_dtype(const Tensor& x) {
  return is_floating(x.dtype()) ? x.dtype() : int64;
}

using Finish = std::function<void(void*, std::int64_t)>;

// f of every one of n doubles.
template <class F>
void each_of(void* given, std::int64_t n, F f) {
  auto* const values = static_cast<double*>(given);
  for (std::int64_t i = 0; i < n; ++i) {
    values[i] = f(values[i]);
  }
}

template <class F>
Finish each_total(F f) {
  return [f](void* totals, std::int64_t n) { each_of(totals, n, f); };
}

// The sum of f(value), changed by `finish`.
template <class F>
Tensor sum_of(const Tensor& x, const DimMask& reduced, Finish finish, F f) {
  return reduce(x, reduced, x.dtype(), Sum<double>(),
                {.prepare = [f](void* values, std::int64_t n, std::int64_t,
                                std::int64_t) { each_of(values, n, f); },
                 .finish = std::move(finish)});
}

}  // namespace

Tensor sum(const Tensor& x, const DimMask& reduced) {
  const detail::KernelTimer timer("sum", x);
  if (const auto reference = reference_of(&ReferenceTable::sum)) {
    return reference(x, reduced);
  }
  return for_value(x.dtype(),
                   [&]<class V>() { return reduce(x, reduced, total_dtype(x), Sum<V>()); });
}

Tensor mean(const Tensor& x, const DimMask& reduced, double count, DType dtype) {
  const detail::KernelTimer timer("mean", x);
  if (const auto reference = reference_of(&ReferenceTable::mean)) {
    return reference(x, reduced, count, dtype);
  }
  const Finish over_count = each_total([count](double total) { return total / count; });
  return x.dtype() == float64 ? reduce(x, reduced, float64, Sum<double>(), {.finish = over_count})
                              : reduce(x, reduced, dtype, Sum<float>(), {.finish = over_count});
}

// Rare: floating numbers are made double first.
Tensor prod(const Tensor& x, const DimMask& reduced) {
  if (const auto reference = reference_of(&ReferenceTable::prod)) {
    return reference(x, reduced);
  }
  return is_floating(x.dtype()) ? reduce(x, reduced, x.dtype(), Product<double>())
                                : reduce(x, reduced, int64, Product<std::int64_t>());
}

namespace {

// The sum of squared deviations over the divisor, changed by `last` before it is rounded.
template <class Last>
Tensor spread(const Tensor& x, const DimMask& reduced, double count, double divisor, Last last) {
  const Tensor means =
      reduce(x, reduced, float64, Sum<double>(),
             {.finish = each_total([count](double total) { return total / count; })});
  const auto squared_deviations = [m = means.raw<double>()](void* given, std::int64_t n,
                                                            std::int64_t result,
                                                            std::int64_t step) {
    auto* const values = static_cast<double*>(given);
    for (std::int64_t i = 0; i < n; ++i) {
      const double deviation = values[i] - m[result + i * step];
      values[i] = deviation * deviation;
    }
  };
  return reduce(x, reduced, x.dtype(), Sum<double>(),
                {.prepare = squared_deviations, .finish = each_total([divisor, last](double total) {
                                                  return last(total / divisor);
                                                })});
}

}  // namespace

Tensor variance(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  if (const auto reference = reference_of(&ReferenceTable::variance)) {
    return reference(x, reduced, count, divisor);
  }
  return spread(x, reduced, count, divisor, [](double value) { return value; });
}

Tensor standard_deviation(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  if (const auto reference = reference_of(&ReferenceTable::standard_deviation)) {
    return reference(x, reduced, count, divisor);
  }
  return spread(x, reduced, count, divisor, [](double value) { return std::sqrt(value); });
}

Tensor vector_norm(const Tensor& x, double p, const DimMask& reduced) {
  if (const auto reference = reference_of(&ReferenceTable::vector_norm)) {
    return reference(x, p, reduced);
  }
  if (std::isinf(p)) {
    return extreme_magnitude(x, reduced, p > 0);
  }
  if (p == 2) {
    const Finish root = each_total([](double total) { return std::sqrt(total); });
    return x.dtype() == float64
               ? reduce(x, reduced, float64, SumOfSquares<double>(), {.finish = root})
               : reduce(x, reduced, x.dtype(), SumOfSquares<float>(), {.finish = root});
  }
  if (p == 1) {
    return sum_of(x, reduced, {}, [](double value) { return std::fabs(value); });
  }
  if (p == 0) {
    return sum_of(x, reduced, {}, [](double value) { return value != 0 ? 1.0 : 0.0; });
  }
  return sum_of(x, reduced, each_total([p](double total) { return std::pow(total, 1 / p); }),
                [p](double value) { return std::pow(std::fabs(value), p); });
}

Tensor sum_of_exp(const Tensor& x, const DimMask& reduced, const Tensor& shift) {
  const detail::KernelTimer timer("sum_of_exp", x);
  if (const auto reference = reference_of(&ReferenceTable::sum_of_exp)) {
    return reference(x, reduced, shift);
  }
  return for_float_or_double(shift.dtype(), [&]<class V>() {
    return reduce(x, reduced, shift.dtype(), Sum<V>(),
                  {.prepare = [from = shift.raw<V>()](void* given, std::int64_t n,
                                                      std::int64_t result, std::int64_t step) {
                    auto* const values = static_cast<V*>(given);
                    retrograd::detail::vectorised([=] {
                      for (std::int64_t i = 0; i < n; ++i) {
                        values[i] = vec::exp(values[i] - from[result + i * step]);
                      }
                    });
                  }});
  });
}

Tensor times_exp(const Tensor& grad, const Tensor& x, const Tensor& y) {
  if (const auto reference = reference_of(&ReferenceTable::times_exp)) {
    return reference(grad, x, y);
  }
  return each_spread(x, grad, y, []<class C>(C value, C g, C total) {
    const C finite = total == -std::numeric_limits<C>::infinity() ? C{0} : total;
    return g * vec::exp(value - finite);
  });
}

Tensor times_difference(const Tensor& grad, const Tensor& x, const Tensor& y) {
  if (const auto reference = reference_of(&ReferenceTable::times_difference)) {
    return reference(grad, x, y);
  }
  return each_spread(x, grad, y,
                     [](auto value, auto g, auto centre) { return g * (value - centre); });
}

}  // namespace retrograd::kernels
