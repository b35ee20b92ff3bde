#include <retrograd/ops/kernels/reduce/scan.h>

#include <algorithm>
#include <array>
#include <type_traits>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/parallel_runs.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/internal/view_within.h>

namespace retrograd::kernels {

namespace {

// Integers wrap around.
template <class T>
using state_t = std::conditional_t<std::is_integral_v<T>, std::uint64_t, double>;

// A number as a tensor of any shape.
Tensor repeated(double value, const Tensor& model) {
  const Tensor one = empty_tensor({}, model.dtype());
  fill(one, value);
  return detail::view_within(one, model.shape(), Dims::filled(model.shape().size(), 0), 0);
}

Strides without(const Tensor& x, std::size_t dim) {
  Strides strides = x.strides();
  strides.erase(dim);
  return strides;
}

template <class T>
Tensor scan(const Tensor& a, const Tensor& b, std::size_t dim, bool reverse, double first,
            const Tensor& model) {
  using State = state_t<T>;
  constexpr std::int64_t kMost = 64;
  Tensor out = empty_as(model, model.dtype());
  if (out.numel() == 0) {
    return out;
  }
  const std::int64_t length = out.shape()[dim];
  const std::int64_t start = reverse ? length - 1 : 0;
  const std::int64_t sign = reverse ? -1 : 1;
  const std::array<std::int64_t, 3> along = {out.strides()[dim] * sign, a.strides()[dim] * sign,
                                             b.strides()[dim] * sign};
  const std::array<const Tensor*, 3> operands = {&out, &a, &b};
  std::array<Strides, 3> strides;
  std::array<std::int64_t, 3> origin{};
  for (std::size_t k = 0; k < 3; ++k) {
    strides[k] = without(*operands[k], dim);
    origin[k] = start * operands[k]->strides()[dim];
  }
  Shape others = out.shape();
  others.erase(dim);
  T* const o = out.raw<T>() + origin[0];
  const T* const factors = a.raw<T>() + origin[1];
  const T* const terms = b.raw<T>() + origin[2];
  // Lines are walked side by side: few where each is a row of its own in memory.
  const std::int64_t width = out.strides()[dim] == 1 ? 4 : kMost;
  for_each_run_in_parallel<3>(others, {&strides[0], &strides[1], &strides[2]}, length,
                              [&](const auto& at, std::int64_t n, const auto& step) {
                                for (std::int64_t from = 0; from < n; from += width) {
                                  const std::int64_t lines = std::min(width, n - from);
                                  std::array<State, kMost> state;
                                  state.fill(static_cast<State>(first));
                                  T* y = o + at[0] + from * step[0];
                                  const T* factor = factors + at[1] + from * step[1];
                                  const T* term = terms + at[2] + from * step[2];
                                  for (std::int64_t j = 0; j < length; ++j) {
                                    for (std::int64_t i = 0; i < lines; ++i) {
                                      State& s = state[static_cast<std::size_t>(i)];
                                      s = static_cast<State>(factor[i * step[1]]) * s +
                                          static_cast<State>(term[i * step[2]]);
                                      if constexpr (std::is_integral_v<T>) {
                                        y[i * step[0]] = static_cast<T>(s);
                                      } else {
                                        y[i * step[0]] = convert<T>(s);
                                      }
                                    }
                                    y += along[0];
                                    factor += along[1];
                                    term += along[2];
                                  }
                                }
                              });
  return out;
}

Tensor scan_any(const Tensor& a, const Tensor& b, std::size_t dim, bool reverse, double first,
                const Tensor& model) {
  return for_dtype(model.dtype(),
                   [&]<class T>() { return scan<T>(a, b, dim, reverse, first, model); });
}

}  // namespace

Tensor linear_scan(const Tensor& a, const Tensor& b, std::size_t dim, bool reverse, double first) {
  if (const auto reference = reference_of(&ReferenceTable::linear_scan)) {
    return reference(a, b, dim, reverse, first);
  }
  return scan_any(a, b, dim, reverse, first, b);
}

Tensor running_sum(const Tensor& x, std::size_t dim, bool reverse) {
  if (const auto reference = reference_of(&ReferenceTable::running_sum)) {
    return reference(x, dim, reverse);
  }
  return scan_any(repeated(1, x), x, dim, reverse, 0, x);
}

Tensor running_product(const Tensor& x, std::size_t dim, bool reverse) {
  if (const auto reference = reference_of(&ReferenceTable::running_product)) {
    return reference(x, dim, reverse);
  }
  // -0 added keeps the sign of a zero.
  return scan_any(x, repeated(-0.0, x), dim, reverse, 1, x);
}

}  // namespace retrograd::kernels
