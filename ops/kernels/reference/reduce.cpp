// Reductions as NumPy defines them, https://numpy.org/doc/1.24/reference/routines.statistics.html,
// and norms as numpy.linalg.norm does.
#include <retrograd/ops/kernels/reduce/reduce.h>

#include <cmath>

#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

DType total_dtype(const Tensor& x) {
  return is_floating(x.dtype()) ? x.dtype() : int64;
}

// The spread around the mean of `count` values: sum of (x - mean)^2 / divisor.
Array spread(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  const Array values = array(x);
  const Array mean = total(values, axes(x, reduced)) / count;
  return total(xt::square(values - mean), axes(x, reduced)) / divisor;
}

// Of values that equal the extreme, or are NaN as it is, the first position.
template <class A>
Tensor first_at(const A& values, const A& extreme, const Tensor& x, std::size_t dim) {
  const Integers at = positions(x.shape()[dim], dim, x.shape().size());
  const Integers candidates =
      xt::where(xt::equal(values, extreme) || xt::not_equal(values, values), at, x.shape()[dim]);
  DimMask reduced{};
  reduced[dim] = true;
  return tensor(smallest(candidates, {dim}), reduced_shape(x, reduced), int64);
}

}  // namespace

Tensor sum(const Tensor& x, const DimMask& reduced) {
  return with_values(
      [&](const auto& values) {
        return tensor(total(values, axes(x, reduced)), reduced_shape(x, reduced), total_dtype(x));
      },
      x);
}

Tensor mean(const Tensor& x, const DimMask& reduced, double count, DType dtype) {
  return tensor(total(array(x), axes(x, reduced)) / count, reduced_shape(x, reduced), dtype);
}

Tensor prod(const Tensor& x, const DimMask& reduced) {
  return with_values(
      [&](const auto& values) {
        return tensor(product(values, axes(x, reduced)), reduced_shape(x, reduced), total_dtype(x));
      },
      x);
}

Tensor variance(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  return tensor(spread(x, reduced, count, divisor), reduced_shape(x, reduced), x.dtype());
}

Tensor standard_deviation(const Tensor& x, const DimMask& reduced, double count, double divisor) {
  return tensor(xt::sqrt(spread(x, reduced, count, divisor)), reduced_shape(x, reduced), x.dtype());
}

// (sum of |x|^p)^(1/p), and its limits for p = 0, inf and -inf
Tensor vector_norm(const Tensor& x, double p, const DimMask& reduced) {
  if (std::isinf(p)) {
    return extreme_magnitude(x, reduced, p > 0);
  }
  const Array values = array(x);
  const Array norm =
      p == 0 ? total(xt::cast<double>(xt::not_equal(values, 0.0)), axes(x, reduced))
             : Array(xt::pow(total(xt::pow(xt::abs(values), p), axes(x, reduced)), 1 / p));
  return tensor(norm, reduced_shape(x, reduced), x.dtype());
}

Tensor extreme_magnitude(const Tensor& x, const DimMask& reduced, bool of_largest) {
  const Array sizes = xt::abs(array(x));
  const Array extreme =
      of_largest ? largest(sizes, axes(x, reduced)) : smallest(sizes, axes(x, reduced));
  return tensor(xt::where(extreme < 0.0, 0.0, extreme), reduced_shape(x, reduced), x.dtype());
}

Tensor amax(const Tensor& x, const DimMask& reduced) {
  return with_values(
      [&](const auto& values) {
        return tensor(largest(values, axes(x, reduced)), reduced_shape(x, reduced), x.dtype());
      },
      x);
}

Tensor amin(const Tensor& x, const DimMask& reduced) {
  return with_values(
      [&](const auto& values) {
        return tensor(smallest(values, axes(x, reduced)), reduced_shape(x, reduced), x.dtype());
      },
      x);
}

Tensor argmax(const Tensor& x, std::size_t dim) {
  return with_values(
      [&](const auto& values) { return first_at(values, largest(values, {dim}), x, dim); }, x);
}

Tensor argmin(const Tensor& x, std::size_t dim) {
  return with_values(
      [&](const auto& values) { return first_at(values, smallest(values, {dim}), x, dim); }, x);
}

// sum of exp(x - shift)
Tensor sum_of_exp(const Tensor& x, const DimMask& reduced, const Tensor& shift) {
  const Array powers = xt::exp(array(x) - array(shift));
  return tensor(total(powers, axes(x, reduced)), reduced_shape(x, reduced), shift.dtype());
}

// dy exp(x - y), the slope of y = log of a sum of exp(x); y of nothing is -inf
Tensor times_exp(const Tensor& grad, const Tensor& x, const Tensor& y) {
  const Array log_sum = array(y);
  const Array finite = xt::where(xt::isinf(log_sum) && log_sum < 0.0, 0.0, log_sum);
  return tensor(array(grad) * xt::exp(array(x) - finite), x.shape(), x.dtype());
}

// dy (x - mean), the slope of a variance but for its divisor
Tensor times_difference(const Tensor& grad, const Tensor& x, const Tensor& mean) {
  return tensor(array(grad) * (array(x) - array(mean)), x.shape(), x.dtype());
}

}  // namespace retrograd::kernels::reference
