#include <retrograd/ops/kernels/reduce/extreme.h>

#include <algorithm>
#include <array>
#include <cmath>

#include <retrograd/ops/kernels/loops/parallel_runs.h>
#include <retrograd/ops/kernels/reduce/reduce.h>
#include <retrograd/ops/kernels/reduce/reduction.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/tensor/loops/convert.h>

namespace retrograd::kernels {

namespace {

template <bool largest>
Tensor extreme(const Tensor& x, const DimMask& reduced) {
  return for_value(x.dtype(), [&]<class V>() {
    return reduce(x, reduced, x.dtype(), Extreme<V, largest>(largest ? lowest<V>() : highest<V>()));
  });
}

// A value and where along the line it is.
template <class V>
struct Found {
  V best;
  std::int64_t index = 0;

  template <bool largest>
  void offer(V value, std::int64_t at) {
    const bool better = largest ? value > best : value < best;
    if (better || (value != value && best == best)) {
      best = value;
      index = at;
    }
  }
};

// n neighbours: the best value first, which is quick, then where it is.
template <bool largest, class V>
Found<V> best_of(const V* x, std::int64_t n) {
  V best = x[0];
  reduction::FolderOf(Extreme<V, largest>(best)).fold_rows(&best, x, 1, n, n);
  std::int64_t i = 0;
  while (best != best ? x[i] == x[i] : x[i] != best) {
    ++i;
  }
  return {best, i};
}

// Lines of n values, `line_step` apart; values are read as V, `columns` lines at a time or along
// the line where it lies in one piece.
template <bool largest, class V>
void indices_of_lines(const Tensor& x, std::int64_t at, std::int64_t lines, std::int64_t line_step,
                      std::int64_t n, std::int64_t step, std::int64_t* out, std::int64_t out_step) {
  std::array<V, 512> buffer;
  constexpr auto kBuffer = static_cast<std::int64_t>(buffer.size());
  const detail::Run values{buffer.data(), dtype_of<V>(), 1};
  if (step == 1 || lines < 8) {
    for (std::int64_t line = 0; line < lines; ++line) {
      Found<V> found{};
      for (std::int64_t first = 0; first < n; first += kBuffer) {
        const std::int64_t count = std::min(kBuffer, n - first);
        detail::convert_run(
            values, detail::const_run_of(x, at + line * line_step + first * step, step), count);
        const Found<V> here = best_of<largest>(buffer.data(), count);
        if (first == 0) {
          found = here;
        } else {
          found.template offer<largest>(here.best, first + here.index);
        }
      }
      out[line * out_step] = found.index;
    }
    return;
  }
  std::array<Found<V>, 512> found;
  for (std::int64_t first = 0; first < lines; first += kBuffer) {
    const std::int64_t count = std::min(kBuffer, lines - first);
    for (std::int64_t j = 0; j < n; ++j) {
      detail::convert_run(
          values, detail::const_run_of(x, at + first * line_step + j * step, line_step), count);
      for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        if (j == 0) {
          found[i] = {buffer[i], 0};
        } else {
          found[i].template offer<largest>(buffer[i], j);
        }
      }
    }
    for (std::int64_t i = 0; i < count; ++i) {
      out[(first + i) * out_step] = found[static_cast<std::size_t>(i)].index;
    }
  }
}

template <bool largest>
Tensor index_of_extreme(const Tensor& x, std::size_t dim) {
  DimMask reduced{};
  reduced[dim] = true;
  Tensor out = empty_tensor(reduced_shape(x, reduced), int64);
  const std::int64_t length = x.shape()[dim];
  const std::int64_t step = x.strides()[dim];
  auto* const o = out.raw<std::int64_t>();
  for_each_run_in_parallel<2>(out.shape(), {&out.strides(), &x.strides()}, length,
                              [&](const auto& at, std::int64_t n, const auto& steps) {
                                for_value(x.dtype(), [&]<class V>() {
                                  indices_of_lines<largest, V>(x, at[1], n, steps[1], length, step,
                                                               o + at[0], steps[0]);
                                });
                              });
  return out;
}

}  // namespace

Tensor extreme_magnitude(const Tensor& x, const DimMask& reduced, bool largest) {
  if (const auto reference = reference_of(&ReferenceTable::extreme_magnitude)) {
    return reference(x, reduced, largest);
  }
  const auto reduce_as = [&]<class V, bool kLargest>(V of_none) {
    return reduce(x, reduced, x.dtype(), Extreme<V, kLargest>(of_none),
                  {.prepare = [](void* given, std::int64_t n, std::int64_t, std::int64_t) {
                    auto* const values = static_cast<V*>(given);
                    for (std::int64_t i = 0; i < n; ++i) {
                      values[i] = std::fabs(values[i]);
                    }
                  }});
  };
  const auto either = [&]<class V>() {
    return largest ? reduce_as.template operator()<V, true>(V{0})
                   : reduce_as.template operator()<V, false>(highest<V>());
  };
  return x.dtype() == float64 ? either.template operator()<double>()
                              : either.template operator()<float>();
}

Tensor amax(const Tensor& x, const DimMask& reduced) {
  if (const auto reference = reference_of(&ReferenceTable::amax)) {
    return reference(x, reduced);
  }
  return extreme<true>(x, reduced);
}

Tensor amin(const Tensor& x, const DimMask& reduced) {
  if (const auto reference = reference_of(&ReferenceTable::amin)) {
    return reference(x, reduced);
  }
  return extreme<false>(x, reduced);
}

Tensor argmax(const Tensor& x, std::size_t dim) {
  if (const auto reference = reference_of(&ReferenceTable::argmax)) {
    return reference(x, dim);
  }
  return index_of_extreme<true>(x, dim);
}

Tensor argmin(const Tensor& x, std::size_t dim) {
  if (const auto reference = reference_of(&ReferenceTable::argmin)) {
    return reference(x, dim);
  }
  return index_of_extreme<false>(x, dim);
}

}  // namespace retrograd::kernels
