#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

namespace {

Shape reduced_shape(const Tensor& x, const DimMask& reduced) {
  Shape shape = x.shape();
  for (std::size_t d = 0; d < shape.size(); ++d) {
    shape[d] = reduced[d] ? 1 : shape[d];
  }
  return shape;
}

// Strides of the row-major result, 0 where it is reduced.
Strides result_strides(const Shape& result, const DimMask& reduced) {
  Strides strides = contiguous_strides(result);
  for (std::size_t d = 0; d < strides.size(); ++d) {
    strides[d] = reduced[d] ? 0 : strides[d];
  }
  return strides;
}

// Sums with eight accumulators, which the compiler keeps in one or two registers.
template <class A, class T>
A sum_run(const T* x, std::int64_t n, std::int64_t step) {
  std::array<A, 8> part{};
  std::int64_t i = 0;
  if (step == 1) {
    for (; i + 8 <= n; i += 8) {
      for (std::size_t k = 0; k < 8; ++k) {
        part[k] += static_cast<A>(x[i + static_cast<std::int64_t>(k)]);
      }
    }
  }
  A total{};
  for (; i < n; ++i) {
    total += static_cast<A>(x[i * step]);
  }
  for (const A value : part) {
    total += value;
  }
  return total;
}

template <class T>
using sum_t =
    std::conditional_t<std::is_same_v<T, float> || std::is_same_v<T, BFloat16>, double,
                       std::conditional_t<std::is_same_v<T, double>, double, std::int64_t>>;

template <class T, class Better>
Tensor extreme(const Tensor& x, const DimMask& reduced, T start, Better better) {
  Tensor out = empty_tensor(reduced_shape(x, reduced), x.dtype());
  T* const o = out.raw<T>();
  std::fill(o, o + out.numel(), start);
  const Strides strides = result_strides(out.shape(), reduced);
  const T* const in = x.raw<T>();
  detail::for_each_run<2>(x.shape(), {&x.strides(), &strides},
                          [&](const auto& at, std::int64_t n, const auto& step) {
                            for (std::int64_t i = 0; i < n; ++i) {
                              const T value = in[at[0] + i * step[0]];
                              T& best = o[at[1] + i * step[1]];
                              if (better(value, best) || value != value) {
                                best = value;
                              }
                            }
                          });
  return out;
}

template <class T>
T lowest() {
  if constexpr (std::is_same_v<T, BFloat16>) {
    return BFloat16(-std::numeric_limits<float>::infinity());
  } else if constexpr (std::is_floating_point_v<T>) {
    return -std::numeric_limits<T>::infinity();
  } else {
    return std::numeric_limits<T>::lowest();
  }
}

template <class T>
T highest() {
  if constexpr (std::is_same_v<T, BFloat16>) {
    return BFloat16(std::numeric_limits<float>::infinity());
  } else if constexpr (std::is_floating_point_v<T>) {
    return std::numeric_limits<T>::infinity();
  } else {
    return std::numeric_limits<T>::max();
  }
}

}  // namespace

Tensor sum(const Tensor& x, const DimMask& reduced) {
  return for_dtype(x.dtype(), [&]<class T>() {
    using A = sum_t<T>;
    using Out = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    Tensor totals = empty_tensor(reduced_shape(x, reduced), dtype_of<A>());
    A* const o = totals.raw<A>();
    std::fill(o, o + totals.numel(), A{});
    const Strides strides = result_strides(totals.shape(), reduced);
    const T* const in = x.raw<T>();
    detail::for_each_run<2>(x.shape(), {&x.strides(), &strides},
                            [&](const auto& at, std::int64_t n, const auto& step) {
                              const T* const run = in + at[0];
                              A* const out = o + at[1];
                              if (step[1] == 0) {
                                *out += sum_run<A>(run, n, step[0]);
                                return;
                              }
                              for (std::int64_t i = 0; i < n; ++i) {
                                out[i * step[1]] += static_cast<A>(run[i * step[0]]);
                              }
                            });
    if constexpr (std::is_same_v<A, Out>) {
      return totals;
    } else {
      Tensor result = empty_tensor(totals.shape(), dtype_of<Out>());
      map<Out, A>(result, totals, [](A value) { return convert<Out>(value); });
      return result;
    }
  });
}

Tensor amax(const Tensor& x, const DimMask& reduced) {
  return for_dtype(x.dtype(), [&]<class T>() {
    return extreme<T>(x, reduced, lowest<T>(), [](T a, T best) { return a > best; });
  });
}

Tensor amin(const Tensor& x, const DimMask& reduced) {
  return for_dtype(x.dtype(), [&]<class T>() {
    return extreme<T>(x, reduced, highest<T>(), [](T a, T best) { return a < best; });
  });
}

Tensor argmax(const Tensor& x, std::size_t dim) {
  DimMask reduced{};
  reduced[dim] = true;
  Tensor out = empty_tensor(reduced_shape(x, reduced), int64);
  const Strides out_strides = result_strides(out.shape(), reduced);
  const std::int64_t length = x.shape()[dim];
  const std::int64_t step = x.strides()[dim];
  auto* const o = out.raw<std::int64_t>();
  for_dtype(x.dtype(), [&]<class T>() {
    const T* const in = x.raw<T>();
    detail::for_each_run<2>(out.shape(), {&out_strides, &x.strides()},
                            [&](const auto& at, std::int64_t n, const auto& steps) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                const T* const row = in + at[1] + i * steps[1];
                                std::int64_t best = 0;
                                for (std::int64_t j = 1; j < length; ++j) {
                                  const T value = row[j * step];
                                  const T current = row[best * step];
                                  if (value > current || (value != value && current == current)) {
                                    best = j;
                                  }
                                }
                                o[at[0] + i * steps[0]] = best;
                              }
                            });
  });
  return out;
}

}  // namespace retrograd::kernels
