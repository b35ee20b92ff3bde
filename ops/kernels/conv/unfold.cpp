#include <retrograd/ops/kernels/conv/unfold.h>

#include <algorithm>
#include <type_traits>

#include <retrograd/ops/kernels/loops/loops.h>
#include <retrograd/ops/kernels/reference_table.h>

namespace retrograd::kernels {

namespace {

// Where one tap of the window reads along one dimension: position o * stride + start for outputs
// first <= o < last, outside the image for the others.
struct Reads {
  std::int64_t start;
  std::int64_t first;
  std::int64_t last;
};

Reads reads(const UnfoldShape& s, std::size_t d, std::int64_t tap) {
  const std::int64_t start = tap * s.dilation[d] - s.padding[d];
  const std::int64_t first = start < 0 ? (-start - 1) / s.stride[d] + 1 : 0;
  const std::int64_t last = start >= s.image[d] ? 0 : (s.image[d] - 1 - start) / s.stride[d] + 1;
  const std::int64_t end = std::min(last, s.output[d]);
  return {start, std::min(first, end), end};
}

// Calls f(row of the columns, taps along both dimensions) for the rows of one plane.
template <class F>
void for_each_tap(const UnfoldShape& s, F&& f) {
  for (std::int64_t kh = 0; kh < s.kernel[0]; ++kh) {
    const Reads rows = reads(s, 0, kh);
    for (std::int64_t kw = 0; kw < s.kernel[1]; ++kw) {
      f(kh * s.kernel[1] + kw, rows, reads(s, 1, kw));
    }
  }
}

// The fewest planes that are worth a thread.
std::int64_t plane_grain(const UnfoldShape& s) {
  const std::int64_t work = s.kernel[0] * s.kernel[1] * s.output[0] * s.output[1];
  return std::max<std::int64_t>(1, kGrain / std::max<std::int64_t>(1, work));
}

// Calls f(n, c) for every plane, in threads.
template <class F>
void for_each_plane(std::int64_t batch, std::int64_t channels, const UnfoldShape& s, F&& f) {
  parallel_ranges(batch * channels, plane_grain(s), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t plane = begin; plane < end; ++plane) {
      f(plane / channels, plane % channels);
    }
  });
}

template <class T>
void unfold_into(const Tensor& out, const Tensor& x, const UnfoldShape& s) {
  const std::int64_t channels = x.shape()[1];
  const std::int64_t taps = s.kernel[0] * s.kernel[1];
  const std::int64_t positions = s.output[0] * s.output[1];
  const Strides& strides = x.strides();
  const std::int64_t step = strides[3] * s.stride[1];
  for_each_plane(x.shape()[0], channels, s, [&](std::int64_t n, std::int64_t c) {
    const T* const image = x.raw<T>() + n * strides[0] + c * strides[1];
    T* const columns = out.raw<T>() + (n * channels + c) * taps * positions;
    for_each_tap(s, [&](std::int64_t tap, const Reads& rows, const Reads& cols) {
      T* const to = columns + tap * positions;
      std::fill(to, to + rows.first * s.output[1], T{});
      for (std::int64_t oh = rows.first; oh < rows.last; ++oh) {
        const std::int64_t h = oh * s.stride[0] + rows.start;
        const T* const from = image + h * strides[2] + cols.start * strides[3];
        T* const row = to + oh * s.output[1];
        std::fill(row, row + cols.first, T{});
        if (step == 1) {
          std::copy(from + cols.first, from + cols.last, row + cols.first);
        } else {
          for (std::int64_t ow = cols.first; ow < cols.last; ++ow) {
            row[ow] = from[ow * step];
          }
        }
        std::fill(row + cols.last, row + s.output[1], T{});
      }
      std::fill(to + rows.last * s.output[1], to + positions, T{});
    });
  });
}

// Each plane is summed in float32 where it is bfloat16, and rounded once.
template <class S>
void fold_into(const Tensor& out, const Tensor& columns, const UnfoldShape& s) {
  using T = compute_t<S>;
  constexpr bool kRounded = !std::is_same_v<S, T>;
  const std::int64_t channels = out.shape()[1];
  const std::int64_t planes = out.shape()[0] * channels;
  const std::int64_t taps = s.kernel[0] * s.kernel[1];
  const std::int64_t size = s.image[0] * s.image[1];
  const Strides& strides = columns.strides();
  const std::int64_t step = strides[2];
  const std::int64_t pieces = retrograd::detail::pieces_of(planes, plane_grain(s));
  const int lanes = retrograd::detail::lanes_for(pieces);
  const Tensor sums = kRounded ? empty_tensor({lanes, size}, dtype_of<T>()) : out;
  retrograd::detail::for_pieces(
      planes, pieces, lanes, [&](std::int64_t begin, std::int64_t end, int lane) {
        for (std::int64_t plane = begin; plane < end; ++plane) {
          const std::int64_t n = plane / channels;
          const std::int64_t c = plane % channels;
          const S* const all = columns.raw<S>() + n * strides[0] + c * taps * strides[1];
          T* const image = sums.raw<T>() + (kRounded ? lane : plane) * size;
          std::fill(image, image + size, T{});
          for_each_tap(s, [&](std::int64_t tap, const Reads& rows, const Reads& cols) {
            for (std::int64_t oh = rows.first; oh < rows.last; ++oh) {
              const S* const from = all + tap * strides[1] + oh * s.output[1] * step;
              T* const to = image + (oh * s.stride[0] + rows.start) * s.image[1] + cols.start;
              if (step == 1 && s.stride[1] == 1) {
                for (std::int64_t ow = cols.first; ow < cols.last; ++ow) {
                  to[ow] += convert<T>(from[ow]);
                }
              } else {
                for (std::int64_t ow = cols.first; ow < cols.last; ++ow) {
                  to[ow * s.stride[1]] += convert<T>(from[ow * step]);
                }
              }
            }
          });
          if constexpr (kRounded) {
            std::transform(image, image + size, out.raw<S>() + plane * size,
                           [](T value) { return convert<S>(value); });
          }
        }
      });
}

}  // namespace

Tensor unfold(const Tensor& x, const UnfoldShape& s) {
  if (const auto reference = reference_of(&ReferenceTable::unfold)) {
    return reference(x, s);
  }
  const Shape shape{x.shape()[0], x.shape()[1] * s.kernel[0] * s.kernel[1],
                    s.output[0] * s.output[1]};
  Tensor out = empty_tensor(shape, x.dtype());
  if (out.numel() > 0) {
    for_floating(x.dtype(), [&]<class T>() { unfold_into<T>(out, x, s); });
  }
  return out;
}

Tensor fold(const Tensor& columns, const UnfoldShape& s) {
  if (const auto reference = reference_of(&ReferenceTable::fold)) {
    return reference(columns, s);
  }
  const Shape shape{columns.shape()[0], columns.shape()[1] / (s.kernel[0] * s.kernel[1]),
                    s.image[0], s.image[1]};
  Tensor out = empty_tensor(shape, columns.dtype());
  if (out.numel() > 0) {
    for_floating(columns.dtype(), [&]<class T>() { fold_into<T>(out, columns, s); });
  }
  return out;
}

}  // namespace retrograd::kernels
