// Whole rows by index: contiguous runs of all that follows the dimension.
#include <retrograd/ops/kernels/index/index.h>

#include <algorithm>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/loops/sums.h>

namespace retrograd::kernels {

namespace {

// A row-major tensor as (outer, length, inner) around a dimension.
struct Rows {
  std::int64_t outer = 1;
  std::int64_t length;
  std::int64_t inner = 1;

  Rows(const Shape& shape, std::size_t dim) : length(shape[dim]) {
    for (std::size_t d = 0; d < shape.size(); ++d) {
      outer *= d < dim ? shape[d] : 1;
      inner *= d > dim ? shape[d] : 1;
    }
  }
};

Positions rows_at(std::size_t dim, const Shape& shape) {
  return {static_cast<std::int64_t>(dim), dim, shape};
}

// Calls f(row of out, row of the source, length) for every index of every outer block, in order.
// `out` has the positions along dim from `first` on; indices of others are passed over.
template <class T, class F>
void for_each_row(const Tensor& out, std::size_t dim, std::int64_t first, const Tensor& index,
                  F&& f) {
  const Rows rows(out.shape(), dim);
  const Tensor dense = as_contiguous(index);
  const auto* const picked = dense.raw<std::int64_t>();
  T* const to = out.raw<T>();
  for (std::int64_t o = 0; o < rows.outer; ++o) {
    for (std::int64_t i = 0; i < index.numel(); ++i) {
      const std::int64_t position = picked[i] - first;
      if (position >= 0 && position < rows.length) {
        f(to + (o * rows.length + position) * rows.inner, o * index.numel() + i, rows.inner);
      }
    }
  }
}

}  // namespace

Tensor index_select(const Tensor& x, std::size_t dim, const Tensor& index) {
  Shape shape = x.shape();
  shape[dim] = index.numel();
  return select_positions(x, rows_at(dim, shape), index);
}

Tensor add_rows(Tensor out, std::size_t dim, const Tensor& index, const Tensor& source) {
  const Tensor rows = as_contiguous(source);
  add_into(out, dim, rows.numel(), [&]<class Sum, class T>(const Tensor& sums, std::int64_t first) {
    const T* const from = rows.raw<T>();
    for_each_row<Sum>(sums, dim, first, index, [from](Sum* to, std::int64_t row, std::int64_t n) {
      const T* const added = from + row * n;
      for (std::int64_t k = 0; k < n; ++k) {
        add_to(to[k], added[k]);
      }
    });
  });
  return out;
}

Tensor index_copy(const Tensor& x, std::size_t dim, const Tensor& index, const Tensor& source) {
  Tensor out = contiguous_copy(x);
  put_positions(out, rows_at(dim, source.shape()), index, source);
  return out;
}

Tensor index_fill(const Tensor& x, std::size_t dim, const Tensor& index, Scalar value) {
  Tensor out = contiguous_copy(x);
  if (x.numel() == 0) {
    return out;
  }
  for_dtype(x.dtype(), [&]<class T>() {
    const T filled = value.to<T>();
    for_each_row<T>(out, dim, 0, index,
                    [filled](T* to, std::int64_t, std::int64_t n) { std::fill_n(to, n, filled); });
  });
  return out;
}

Tensor nonzero_positions(const Tensor& x) {
  const Tensor dense = as_contiguous(x);
  return for_dtype(x.dtype(), [&]<class T>() {
    const T* const values = dense.raw<T>();
    std::int64_t count = 0;
    for (std::int64_t i = 0; i < x.numel(); ++i) {
      count += values[i] != T{} ? 1 : 0;
    }
    Tensor out = empty_tensor({count}, DType::int64);
    auto* const to = out.raw<std::int64_t>();
    std::int64_t found = 0;
    for (std::int64_t i = 0; found < count; ++i) {  // without a branch that nothing predicts
      to[found] = i;
      found += values[i] != T{} ? 1 : 0;
    }
    return out;
  });
}

std::optional<std::int64_t> first_outside(const Tensor& index, std::int64_t low,
                                          std::int64_t high) {
  if (index.numel() == 0) {
    return {};
  }
  const auto [least, most] = index_range(index);
  if (least >= low && most < high) {
    return {};
  }
  const Tensor dense = as_contiguous(index);
  const auto* const values = dense.raw<std::int64_t>();
  const auto* const found = std::find_if(values, values + index.numel(), [=](std::int64_t value) {
    return value < low || value >= high;
  });
  return found - values;
}

}  // namespace retrograd::kernels
