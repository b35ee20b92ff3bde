#include <retrograd/ops/kernels/reference/windows.h>

#include <algorithm>

namespace retrograd::kernels::reference {

namespace {

// f of D, H and W.
template <class F>
std::array<Indices, 3> by_dimension(const F& f) {
  return {f(0), f(1), f(2)};
}

// Values (n, ...) of one dimension as (OD, OH, OW, ...), to be combined with those of the others.
template <class T>
xt::xarray<T> along(std::size_t d, xt::xarray<T> values) {
  Sizes sizes(3 * values.dimension(), 1);
  for (std::size_t axis = 0; axis < values.dimension(); ++axis) {
    sizes[3 * axis + d] = values.shape(axis);
  }
  values.reshape(sizes);
  return values;
}

// (..., D, H, W) from `begin` on, as slices.
xt::xstrided_slice_vector part(const Spatial& begin, const Spatial& sizes) {
  return {xt::ellipsis(), xt::range(begin[0], begin[0] + sizes[0]),
          xt::range(begin[1], begin[1] + sizes[1]), xt::range(begin[2], begin[2] + sizes[2])};
}

}  // namespace

Windows::Windows(const ConvGeometry& geometry)
    : input_(geometry.input),
      kernel_(geometry.kernel),
      dilation_(geometry.dilation),
      padding_(geometry.pad_before),
      first_(by_dimension([&](std::size_t d) -> Indices {
        return xt::arange(geometry.output[d]) * geometry.stride[d];
      })),
      end_(by_dimension([&](std::size_t d) -> Indices {
        return first_[d] + geometry.dilation[d] * (geometry.kernel[d] - 1) + 1;
      })) {}

// Adaptive windows reach from floor(o in / out) to ceil((o + 1) in / out).
Windows::Windows(const PoolGeometry& geometry)
    : input_(geometry.input),
      kernel_(geometry.kernel),
      dilation_(geometry.dilation),
      padding_(geometry.padding),
      first_(by_dimension([&](std::size_t d) -> Indices {
        const Indices o = xt::arange(geometry.output[d]);
        return geometry.adaptive ? Indices(o * geometry.input[d] / geometry.output[d])
                                 : Indices(o * geometry.stride[d]);
      })),
      end_(by_dimension([&](std::size_t d) -> Indices {
        const Indices next = xt::arange<std::int64_t>(1, geometry.output[d] + 1);
        return geometry.adaptive
                   ? Indices((next * geometry.input[d] + geometry.output[d] - 1) /
                             geometry.output[d])
                   : Indices(first_[d] + geometry.dilation[d] * (geometry.kernel[d] - 1) + 1);
      })) {}

std::vector<Position> Windows::positions() const {
  std::vector<Position> all;
  for (const auto& k : xt::argwhere(xt::ones<bool>(to_sizes(kernel_)))) {
    all.push_back({k[0], k[1], k[2]});
  }
  return all;
}

Array Windows::padded(const Array& x) const {
  Sizes sizes = to_sizes(x.shape());
  for (std::size_t d = 0; d < 3; ++d) {
    const std::int64_t last = first_[d].size() == 0 ? 0 : first_[d](first_[d].size() - 1);
    sizes[sizes.size() - 3 + d] = static_cast<std::size_t>(
        std::max(padding_[d] + input_[d], last + dilation_[d] * (kernel_[d] - 1) + 1));
  }
  Array result = xt::zeros<double>(sizes);
  xt::strided_view(result, part(padding_, input_)) = x;
  return result;
}

Array Windows::cropped(const Array& padded) const {
  return xt::strided_view(padded, part(padding_, input_));
}

std::array<Slice, 3> Windows::seen_by(const Position& k) const {
  const auto slice = [&](std::size_t d) {
    const xt::xtensor<std::ptrdiff_t, 1> seen =
        first_[d] + dilation_[d] * static_cast<std::int64_t>(k[d]);
    return xt::keep(seen);
  };
  return {slice(0), slice(1), slice(2)};
}

Mask Windows::sees_input(const Position& k) const {
  const auto sees = [&](std::size_t d) -> Mask {
    const Indices seen = first_[d] + dilation_[d] * static_cast<std::int64_t>(k[d]);
    return seen >= padding_[d] && seen < xt::minimum(end_[d], padding_[d] + input_[d]);
  };
  return along(0, sees(0)) && along(1, sees(1)) && along(2, sees(2));
}

Mask Windows::see() const {
  const auto see = [&](std::size_t d) -> Mask {
    const Indices i = xt::arange(input_[d]) + padding_[d];
    return xt::view(first_[d], xt::all(), xt::newaxis()) <= i &&
           i < xt::view(end_[d], xt::all(), xt::newaxis());
  };
  return along(0, see(0)) && along(1, see(1)) && along(2, see(2));
}

Array Windows::counts(bool with_padding) const {
  const auto count = [&](std::size_t d) -> Array {
    const std::int64_t margin = with_padding ? padding_[d] : 0;
    return xt::minimum(end_[d], padding_[d] + input_[d] + margin) -
           xt::maximum(first_[d], padding_[d] - margin);
  };
  return along(0, count(0)) * along(1, count(1)) * along(2, count(2));
}

}  // namespace retrograd::kernels::reference
