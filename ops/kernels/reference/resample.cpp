// Getreuer, "Linear methods for image interpolation", 2011: along each spatial dimension a matrix W
// of weights, y[o] = sum over i of W[o, i] x[i]. Output o is at position p[o] of the input, or
// covers the part from o r to (o + 1) r of it.
#include <retrograd/ops/kernels/image/resample.h>

#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

Integers outputs(const ResampleAxis& axis) {
  return positions(axis.output, 0, 2);
}
Integers inputs(const ResampleAxis& axis) {
  return positions(axis.input, 1, 2);
}

Array seen_at(const ResampleAxis& axis) {
  const double last = static_cast<double>(axis.output - 1);
  const double scale =
      last > 0 ? static_cast<double>(axis.input - 1) / last : 0;  // with corners on corners
  return axis.align_corners ? Array(outputs(axis) * scale)
                            : Array((outputs(axis) + 0.5) * axis.scale - 0.5);
}

// In float32, as PyTorch does.
Array nearest(const ResampleAxis& axis, float offset) {
  const xt::xarray<float> at = (outputs(axis) + offset) * static_cast<float>(axis.scale);
  return xt::equal(xt::minimum(xt::floor(at), static_cast<float>(axis.input - 1)), inputs(axis));
}

// W = 1 - |p - i| between neighbours; beyond the first and the last input there is only that one.
Array linear(const ResampleAxis& axis) {
  const Array at = xt::clip(seen_at(axis), 0.0, static_cast<double>(axis.input - 1));
  return xt::maximum(1.0 - xt::abs(at - inputs(axis)), 0.0);
}

// Keys, "Cubic convolution interpolation for digital image processing", 1981, equation 15, with
// a = -3/4. Two more inputs on each side repeat the first and the last.
Array cubic(const ResampleAxis& axis) {
  constexpr double a = -0.75;
  const Integers repeated = positions(axis.input + 4, 1, 2) - 2;
  const Array d = xt::abs(seen_at(axis) - repeated);
  const Array weights =
      xt::where(d <= 1.0, ((a + 2) * d - (a + 3)) * d * d + 1.0,
                xt::where(d < 2.0, ((a * d - 5 * a) * d + 8 * a) * d - 4 * a, xt::zeros_like(d)));
  const Array folded =
      xt::equal(xt::clip(xt::transpose(repeated), 0, axis.input - 1), inputs(axis));
  return contract(weights, folded, {1}, {0});
}

// Smoothed: the kernel is stretched by r where r > 1, and the weights of each output add up to 1.
Array smoothed(const ResampleAxis& axis) {
  constexpr double a = -0.5;
  const double last = static_cast<double>(axis.output - 1);
  const double scale = !axis.align_corners ? axis.scale
                       : last > 0          ? static_cast<double>(axis.input - 1) / last
                                           : 0;
  const double stretch = std::max(scale, 1.0);
  const Array d = xt::abs(inputs(axis) + 0.5 - (outputs(axis) + 0.5) * scale) / stretch;
  const Array weights =
      axis.mode == Resampling::linear
          ? Array(xt::maximum(1.0 - d, 0.0))
          : Array(xt::where(
                d <= 1.0, ((a + 2) * d - (a + 3)) * d * d + 1.0,
                xt::where(d < 2.0, ((a * d - 5 * a) * d + 8 * a) * d - 4 * a, xt::zeros_like(d))));
  return weights / total(weights, {1});
}

// The mean of all inputs that the output's part touches.
Array area(const ResampleAxis& axis) {
  const Integers o = outputs(axis);
  const Integers i = inputs(axis);
  const Array touches =
      (i + 1) * axis.output > o * axis.input && i * axis.output < (o + 1) * axis.input;
  return touches / total(touches, {1});
}

Array weights(const ResampleAxis& axis) {
  if (axis.antialias) {
    return smoothed(axis);
  }
  switch (axis.mode) {
    case Resampling::nearest: return nearest(axis, 0.0F);
    case Resampling::nearest_exact: return nearest(axis, 0.5F);
    case Resampling::linear: return linear(axis);
    case Resampling::cubic: return cubic(axis);
    case Resampling::area: break;
  }
  return area(axis);
}

// The result of contracting dimension `contracted` of each W, in place of inputs or outputs.
Tensor resampled(const Tensor& x, const std::vector<ResampleAxis>& axes, std::size_t contracted) {
  Array result = contract_each(array(x), axes, contracted, weights);
  if (x.dtype() == uint8) {
    result = xt::clip(xt::rint(result), 0.0, 255.0);
  }
  return channels_last(result, shape_of(result), x.dtype());
}

}  // namespace

Tensor resample(const Tensor& x, const std::vector<ResampleAxis>& axes) {
  return resampled(x, axes, 1);
}

Tensor resample_input_grad(const Tensor& grad, const std::vector<ResampleAxis>& axes) {
  return resampled(grad, axes, 0);
}

}  // namespace retrograd::kernels::reference
