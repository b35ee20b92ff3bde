// Tensors in parts, so that what a kernel copies or converts is small beside them. Internal.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <retrograd/ops/kernels/kernels.h>
#include <retrograd/tensor/internal/view_within.h>
#include <retrograd/tensor/tensor.h>

namespace retrograd::kernels {

// Elements of a part: enough work for all threads.
inline constexpr std::int64_t kPartSize = std::int64_t{1} << 17;

// A box of positions in a tensor, along its first dimensions.
struct Part {
  Dims start;
  Shape size;

  Tensor of(const Tensor& x) const {
    std::int64_t offset = x.impl().offset;
    Shape shape = x.shape();
    for (std::size_t d = 0; d < size.size(); ++d) {
      offset += start[d] * x.strides()[d];
      shape[d] = size[d];
    }
    return detail::view_within(x, shape, x.strides(), offset);
  }
  // The same with all `length` positions along a dimension.
  Part with(std::size_t dim, std::int64_t length) const {
    Part part = *this;
    part.start[dim] = 0;
    part.size[dim] = length;
    return part;
  }
};

namespace parting {

template <class F>
void divide(Part& part, const DimMask& whole, std::int64_t most, std::size_t dim, F&& f) {
  std::int64_t numel = 1;
  for (const std::int64_t size : part.size) {
    numel *= size;
  }
  while (dim < part.size.size() && (whole[dim] || part.size[dim] < 2)) {
    ++dim;
  }
  if (numel <= most || dim == part.size.size()) {
    f(static_cast<const Part&>(part));
    return;
  }
  const std::int64_t first = part.start[dim];
  const std::int64_t count = part.size[dim];
  const std::int64_t each = std::max<std::int64_t>(1, most / (numel / count));
  for (std::int64_t i = 0; i < count; i += each) {
    part.start[dim] = first + i;
    part.size[dim] = std::min(each, count - i);
    divide(part, whole, most, dim + 1, f);
  }
  part.start[dim] = first;
  part.size[dim] = count;
}

}  // namespace parting

// Calls f(part) for parts of at most `most` elements, more where the `whole` dimensions alone have
// more: these are not divided.
template <class F>
void for_each_part(const Shape& shape, const DimMask& whole, std::int64_t most, F&& f) {
  Part part{Dims::filled(shape.size(), 0), shape};
  parting::divide(part, whole, most, 0, f);
}

// to = from (N, C, spatial...); fast where few of the channels are copied between bfloat16 and
// float32 of channels-last tensors.
void copy_planes(const Tensor& to, const Tensor& from);

// f(planes of x in float32, which of them) for a few planes of bfloat16 x (N, C, ...) at a time,
// laid out channels-last. f gives the same planes of a result of `shape`, which comes back
// channels-last.
template <class F>
Tensor planes_in_float32(const Tensor& x, const Shape& shape, F&& f) {
  Tensor out = empty_strided(shape, channels_last_strides(shape), bfloat16);
  if (x.numel() == 0 || out.numel() == 0) {
    fill(out, 0.0);
    return out;
  }
  const std::int64_t planes = shape[0] * shape[1];
  const std::int64_t larger = std::max(x.numel(), out.numel()) / planes;
  const std::int64_t most = std::max(kPartSize / larger, planes / 8);
  for_each_part({shape[0], shape[1]}, {}, std::max<std::int64_t>(most, 1), [&](const Part& part) {
    const Tensor from = part.of(x);
    const Tensor wide = empty_strided(from.shape(), channels_last_strides(from.shape()), float32);
    copy_planes(wide, from);
    copy_planes(part.of(out), f(wide, part));
  });
  return out;
}

}  // namespace retrograd::kernels
