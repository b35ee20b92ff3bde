// Ioffe and Szegedy, "Batch normalization", 2015; Ba, Kiros and Hinton, "Layer normalization",
// 2016; Wu and He, "Group normalization", 2018. Arrays are (S, P, G, W): position p and channel w
// of group g in sample s, whose elements (s, g) have one mean and one variance.
#include <vector>

#include <retrograd/ops/kernels/reference/array.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

const auto kKept = xt::keep_dims | kNow;

// By set (S, 1, G, 1) or channel (1, 1, G, W).
Array by_set(const Tensor& x, const NormGeometry& s) {
  return array(x, to_sizes({s.samples, 1, s.groups, 1}));
}
Array by_channel(const Tensor& x, const NormGeometry& s, double otherwise) {
  const Sizes sizes = to_sizes({1, 1, s.groups, s.channels / s.groups});
  return x.defined() ? array(x, sizes) : xt::full_like(Array::from_shape(sizes), otherwise);
}

// The sizes of (N, C, M).
Sizes planes(const Tensor& x) {
  const auto& shape = x.shape();
  return to_sizes({shape[0], shape[1], x.numel() / (shape[0] * shape[1])});
}

// x (N, C, M) or, in the order of memory, (N, M, C) as (S, P, G, W); and back.
Array elements(const Tensor& x, const NormGeometry& s) {
  Array values = array(x);
  if (s.channels_last) {
    const std::vector<std::size_t> order{0, 2, 1};
    values = xt::transpose(array(x, planes(x)), order);
  }
  values.reshape(to_sizes({s.samples, s.positions, s.groups, s.channels / s.groups}));
  return values;
}
Tensor like(const Tensor& x, Array values, const NormGeometry& s) {
  if (!s.channels_last) {
    return tensor(values, x.shape(), x.dtype());
  }
  const Sizes sizes = planes(x);
  values.reshape({sizes[0], sizes[2], sizes[1]});
  return channels_last(xt::transpose(values, {0, 2, 1}), x.shape(), x.dtype());
}

Tensor parameter(const Array& grad, DType dtype) {
  return tensor(grad, {static_cast<std::int64_t>(grad.size())}, dtype);
}

// Values where y > 0 or NaN, else 0.
Array where_positive(const Array& y, const Array& values) {
  return xt::where(y <= 0, 0.0, values);
}

// The result before ReLU.
Array standardised(const Array& x, const NormStatistics& statistics, const NormAffine& affine,
                   const NormGeometry& s) {
  return (x - by_set(statistics.mean, s)) * by_set(statistics.inverse_deviation, s) *
             by_channel(affine.weight, s, 1) +
         by_channel(affine.bias, s, 0);
}

}  // namespace

// The mean of x and of (x - mean)^2 over each set, and y by these.
Standardised standardise(const Tensor& x, const NormAffine& affine, const NormGeometry& s,
                         double eps) {
  const Shape sets{s.samples * s.groups};
  const Array values = elements(x, s);
  const Array mean = xt::mean(values, {1, 3}, kKept);
  const Array variance = xt::mean(xt::square(values - mean), {1, 3}, kKept);
  const NormStatistics statistics{tensor(mean, sets, float64), tensor(variance, sets, float64),
                                  tensor(1 / xt::sqrt(variance + eps), sets, float64)};
  return {reference::standardise_by(x, statistics, affine, s), statistics};
}

// y = (x - mean) r weight + bias with r = 1 / sqrt(variance + eps), or max(y, 0).
Tensor standardise_by(const Tensor& x, const NormStatistics& statistics, const NormAffine& affine,
                      const NormGeometry& s) {
  const Array y = standardised(elements(x, s), statistics, affine, s);
  return like(x, affine.relu ? where_positive(y, y) : y, s);
}

// (1 - momentum) running + momentum factor mean(fresh).
Tensor moved_running(const Tensor& running, const Tensor& fresh, double momentum, double factor) {
  const std::int64_t channels = running.numel();
  const Array values = array(fresh, to_sizes({fresh.numel() / channels, channels}));
  const Array mean = xt::mean(values, {0}, kNow);
  return tensor((1 - momentum) * array(running) + momentum * (factor * mean), running.shape(),
                float64);
}

// With h = (x - mean) r and t = dy weight, where the means are over each set: dx = r (t - mean(t) -
// h mean(t h)), or r t for fixed statistics; dweight = sum(dy h); dbias = sum(dy).
NormGradients standardise_backward(const Tensor& grad, const Tensor& x,
                                   const NormStatistics& statistics, const NormAffine& affine,
                                   const NormGeometry& s, bool fixed, std::array<bool, 3> wanted,
                                   DType parameter_dtype, bool /*over_grad*/) {
  const Array values = elements(x, s);
  const Array r = by_set(statistics.inverse_deviation, s);
  const Array h = (values - by_set(statistics.mean, s)) * r;
  const Array y = standardised(values, statistics, affine, s);
  const Array g = elements(grad, s);
  const Array dy = affine.relu ? where_positive(y, g) : g;
  const Array t = dy * by_channel(affine.weight, s, 1);
  const Array through = xt::mean(t, {1, 3}, kKept) + h * xt::mean(t * h, {1, 3}, kKept);
  const Array dx = r * (fixed ? t : Array(t - through));
  return {wanted[0] ? like(x, dx, s) : Tensor(),
          wanted[1] ? parameter(xt::sum(dy * h, {0, 1}, kNow), parameter_dtype) : Tensor(),
          wanted[2] ? parameter(xt::sum(dy, {0, 1}, kNow), parameter_dtype) : Tensor()};
}

}  // namespace retrograd::kernels::reference
