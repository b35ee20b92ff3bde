// Cross entropy of softmax and classes, as in Szegedy et al., "Rethinking the Inception
// architecture", 2016, section 7: with p = softmax(x), a target t whose class counts own[t] and
// smoothing that counts soft[c] for each class c,
//   loss = -own[t] log p[t] - sum over c of soft[c] log p[c]
#include <retrograd/ops/kernels/reference/reductions.h>
#include <retrograd/ops/kernels/reference/reference.h>

namespace retrograd::kernels::reference {

namespace {

// Targets in the shape of x, with classes along dim.
struct Weights {
  Array own;  // own[t] for class t of the target, 0 for the others
  Array soft;
  xt::xarray<bool> ignored;

  Weights(const ClassTargets& targets, const Tensor& x, std::size_t dim) {
    Sizes target_shape = to_sizes(x.shape());
    target_shape[dim] = 1;
    const Integers classes = positions(x.shape()[dim], dim, x.shape().size());
    const auto of_class = [&](const Tensor& weight, double otherwise) {
      return weight.defined() ? array(weight, to_sizes(classes.shape()))
                              : Array(xt::full_like(Array::from_shape(classes.shape()), otherwise));
    };
    own = xt::where(xt::equal(classes, array(targets.index, target_shape)),
                    of_class(targets.own, 1), 0.0);
    soft = of_class(targets.soft, 0);
    ignored = targets.ignored.defined()
                  ? xt::xarray<bool>(xt::not_equal(array(targets.ignored, target_shape), 0.0))
                  : xt::xarray<bool>(xt::zeros<bool>(target_shape));
  }
};

// The sum of weighted terms, of which those without a weight do not count: they may be infinite.
Array weighted(const Array& weights, const Array& terms, std::size_t dim) {
  return total(xt::where(xt::equal(weights, 0.0), 0.0, weights * terms), {dim});
}

}  // namespace

ClassLosses cross_entropy(const Tensor& x, std::size_t dim, const ClassTargets& targets) {
  const DType wide = x.dtype() == bfloat16 ? float32 : x.dtype();
  const Array values = array(x);
  const Weights weights(targets, x, dim);
  const Array highest = largest(values, {dim});
  const Array shift = xt::log(total(xt::exp(values - highest), {dim}));
  const Array surprise = shift + (highest - values);  // -log p
  const Array losses = weighted(weights.own, surprise, dim) + weighted(weights.soft, surprise, dim);
  Array exponent = xt::empty<double>({highest.size(), std::size_t{2}});
  xt::view(exponent, xt::all(), 0) = xt::flatten(highest);
  xt::view(exponent, xt::all(), 1) = xt::flatten(shift);
  return {tensor(xt::where(weights.ignored, 0.0, losses), targets.index.shape(), wide),
          tensor(exponent, {targets.index.numel(), 2}, wide)};
}

// dx[c] = dloss (own[t] + sum of soft) p[c] - dloss soft[c], and dloss own[t] less for c = t
Tensor cross_entropy_grad(const Tensor& grad, const Tensor& x, const Tensor& exponent,
                          std::size_t dim, const ClassTargets& targets) {
  Sizes target_shape = to_sizes(x.shape());
  target_shape[dim] = 1;
  const Weights weights(targets, x, dim);
  const Array g = array(grad, target_shape);
  const Array parts = array(exponent);
  Array highest = xt::view(parts, xt::all(), 0);
  Array shift = xt::view(parts, xt::all(), 1);
  const Array p = xt::exp(array(x) - highest.reshape(target_shape) - shift.reshape(target_shape));
  const Array all = total(weights.own, {dim}) + total(weights.soft, {dim});
  return tensor(xt::where(weights.ignored, 0.0, g * all * p - g * weights.soft - g * weights.own),
                x.shape(), x.dtype());
}

}  // namespace retrograd::kernels::reference
