// The windows of convolutions and pools, for formulas that name a position of the kernel and mean
// what it sees from all windows at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/pool/pool.h>
#include <retrograd/ops/kernels/reference/array.h>

namespace retrograd::kernels::reference {

using Position = std::array<std::size_t, 3>;  // in a kernel
using Indices = xt::xtensor<std::int64_t, 1>;
using Mask = xt::xarray<bool>;
using Slice = xt::xkeep_slice<std::ptrdiff_t>;

class Windows {
 public:
  explicit Windows(const ConvGeometry& geometry);
  explicit Windows(const PoolGeometry& geometry);

  // The positions of the kernel, in row-major order.
  std::vector<Position> positions() const;

  // x (..., D, H, W) in the middle of zeros, as far as the windows reach; and the adjoint.
  Array padded(const Array& x) const;
  Array cropped(const Array& padded) const;

  // The slices of the padded D, H and W that position k sees. A view of them is assigned before it
  // is broadcast, because xtensor's keep slices read past the end there.
  std::array<Slice, 3> seen_by(const Position& k) const;
  // Whether position k sees the input and no padding, by window: (OD, OH, OW).
  Mask sees_input(const Position& k) const;

  // Without dilation: whether a window sees an element of the input, (OD, OH, OW, D, H, W), and how
  // many positions it sees, with or without those in the padding, (OD, OH, OW).
  Mask see() const;
  Array counts(bool with_padding) const;

 private:
  Spatial input_;
  Spatial kernel_;
  Spatial dilation_;
  Spatial padding_;  // before the input
  // The first position of the padded input that a window sees, and the end of those that it sees.
  std::array<Indices, 3> first_;
  std::array<Indices, 3> end_;
};

}  // namespace retrograd::kernels::reference
