#include <retrograd/ops/kernels/reference/windows.h>

#include <algorithm>

namespace retrograd::kernels::reference {

namespace {

xt::xtensor<std::int64_t, 1> starts(const Spatial& output, const Spatial& stride, std::size_t d) {
  return xt::arange(output[d]) * stride[d];
}

// The slices of the input in (..., D, H, W) with `before` positions of padding before it.
xt::xstrided_slice_vector middle(const Spatial& before, const Spatial& input) {
  return {xt::ellipsis(), xt::range(before[0], before[0] + input[0]),
          xt::range(before[1], before[1] + input[1]), xt::range(before[2], before[2] + input[2])};
}

}  // namespace

Windows::Windows(const ConvGeometry& s)
    : start_{starts(s.output, s.stride, 0), starts(s.output, s.stride, 1),
             starts(s.output, s.stride, 2)},
      input_(s.input),
      kernel_(s.kernel),
      dilation_(s.dilation),
      before_(s.pad_before) {}

std::vector<Position> Windows::positions() const {
  std::vector<Position> all;
  for (const auto& k : xt::argwhere(xt::ones<bool>(to_sizes(kernel_)))) {
    all.push_back({k[0], k[1], k[2]});
  }
  return all;
}

Array Windows::padded(const Array& x, double value) const {
  Sizes sizes = to_sizes(x.shape());
  for (std::size_t d = 0; d < 3; ++d) {
    const std::int64_t reach = (kernel_[d] - 1) * dilation_[d] + 1;
    const std::int64_t last = start_[d].size() == 0 ? 0 : start_[d](start_[d].size() - 1);
    sizes[sizes.size() - 3 + d] =
        static_cast<std::size_t>(std::max(before_[d] + input_[d], last + reach));
  }
  Array result = xt::full_like(Array::from_shape(sizes), value);
  xt::strided_view(result, middle(before_, input_)) = x;
  return result;
}

Array Windows::cropped(const Array& padded) const {
  return xt::strided_view(padded, middle(before_, input_));
}

std::array<Slice, 3> Windows::seen_by(const Position& k) const {
  const auto along = [&](std::size_t d) {
    const xt::xtensor<std::ptrdiff_t, 1> seen =
        start_[d] + dilation_[d] * static_cast<std::int64_t>(k[d]);
    return xt::keep(seen);
  };
  return {along(0), along(1), along(2)};
}

}  // namespace retrograd::kernels::reference
