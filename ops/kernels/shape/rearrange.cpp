#include <retrograd/ops/kernels/shape/rearrange.h>

#include <algorithm>
#include <cstddef>

#include <retrograd/ops/kernels/loops/loops.h>

namespace retrograd::kernels {

namespace {

void roll_into(const Tensor& to, const Tensor& from, const Dims& shifts, std::size_t dim) {
  if (dim == shifts.size()) {
    copy(to, from);
    return;
  }
  const std::int64_t shift = shifts[dim];
  const std::int64_t stay = from.shape()[dim] - shift;
  roll_into(along(to, dim, shift, stay), along(from, dim, 0, stay), shifts, dim + 1);
  if (shift > 0) {
    roll_into(along(to, dim, 0, shift), along(from, dim, stay, shift), shifts, dim + 1);
  }
}

}  // namespace

Tensor flip(const Tensor& x, const DimMask& reversed) {
  Tensor from = x;
  for (std::size_t d = 0; d < x.shape().size(); ++d) {
    if (reversed[d]) {
      from = along(from, d, x.shape()[d] - 1, x.shape()[d], -1);
    }
  }
  Tensor out = empty_as(x, x.dtype());
  copy(out, from);
  return out;
}

Tensor roll(const Tensor& x, const Dims& shifts) {
  Tensor out = empty_as(x, x.dtype());
  roll_into(out, x, shifts, 0);
  return out;
}

Tensor triangle(const Tensor& x, std::int64_t diagonal, bool lower) {
  const Tensor from = as_contiguous(x);
  Tensor out = empty_tensor(x.shape(), x.dtype());
  if (x.numel() == 0) {
    return out;
  }
  const std::int64_t rows = x.shape()[x.shape().size() - 2];
  const std::int64_t columns = x.shape().back();
  for_dtype(x.dtype(), [&]<class T>() {
    const T* const source = from.raw<T>();
    T* const target = out.raw<T>();
    parallel_ranges(x.numel() / columns, std::max<std::int64_t>(1, kGrain / columns),
                    [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t r = begin; r < end; ++r) {
                        const std::int64_t cut = std::clamp<std::int64_t>(
                            r % rows + diagonal + (lower ? 1 : 0), 0, columns);
                        T* const row = target + r * columns;
                        const std::int64_t first = lower ? 0 : cut;
                        const std::int64_t last = lower ? cut : columns;
                        std::fill(row, row + first, T{});
                        std::copy_n(source + r * columns + first, last - first, row + first);
                        std::fill(row + last, row + columns, T{});
                      }
                    });
  });
  return out;
}

}  // namespace retrograd::kernels
