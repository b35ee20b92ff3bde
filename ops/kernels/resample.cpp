// One dimension after the other; the inner loops run over what lies behind it in memory, the
// channels at least.
#include <retrograd/ops/kernels/resample.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/converted.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops.h>

namespace retrograd::kernels {

AxisMap transposed(const AxisMap& map) {
  const auto rows = static_cast<std::size_t>(map.input);
  AxisMap result{.input = map.output(),
                 .begin = std::vector<std::int64_t>(rows + 1, 0),
                 .index = std::vector<std::int64_t>(map.index.size()),
                 .weight = std::vector<double>(map.weight.size())};
  for (const std::int64_t i : map.index) {
    ++result.begin[static_cast<std::size_t>(i) + 1];
  }
  for (std::size_t i = 0; i < rows; ++i) {
    result.begin[i + 1] += result.begin[i];
  }
  std::vector<std::int64_t> next(result.begin.begin(), result.begin.end() - 1);
  for (std::int64_t o = 0; o < map.output(); ++o) {
    for (auto t = static_cast<std::size_t>(map.begin[static_cast<std::size_t>(o)]);
         t < static_cast<std::size_t>(map.begin[static_cast<std::size_t>(o) + 1]); ++t) {
      const auto at = static_cast<std::size_t>(next[static_cast<std::size_t>(map.index[t])]++);
      result.index[at] = o;
      result.weight[at] = map.weight[t];
    }
  }
  return result;
}

namespace {

// to = the sum of `taps` rows of x, each of n elements.
template <class T>
void add_rows(T* to, const T* x, const std::int64_t* index, const T* weight, std::int64_t taps,
              std::int64_t n) {
  if (taps == 0) {
    std::fill_n(to, n, T{});
    return;
  }
  const T* const a = x + index[0] * n;
  const T wa = weight[0];
  std::int64_t done = 1;
  if (taps == 1) {
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] = wa * a[i];
    }
  } else {
    const T* const b = x + index[1] * n;
    const T wb = weight[1];
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] = wa * a[i] + wb * b[i];
    }
    done = 2;
  }
  for (; done < taps; ++done) {
    const T* const row = x + index[done] * n;
    const T w = weight[done];
    for (std::int64_t i = 0; i < n; ++i) {
      to[i] += w * row[i];
    }
  }
}

// x (N, C, spatial...) channels-last, along dimension dim >= 2.
template <class T>
Tensor resample_axis(const Tensor& x, std::size_t dim, const AxisMap& map) {
  Shape shape = x.shape();
  std::int64_t outer = shape[0];
  std::int64_t inner = shape[1];
  for (std::size_t d = 2; d < shape.size(); ++d) {
    (d < dim ? outer : inner) *= d == dim ? 1 : shape[d];
  }
  shape[dim] = map.output();
  Tensor out = empty_strided(shape, channels_last_strides(shape), x.dtype());
  if (out.numel() == 0) {
    return out;
  }
  const std::vector<T> weights(map.weight.begin(), map.weight.end());
  const T* const from = x.raw<T>();
  T* const to = out.raw<T>();
  const std::int64_t rows = map.output();
  parallel_ranges(outer * rows, kGrain / inner + 1, [&](std::int64_t begin, std::int64_t end) {
    std::int64_t block = begin / rows;
    std::int64_t row = begin % rows;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = map.begin[static_cast<std::size_t>(row)];
      const std::int64_t last = map.begin[static_cast<std::size_t>(row) + 1];
      add_rows(to + i * inner, from + block * map.input * inner, map.index.data() + first,
               weights.data() + first, last - first, inner);
      if (++row == rows) {
        row = 0;
        ++block;
      }
    }
  });
  return out;
}

}  // namespace

Tensor resample(const Tensor& x, const std::vector<AxisMap>& maps) {
  if (x.dtype() == bfloat16) {
    return converted(resample(converted(x, float32), maps), bfloat16);
  }
  return for_float_or_double(x.dtype(), [&]<class T>() {
    Tensor result = as_channels_last(x);
    for (std::size_t d = 0; d < maps.size(); ++d) {
      result = resample_axis<T>(result, d + 2, maps[d]);
    }
    return result;
  });
}

}  // namespace retrograd::kernels
