// One dimension after the other; the inner loops run over what lies behind it in memory, the
// channels at least.
#include <retrograd/ops/kernels/image/resample.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/image/resample_bytes.h>
#include <retrograd/ops/kernels/image/resample_taps.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/parts.h>
#include <retrograd/ops/kernels/loops/table.h>
#include <retrograd/ops/kernels/reference_table.h>
#include <retrograd/ops/kernels/shape/channels_last.h>

namespace retrograd::kernels {

namespace {

// A sparse matrix by rows: row r is the sum over t in [begin[r], begin[r + 1]) of weight[t] times
// column index[t].
template <class T>
struct RowTable {
  Table<std::int64_t> begin;
  Table<std::int64_t> index;
  Table<T> weight;
};

// The matrix (output, input), or its transpose.
template <class T>
RowTable<T> table_of(const ResampleAxis& axis, bool transposed) {
  const auto row_of = [transposed](std::int64_t o, std::int64_t i) {
    return static_cast<std::size_t>(transposed ? i : o);
  };
  RowTable<T> table;
  table.begin.resize(static_cast<std::size_t>(transposed ? axis.input : axis.output) + 1);
  for (std::int64_t o = 0; o < axis.output; ++o) {
    for_each_tap(axis, o, [&](std::int64_t i, double) { ++table.begin[row_of(o, i) + 1]; });
  }
  for (std::size_t r = 1; r < table.begin.size(); ++r) {
    table.begin[r] += table.begin[r - 1];
  }
  table.index.resize(static_cast<std::size_t>(table.begin.back()));
  table.weight.resize(table.index.size());
  Table<std::int64_t> next = table.begin;
  for (std::int64_t o = 0; o < axis.output; ++o) {
    for_each_tap(axis, o, [&](std::int64_t i, double weight) {
      const auto t = static_cast<std::size_t>(next[row_of(o, i)]++);
      table.index[t] = transposed ? o : i;
      table.weight[t] = static_cast<T>(weight);
    });
  }
  return table;
}

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

// Blocks of rows of `inner` elements.
struct Blocks {
  std::int64_t outer;
  std::int64_t inner;
};

template <class T>
void apply_table(T* to, const T* from, const Blocks& blocks, const RowTable<T>& table,
                 std::int64_t columns) {
  const std::int64_t rows = static_cast<std::int64_t>(table.begin.size()) - 1;
  const std::int64_t inner = blocks.inner;
  parallel_ranges(
      blocks.outer * rows, kGrain / inner + 1, [&](std::int64_t begin, std::int64_t end) {
        std::int64_t block = begin / rows;
        std::int64_t row = begin % rows;
        for (std::int64_t i = begin; i < end; ++i) {
          const std::int64_t first = table.begin[static_cast<std::size_t>(row)];
          const std::int64_t last = table.begin[static_cast<std::size_t>(row) + 1];
          add_rows(to + i * inner, from + block * columns * inner, table.index.data() + first,
                   table.weight.data() + first, last - first, inner);
          if (++row == rows) {
            row = 0;
            ++block;
          }
        }
      });
}

// The same without a table, which would be large beside a tensor of so few and short rows.
template <class T>
void apply_taps(T* to, const T* from, const Blocks& blocks, const ResampleAxis& axis,
                bool transposed) {
  const std::int64_t rows = transposed ? axis.input : axis.output;
  const std::int64_t columns = transposed ? axis.output : axis.input;
  std::fill_n(to, blocks.outer * rows * blocks.inner, T{});
  for (std::int64_t block = 0; block < blocks.outer; ++block) {
    for (std::int64_t o = 0; o < axis.output; ++o) {
      for_each_tap(axis, o, [&](std::int64_t i, double weight) {
        T* const sum = to + (block * rows + (transposed ? i : o)) * blocks.inner;
        const T* const row = from + (block * columns + (transposed ? o : i)) * blocks.inner;
        for (std::int64_t k = 0; k < blocks.inner; ++k) {
          sum[k] += static_cast<T>(weight) * row[k];
        }
      });
    }
  }
}

// The shape of x after `count` axes.
Shape resampled_shape(Shape shape, const std::vector<ResampleAxis>& axes, std::size_t count,
                      bool transposed) {
  for (std::size_t d = 0; d < count; ++d) {
    shape[d + 2] = transposed ? axes[d].input : axes[d].output;
  }
  return shape;
}

// x (N, C, spatial...) along dimension dim >= 2 into `out`; both are channels-last.
template <class T>
void resample_axis(const Tensor& out, const Tensor& x, std::size_t dim, const ResampleAxis& axis,
                   bool transposed) {
  const Shape& shape = out.shape();
  Blocks blocks{shape[0], shape[1]};
  for (std::size_t d = 2; d < shape.size(); ++d) {
    (d < dim ? blocks.outer : blocks.inner) *= d == dim ? 1 : shape[d];
  }
  constexpr std::int64_t kSmall = 4096;
  const std::int64_t most = std::max(kSmall, std::max(x.numel(), out.numel()) / 32);
  if (taps_of(axis) + axis.input > most) {
    apply_taps(out.raw<T>(), x.raw<T>(), blocks, axis, transposed);
  } else {
    apply_table(out.raw<T>(), x.raw<T>(), blocks, table_of<T>(axis, transposed),
                transposed ? axis.output : axis.input);
  }
}

Tensor resample_all(const Tensor& x, const std::vector<ResampleAxis>& axes, bool transposed) {
  const auto shape_after = [&](std::size_t count) {
    return resampled_shape(x.shape(), axes, count, transposed);
  };
  // If there is no memory for the result, none is taken for the steps to it.
  if (Tensor room = empty_channels_last(shape_after(axes.size()), x.dtype()); room.numel() == 0) {
    return room;
  }
  return for_float_or_double(x.dtype(), [&]<class T>() {
    Tensor result = as_channels_last(x);
    for (std::size_t d = 0; d < axes.size(); ++d) {
      const Tensor to = empty_channels_last(shape_after(d + 1), x.dtype());
      resample_axis<T>(to, result, d + 2, axes[d], transposed);
      result = to;
    }
    return result;
  });
}

Tensor resample_any(const Tensor& x, const std::vector<ResampleAxis>& axes, bool transposed) {
  if (x.dtype() != bfloat16) {
    return resample_all(x, axes, transposed);
  }
  const Shape shape = resampled_shape(x.shape(), axes, axes.size(), transposed);
  return planes_in_float32(x, shape, [&](const Tensor& part, const Part&) {
    return resample_all(part, axes, transposed);
  });
}

}  // namespace

Tensor resample(const Tensor& x, const std::vector<ResampleAxis>& axes) {
  if (const auto reference = reference_of(&ReferenceTable::resample)) {
    return reference(x, axes);
  }
  if (x.dtype() == uint8) {
    return resample_bytes(x, axes);
  }
  return resample_any(x, axes, false);
}

Tensor resample_input_grad(const Tensor& grad, const std::vector<ResampleAxis>& axes) {
  if (const auto reference = reference_of(&ReferenceTable::resample_input_grad)) {
    return reference(grad, axes);
  }
  return resample_any(grad, axes, true);
}

}  // namespace retrograd::kernels
