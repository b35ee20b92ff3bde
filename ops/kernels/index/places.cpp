// Elements that tensors of indices name, in tensors of any strides: runs of what lies side by side.
#include <algorithm>
#include <span>
#include <vector>

#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

namespace {

using Offsets = std::vector<std::int64_t>;

// Where the elements lie in x: run r of row i of block o begins at block[o] + row[i] * step +
// start[r].
struct Runs {
  Offsets blocks{0};
  Tensor rows;  // row-major
  std::int64_t step;
  Offsets starts{0};
  std::int64_t length = 1;  // of a run
};

// Each offset, as the first of `size` that are `stride` apart.
void spread(Offsets& offsets, std::int64_t size, std::int64_t stride) {
  Offsets all;
  all.reserve(offsets.size() * static_cast<std::size_t>(size));
  for (const std::int64_t offset : offsets) {
    for (std::int64_t i = 0; i < size; ++i) {
      all.push_back(offset + i * stride);
    }
  }
  offsets = std::move(all);
}

// Whether the dimensions lie in memory as one whose step is that of the last.
bool nest(const Tensor& x, const Dims& dims) {
  for (std::size_t i = 1; i < dims.size(); ++i) {
    const auto outer = static_cast<std::size_t>(dims[i - 1]);
    const auto inner = static_cast<std::size_t>(dims[i]);
    if (x.strides()[outer] != x.strides()[inner] * x.shape()[inner]) {
      return false;
    }
  }
  return true;
}

// The offsets of positions in the joined dimensions.
Tensor row_offsets(const Tensor& x, const Dims& dims, const Tensor& positions) {
  Tensor offsets = empty_tensor(positions.shape(), DType::int64);
  const auto* const from = positions.raw<std::int64_t>();
  auto* const to = offsets.raw<std::int64_t>();
  for (std::int64_t i = 0; i < positions.numel(); ++i) {
    std::int64_t rest = from[i];
    to[i] = 0;
    for (std::size_t k = dims.size(); k-- > 0;) {
      const auto d = static_cast<std::size_t>(dims[k]);
      to[i] += rest % x.shape()[d] * x.strides()[d];
      rest /= x.shape()[d];
    }
  }
  return offsets;
}

Runs runs_of(const Tensor& x, const Places& places, const Tensor& index) {
  Runs runs;
  const bool nested = nest(x, places.dims);
  runs.rows = as_contiguous(index);
  runs.rows = nested ? runs.rows : row_offsets(x, places.dims, runs.rows);
  runs.step = nested ? x.strides()[static_cast<std::size_t>(places.dims.back())] : 1;
  const Dims others = places.others(x.shape().size());
  std::size_t after = others.size();
  for (; after > places.at; --after) {  // what is one run in memory
    const auto d = static_cast<std::size_t>(others[after - 1]);
    if (x.shape()[d] != 1 && x.strides()[d] != runs.length) {
      break;
    }
    runs.length *= x.shape()[d];
  }
  for (std::size_t i = 0; i < after; ++i) {
    const auto d = static_cast<std::size_t>(others[i]);
    spread(i < places.at ? runs.blocks : runs.starts, x.shape()[d], x.strides()[d]);
  }
  return runs;
}

// Calls f(offset in x, offset in the row-major elements) for the runs of rows begin to end, which
// are counted through all blocks.
template <class F>
void for_each_run(const Runs& runs, std::int64_t begin, std::int64_t end, F f) {
  const std::int64_t count = runs.rows.numel();
  const auto* const rows = runs.rows.raw<std::int64_t>();
  const std::int64_t step = runs.step;
  const std::span<const std::int64_t> starts = runs.starts;
  const std::int64_t length = runs.length;
  std::int64_t to = begin * static_cast<std::int64_t>(starts.size()) * length;
  for (std::int64_t i = begin; i < end;) {
    const std::int64_t block = runs.blocks[static_cast<std::size_t>(i / count)];
    const std::int64_t first = i % count;
    const std::int64_t last = std::min(count, first + end - i);
    if (starts.size() == 1) {  // it is 0
      for (std::int64_t row = first; row < last; ++row, to += length) {
        f(block + rows[row] * step, to);
      }
    }
    for (std::int64_t row = first; row < last && starts.size() > 1; ++row) {
      for (const std::int64_t start : starts) {
        f(block + rows[row] * step + start, to);
        to += length;
      }
    }
    i += last - first;
  }
}

template <class T>
void copy_run(const T* from, std::int64_t length, T* to) {
  if (length == 1) {
    *to = *from;
  } else {
    std::copy_n(from, length, to);
  }
}

std::int64_t count_rows(const Runs& runs) {
  return static_cast<std::int64_t>(runs.blocks.size()) * runs.rows.numel();
}

}  // namespace

Dims Places::others(std::size_t rank) const {
  Dims all;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(rank); ++d) {
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) {
      all.push_back(d);
    }
  }
  return all;
}

Tensor select_places(const Tensor& x, const Places& places, const Tensor& index) {
  Tensor out = empty_tensor(places.shape, x.dtype());
  if (out.numel() == 0) {
    return out;
  }
  const Runs runs = runs_of(x, places, index);
  const std::int64_t length = runs.length;
  const std::int64_t each = static_cast<std::int64_t>(runs.starts.size()) * length;
  for_dtype(x.dtype(), [&]<class T>() {
    const T* const from = x.raw<T>();
    T* const to = out.raw<T>();
    parallel_ranges(count_rows(runs), std::max<std::int64_t>(1, kGrain / each),
                    [&](std::int64_t begin, std::int64_t end) {
                      for_each_run(runs, begin, end, [=](std::int64_t in_x, std::int64_t at) {
                        copy_run(from + in_x, length, to + at);
                      });
                    });
  });
  return out;
}

void put_places(const Tensor& x, const Places& places, const Tensor& index, const Tensor& values) {
  if (values.numel() == 0) {
    return;
  }
  const Runs runs = runs_of(x, places, index);
  const Tensor dense = as_contiguous(values);
  for_dtype(x.dtype(), [&]<class T>() {
    T* const to = x.raw<T>();
    const T* const from = dense.raw<T>();
    for_each_run(runs, 0, count_rows(runs),
                 [=, length = runs.length](std::int64_t in_x, std::int64_t at) {
                   copy_run(from + at, length, to + in_x);
                 });
  });
}

}  // namespace retrograd::kernels
