#include <cstring>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>
#include <retrograd/ops/kernels/report.h>

namespace retrograd::kernels {

namespace {

// Copies a matrix whose rows are contiguous in one operand and columns in the other, by tiles that
// fit the first-level cache: a row at a time would miss it on every element.
template <class T>
void copy_transposed(T* to, const T* from, std::int64_t rows, std::int64_t columns,
                     std::int64_t to_row, std::int64_t from_column) {
  constexpr std::int64_t tile = 32;
  for (std::int64_t r0 = 0; r0 < rows; r0 += tile) {
    const std::int64_t r1 = std::min(rows, r0 + tile);
    for (std::int64_t c0 = 0; c0 < columns; c0 += tile) {
      const std::int64_t c1 = std::min(columns, c0 + tile);
      for (std::int64_t r = r0; r < r1; ++r) {
        for (std::int64_t c = c0; c < c1; ++c) {
          to[r * to_row + c] = from[r + c * from_column];
        }
      }
    }
  }
}

template <class T>
void copy_same_type(const Tensor& target, const Tensor& source) {
  T* const to = target.raw<T>();
  const T* const from = source.raw<T>();
  if (is_flat(target, source)) {
    parallel_ranges(target.numel(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin) * sizeof(T));
    });
    return;
  }
  if (target.numel() == 0) {
    return;
  }
  // The innermost two dimensions go by tiles when source and target disagree on their order.
  const detail::LoopPlan<2> plan(target.shape(), {&target.strides(), &source.strides()});
  const std::size_t rank = plan.shape.size();
  std::size_t fast = rank;  // the dimension in which the source is contiguous
  for (std::size_t d = 0; d + 1 < rank; ++d) {
    fast = plan.strides[1][d] == 1 ? d : fast;
  }
  if (fast == rank || plan.strides[0].back() != 1) {
    detail::for_each_run<2>(target.shape(), {&target.strides(), &source.strides()},
                            [&](const auto& at, std::int64_t n, const auto& step) {
                              T* const t = to + at[0];
                              const T* const f = from + at[1];
                              if (step[0] == 1 && step[1] == 1) {
                                std::memcpy(t, f, static_cast<std::size_t>(n) * sizeof(T));
                                return;
                              }
                              for (std::int64_t i = 0; i < n; ++i) {
                                t[i * step[0]] = f[i * step[1]];
                              }
                            });
    return;
  }
  Shape outer = plan.shape;
  Strides outer_to = plan.strides[0];
  Strides outer_from = plan.strides[1];
  for (const std::size_t d : {rank - 1, fast}) {
    outer.erase(d);
    outer_to.erase(d);
    outer_from.erase(d);
  }
  detail::for_each_run<2>(
      outer, {&outer_to, &outer_from}, [&](const auto& at, std::int64_t n, const auto& step) {
        for (std::int64_t i = 0; i < n; ++i) {
          copy_transposed(to + at[0] + i * step[0], from + at[1] + i * step[1], plan.shape[fast],
                          plan.shape[rank - 1], plan.strides[0][fast], plan.strides[1][rank - 1]);
        }
      });
}

}  // namespace

void copy(const Tensor& target, const Tensor& source) {
  const KernelTimer timer("copy", source, target);
  for_dtype(target.dtype(), [&]<class To>() {
    if (target.dtype() == source.dtype()) {
      copy_same_type<To>(target, source);
      return;
    }
    for_dtype(source.dtype(), [&]<class From>() {
      map<To, From>(target, source, [](From value) { return convert<To>(value); });
    });
  });
}

void fill(const Tensor& target, Scalar value) {
  for_dtype(target.dtype(), [&]<class T>() {
    const T v = value.to<T>();
    map<T, T>(target, target, [v](T) { return v; });
  });
}

Tensor contiguous_copy(const Tensor& x) {
  Tensor result = empty_tensor(x.shape(), x.dtype());
  copy(result, x);
  return result;
}

Tensor channels_last_copy(const Tensor& x) {
  Tensor result = empty_strided(x.shape(), channels_last_strides(x.shape()), x.dtype());
  copy(result, x);
  return result;
}

Tensor as_contiguous(const Tensor& x) {
  return x.is_contiguous() ? x : contiguous_copy(x);
}
Tensor as_channels_last(const Tensor& x) {
  return x.is_channels_last() ? x : channels_last_copy(x);
}

}  // namespace retrograd::kernels
