// Elements that tensors of indices name, in tensors of any strides: runs of what lies side by side.
#include <algorithm>
#include <span>
#include <type_traits>
#include <vector>

#include <retrograd/ops/kernels/index/index.h>
#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

namespace {

using Offsets = std::vector<std::int64_t>;

// Where the elements lie in x: run r of row i of a block begins at the block's offset + row[i] *
// step + start[r].
struct Runs {
  Shape block_shape;  // the blocks, in the order of the dimensions in front of the rows
  Strides block_strides;
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

Runs runs_of(const Tensor& x, const Positions& positions, const Tensor& index) {
  Runs runs;
  const bool nested = nest(x, positions.dims);
  runs.rows = as_contiguous(index);
  runs.rows = nested ? runs.rows : row_offsets(x, positions.dims, runs.rows);
  runs.step = nested ? x.strides()[static_cast<std::size_t>(positions.dims.back())] : 1;
  const Dims others = positions.others(x.shape().size());
  std::size_t after = others.size();
  for (; after > positions.at; --after) {  // what is one run in memory
    const auto d = static_cast<std::size_t>(others[after - 1]);
    if (x.shape()[d] != 1 && x.strides()[d] != runs.length) {
      break;
    }
    runs.length *= x.shape()[d];
  }
  for (std::size_t i = 0; i < positions.at; ++i) {
    const auto d = static_cast<std::size_t>(others[i]);
    const std::int64_t size = x.shape()[d];
    const std::int64_t stride = x.strides()[d];
    Strides& strides = runs.block_strides;
    if (!strides.empty() && strides.back() == stride * size) {  // one with that in front of it
      runs.block_shape.back() *= size;
      strides.back() = stride;
    } else {
      runs.block_shape.push_back(size);
      strides.push_back(stride);
    }
  }
  for (std::size_t i = positions.at; i < after; ++i) {
    const auto d = static_cast<std::size_t>(others[i]);
    spread(runs.starts, x.shape()[d], x.strides()[d]);
  }
  return runs;
}

// Goes through the offsets of blocks.
class Blocks {
 public:
  // At the block of this number.
  Blocks(const Runs& runs, std::int64_t number)
      : shape_(runs.block_shape), strides_(runs.block_strides) {
    at_.resize(shape_.size());
    for (std::size_t d = shape_.size(); d-- > 0; number /= shape_[d]) {
      at_[d] = number % shape_[d];
      offset_ += at_[d] * strides_[d];
    }
    if (!shape_.empty()) {
      step_ = strides_.back();
      left_ = shape_.back() - at_.back();
    }
  }
  std::int64_t offset() const { return offset_; }
  void move_on() {
    offset_ += step_;
    if (--left_ == 0) {
      carry();
    }
  }

 private:
  // From behind the last block of the last dimension.
  void carry() {
    for (std::size_t d = shape_.size(); d-- > 0;) {
      if (d + 1 < shape_.size()) {
        offset_ += strides_[d];
        if (++at_[d] < shape_[d]) {
          break;
        }
      }
      offset_ -= shape_[d] * strides_[d];
      at_[d] = 0;
    }
    left_ = shape_.empty() ? 1 : shape_.back();
  }

  const Shape& shape_;
  const Strides& strides_;
  Dims at_;  // of the last dimension, left_ counts
  std::int64_t offset_ = 0;
  std::int64_t step_ = 0;
  std::int64_t left_ = 1;
};

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
  Blocks blocks(runs, begin / count);
  std::int64_t first = begin % count;
  for (std::int64_t left = end - begin; left > 0; first = 0, blocks.move_on()) {
    const std::int64_t block = blocks.offset();
    const std::int64_t last = std::min(count, first + left);
    left -= last - first;
    if (starts.size() == 1) {  // it is 0
      for (std::int64_t row = first; row < last; ++row, to += length) {
        f(block + rows[row] * step, to);
      }
      continue;
    }
    for (std::int64_t row = first; row < last; ++row) {
      for (const std::int64_t start : starts) {
        f(block + rows[row] * step + start, to);
        to += length;
      }
    }
  }
}

// The same, with the length of the run: f is compiled for runs of one element by themselves.
template <class F>
void for_each_copy(const Runs& runs, std::int64_t begin, std::int64_t end, F f) {
  if (runs.length == 1) {
    for_each_run(runs, begin, end, [f](std::int64_t in_x, std::int64_t at) {
      f(in_x, at, std::integral_constant<std::int64_t, 1>());
    });
  } else {
    for_each_run(runs, begin, end, [f, length = runs.length](std::int64_t in_x, std::int64_t at) {
      f(in_x, at, length);
    });
  }
}

std::int64_t count_rows(const Runs& runs) {
  std::int64_t count = runs.rows.numel();
  for (const std::int64_t size : runs.block_shape) {
    count *= size;
  }
  return count;
}

}  // namespace

Dims Positions::others(std::size_t rank) const {
  Dims all;
  for (std::int64_t d = 0; d < static_cast<std::int64_t>(rank); ++d) {
    if (std::find(dims.begin(), dims.end(), d) == dims.end()) {
      all.push_back(d);
    }
  }
  return all;
}

Tensor select_positions(const Tensor& x, const Positions& positions, const Tensor& index) {
  Tensor out = empty_tensor(positions.shape, x.dtype());
  if (out.numel() == 0) {
    return out;
  }
  const Runs runs = runs_of(x, positions, index);
  const std::int64_t each = static_cast<std::int64_t>(runs.starts.size()) * runs.length;
  for_dtype(x.dtype(), [&]<class T>() {
    const T* const from = x.raw<T>();
    T* const to = out.raw<T>();
    parallel_ranges(count_rows(runs), std::max<std::int64_t>(1, kGrain / each),
                    [&](std::int64_t begin, std::int64_t end) {
                      for_each_copy(runs, begin, end,
                                    [=](std::int64_t in_x, std::int64_t at, auto length) {
                                      std::copy_n(from + in_x, length, to + at);
                                    });
                    });
  });
  return out;
}

void put_positions(const Tensor& x, const Positions& positions, const Tensor& index,
                   const Tensor& values) {
  if (values.numel() == 0) {
    return;
  }
  const Runs runs = runs_of(x, positions, index);
  const Tensor dense = as_contiguous(values);
  for_dtype(x.dtype(), [&]<class T>() {
    T* const to = x.raw<T>();
    const T* const from = dense.raw<T>();
    for_each_copy(runs, 0, count_rows(runs), [=](std::int64_t in_x, std::int64_t at, auto length) {
      std::copy_n(from + at, length, to + in_x);
    });
  });
}

}  // namespace retrograd::kernels
