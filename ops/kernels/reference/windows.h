// The windows of convolutions, for formulas that name a position of the kernel and mean
// what it sees from all windows at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <retrograd/ops/kernels/conv/conv.h>
#include <retrograd/ops/kernels/reference/array.h>

namespace retrograd::kernels::reference {

using Position = std::array<std::size_t, 3>;  // in a kernel
using Slice = xt::xkeep_slice<std::ptrdiff_t>;

class Windows {
 public:
  explicit Windows(const ConvGeometry& geometry);

  // The positions of the kernel, in row-major order.
  std::vector<Position> positions() const;

  // x (..., D, H, W) in the middle of `value`, as far as the windows reach; and the adjoint.
  Array padded(const Array& x, double value = 0) const;
  Array cropped(const Array& padded) const;

  // The slices of the padded D, H and W that position k sees.
  std::array<Slice, 3> seen_by(const Position& k) const;

 private:
  // From window o, position k sees start[o] + dilation k of the padded input.
  std::array<xt::xtensor<std::int64_t, 1>, 3> start_;
  Spatial input_;
  Spatial kernel_;
  Spatial dilation_;
  Spatial before_;  // padding
};

}  // namespace retrograd::kernels::reference
