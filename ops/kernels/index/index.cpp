#include <retrograd/ops/kernels/index/index.h>

#include <algorithm>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/sums.h>

namespace retrograd::kernels {

namespace {

// The strides of `x` with those along `dim` left to the index.
Strides without(const Strides& strides, std::size_t dim) {
  Strides result = strides;
  result[dim] = 0;
  return result;
}

}  // namespace

Tensor gather(const Tensor& x, std::size_t dim, const Tensor& index) {
  Tensor out = empty_tensor(index.shape(), x.dtype());
  const Strides fixed = without(x.strides(), dim);
  const std::int64_t step = x.strides()[dim];
  const auto* const where = index.raw<std::int64_t>();
  for_dtype(x.dtype(), [&]<class T>() {
    T* const o = out.raw<T>();
    const T* const in = x.raw<T>();
    detail::for_each_run<3>(index.shape(), {&out.strides(), &index.strides(), &fixed},
                            [&](const auto& at, std::int64_t n, const auto& steps) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                const std::int64_t picked = where[at[1] + i * steps[1]];
                                o[at[0] + i * steps[0]] = in[at[2] + i * steps[2] + picked * step];
                              }
                            });
  });
  return out;
}

Tensor scatter_add(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = contiguous_copy(x);
  const auto* const where = index.raw<std::int64_t>();
  add_into(out, dim, index.numel(),
           [&]<class Sum, class T>(const Tensor& sums, std::int64_t first) {
             const Strides fixed = without(sums.strides(), dim);
             const std::int64_t step = sums.strides()[dim];
             const auto length = static_cast<std::uint64_t>(sums.shape()[dim]);
             Sum* const o = sums.raw<Sum>();
             const T* const in = source.raw<T>();
             detail::for_each_run<3>(
                 index.shape(), {&index.strides(), &fixed, &source.strides()},
                 [&](const auto& at, std::int64_t n, const auto& steps) {
                   // A choice of positions, not of ways: it follows no pattern.
                   Sum elsewhere{};
                   for (std::int64_t i = 0; i < n; ++i) {
                     const std::int64_t picked = where[at[0] + i * steps[0]] - first;
                     const bool here = static_cast<std::uint64_t>(picked) < length;
                     const std::int64_t position = here ? at[1] + i * steps[1] + picked * step : 0;
                     add_to(*(here ? o + position : &elsewhere), in[at[2] + i * steps[2]]);
                   }
                 });
           });
  return out;
}

Tensor scatter(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = contiguous_copy(x);
  const Tensor ordered = as_contiguous(index);
  const Strides fixed = without(out.strides(), dim);
  const std::int64_t step = out.strides()[dim];
  const auto* const where = ordered.raw<std::int64_t>();
  for_dtype(x.dtype(), [&]<class T>() {
    T* const o = out.raw<T>();
    const T* const in = source.raw<T>();
    detail::for_each_run<3>(index.shape(), {&ordered.strides(), &fixed, &source.strides()},
                            [&](const auto& at, std::int64_t n, const auto& steps) {
                              for (std::int64_t i = 0; i < n; ++i) {
                                const std::int64_t picked = where[at[0] + i * steps[0]];
                                o[at[1] + i * steps[1] + picked * step] = in[at[2] + i * steps[2]];
                              }
                            });
  });
  return out;
}

std::pair<std::int64_t, std::int64_t> index_range(const Tensor& index) {
  const auto* const values = index.raw<std::int64_t>();
  std::int64_t low = *values;
  std::int64_t high = *values;
  detail::for_each_run<1>(index.shape(), {&index.strides()},
                          [&](const auto& at, std::int64_t n, const auto& step) {
                            for (std::int64_t i = 0; i < n; ++i) {
                              const std::int64_t value = values[at[0] + i * step[0]];
                              low = std::min(low, value);
                              high = std::max(high, value);
                            }
                          });
  return {low, high};
}

}  // namespace retrograd::kernels
